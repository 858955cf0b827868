import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** So many names of a folder without git are offered, and so many folders of it are read. */
const mostNames = 5_000;
const mostFolders = 1_000;
const deepest = 12;

/** Folders that hold what programs made, where no `.gitignore` says so. */
const made = new Set([".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".cache"]);

/**
 * The files below a folder that git knows nothing of, the high before the deep, folders with a slash
 * at their end. Links are named, never followed; what cannot be read is left out.
 */
export async function walkFolder(root: string): Promise<readonly string[]> {
  const names: string[] = [];
  let level = [""];
  for (let depth = 0, read = 0; depth < deepest && level.length > 0; depth += 1) {
    const below: string[] = [];
    for (const folder of level) {
      read += 1;
      if (read > mostFolders || names.length >= mostNames) return names.slice(0, mostNames);
      const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = folder + entry.name;
        if (entry.isFile() || entry.isSymbolicLink()) names.push(path);
        if (entry.isDirectory() && !made.has(entry.name)) {
          names.push(`${path}/`);
          below.push(`${path}/`);
        }
      }
    }
    level = below;
  }
  return names.slice(0, mostNames);
}

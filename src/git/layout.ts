import { lstat, readdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";

/**
 * The few files of a repository that are read without git (gitrepository-layout(5)): they say which
 * worktree is whose, also when git itself refuses because one of them is broken.
 */

/** What Agetor leaves in the git directory of a worktree it made: proof that it is ours. */
const Marker = z.object({
  taskId: z.string(),
  branch: z.string(),
  /** Tells this worktree from one that was made anew at its place. */
  mark: z.string().default(""),
  /** The snapshot whose files it was made with. */
  files: z.string().optional(),
  /** `made`: git knows the worktree. `ready`: its files are complete and may hold work. */
  state: z.enum(["made", "ready"]),
});
export type Marker = z.infer<typeof Marker>;

const markerFile = "agetor";

/** No `.git` file is longer: it holds one path. */
const maxLink = 16 * 1024;

/** `path` resolved, or null when it does not exist. */
export function real(path: string): Promise<string | null> {
  return realpath(path).catch(() => null);
}

/** The git directory a worktree's `.git` names, or null when there is none. */
export async function gitDirOf(worktree: string): Promise<string | null> {
  const dotGit = join(worktree, ".git");
  const found = await lstat(dotGit).catch(() => null);
  if (found === null) return null;
  if (!found.isFile()) return dotGit;
  if (found.size > maxLink) return null;
  const text = await readFile(dotGit, "utf8").catch(() => "");
  const target = /^gitdir: (.+?)[\r\n]*$/s.exec(text)?.[1];
  return target === undefined ? null : resolve(worktree, target);
}

/** Whether a folder's own `.git` leads to this git directory. */
export async function leadsTo(folder: string, gitDir: string): Promise<boolean> {
  const named = await gitDirOf(folder);
  const place = named === null ? null : await real(named);
  return place !== null && place === (await real(gitDir));
}

/** The directory that a worktree's git directory shares with all others. */
export async function commonDirOf(gitDir: string): Promise<string> {
  const text = await readFile(join(gitDir, "commondir"), "utf8").catch(() => null);
  return text === null ? gitDir : resolve(gitDir, text.replace(/[\r\n]+$/, ""));
}

/** The real common directory of a repository that must still be there. */
export async function openCommonDir(commonDir: string): Promise<Result<string>> {
  const found = isAbsolute(commonDir) ? await real(commonDir) : null;
  const head = found === null ? null : await lstat(join(found, "HEAD")).catch(() => null);
  if (found !== null && head !== null) return ok(found);
  return err(
    fault(
      "repo_gone",
      `There is no git repository at ${commonDir} any more.`,
      "Bring it back to its place, or choose its new one.",
      { path: commonDir },
    ),
  );
}

/**
 * The git directory, below the common one, of the worktree at `path`. Git names it after the last
 * part of the path, with digits behind it when that is taken; a name of another kind is not ours.
 */
export async function findAdmin(commonDir: string, path: string): Promise<string | null> {
  const parent = join(commonDir, "worktrees");
  const name = basename(path);
  const names = await readdir(parent).catch(() => []);
  for (const entry of names) {
    if (!entry.startsWith(name) || !/^\d*$/.test(entry.slice(name.length))) continue;
    const admin = join(parent, entry);
    const text = await readFile(join(admin, "gitdir"), "utf8").catch(() => "");
    if (await samePlace(resolve(admin, text.trimEnd()), join(path, ".git"))) return admin;
  }
  return null;
}

/** Equal, or equal once the symbolic links of their folders' parents are resolved. */
async function samePlace(one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  if (basename(dirname(one)) !== basename(dirname(other))) return false;
  const [a, b] = await Promise.all([real(dirname(dirname(one))), real(dirname(dirname(other)))]);
  return a !== null && a === b;
}

export async function readMarker(gitDir: string): Promise<Marker | null> {
  const text = await readFile(join(gitDir, markerFile), "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return Marker.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

export async function writeMarker(gitDir: string, marker: Marker): Promise<void> {
  const path = join(gitDir, markerFile);
  await writeFile(`${path}.new`, `${JSON.stringify(marker)}\n`);
  await rename(`${path}.new`, path);
}

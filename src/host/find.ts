import { accessSync, constants, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

export interface Found {
  readonly path: string | null;
  readonly looked: readonly string[];
}

/**
 * Looks a program up: an absolute path as it is, a bare name in PATH and then in the folders
 * people's installers use (a server started from a desktop has a short PATH). The path is answered
 * as found, not resolved: shims look at the name they were called by. Refused are relative paths
 * and files any user could rewrite. `looked` says where, and what was refused why.
 */
export function findProgram(name: string, env: Readonly<Record<string, string>>): Found {
  const looked: string[] = [];
  for (const candidate of candidates(name, env)) {
    const verdict = judge(candidate);
    if (verdict === null) return { path: candidate, looked: [...looked, candidate] };
    looked.push(verdict === "" ? candidate : `${candidate} (${verdict})`);
  }
  return { path: null, looked };
}

function candidates(name: string, env: Readonly<Record<string, string>>): readonly string[] {
  if (name === "" || name.includes("\0")) return [];
  if (name.startsWith("/")) return [name];
  const home = env["HOME"];
  if (name.startsWith("~/") && home !== undefined) return [join(home, name.slice(2))];
  if (name.includes("/")) return [];
  const folders = (env["PATH"] ?? "").split(":").filter((folder) => folder.startsWith("/"));
  const all = [...folders, ...usualFolders(home ?? "/")];
  return [...new Set(all.map((folder) => join(folder, name)))];
}

function usualFolders(home: string): readonly string[] {
  return [
    join(home, ".local/bin"),
    join(home, ".claude/local"),
    join(home, ".npm-global/bin"),
    join(home, ".bun/bin"),
    join(home, ".volta/bin"),
    join(home, ".asdf/shims"),
    join(home, ".local/share/mise/shims"),
    join(home, ".local/share/pnpm"),
    join(home, "Library/pnpm"),
    join(home, ".cargo/bin"),
    join(home, ".deno/bin"),
    join(home, "go/bin"),
    join(home, "n/bin"),
    ...versions(join(home, ".nvm/versions/node"), "bin"),
    ...versions(join(home, ".local/share/fnm/node-versions"), "installation/bin"),
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    "/opt/local/bin",
    "/snap/bin",
    "/usr/bin",
    "/bin",
  ];
}

/** The folders of a version manager, newest version first. */
function versions(root: string, inner: string): readonly string[] {
  try {
    const names = readdirSync(root);
    names.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
    return names.map((name) => join(root, name, inner));
  } catch {
    return [];
  }
}

/** Null = usable, "" = not there, else why it is refused. */
function judge(path: string): string | null {
  try {
    const seen = statSync(realpathSync(path));
    if (!seen.isFile()) return "not a file";
    if ((seen.mode & 0o002) !== 0) return "refused: any user can change it";
    accessSync(path, constants.X_OK);
    return null;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    return code === "EACCES" ? "not executable" : "";
  }
}

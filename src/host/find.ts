import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { installFolders } from "./install-folders.ts";

export interface Found {
  readonly path: string | null;
  readonly looked: readonly string[];
}

/**
 * Looks a program up: an absolute path as it is, a bare name in PATH, in `more` and then in the folders
 * people's installers use (a server started from a desktop has a short PATH). The path is answered
 * as found, not resolved: shims look at the name they were called by. Refused are relative paths
 * and files any user could rewrite. `looked` says where, and what was refused why.
 */
export function findProgram(
  name: string,
  env: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Found {
  const looked: string[] = [];
  for (const candidate of candidates(name, env, more)) {
    const verdict = judge(candidate);
    if (verdict === null) return { path: candidate, looked: [...looked, candidate] };
    looked.push(verdict === "" ? candidate : `${candidate} (${verdict})`);
  }
  return { path: null, looked };
}

/** Whether a name is looked up in folders; all others are paths, or nothing. */
export function isLookedUp(name: string): boolean {
  return name !== "" && !name.includes("/") && !name.includes("\0");
}

function candidates(
  name: string,
  env: Readonly<Record<string, string>>,
  more: readonly string[],
): readonly string[] {
  if (name === "" || name.includes("\0")) return [];
  if (name.startsWith("/")) return [name];
  const home = env["HOME"];
  if (name.startsWith("~/") && home !== undefined) return [join(home, name.slice(2))];
  if (name.includes("/")) return [];
  const all = [...absoluteFolders(env["PATH"]), ...more, ...installFolders(home ?? "/")];
  return [...new Set(all.map((folder) => join(folder, name)))];
}

/** The entries of a PATH that do not depend on where one is. */
export function absoluteFolders(path: string | undefined): readonly string[] {
  return (path ?? "").split(":").filter((folder) => folder.startsWith("/"));
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

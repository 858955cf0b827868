import { lstat, readdir } from "node:fs/promises";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { fields, inRepo, type Kit, rawPath } from "../kit.ts";

/** What stands at a path of a tree. */
export interface Entry {
  readonly mode: string;
  readonly sha: string;
}

/** One path that differs between two trees; its name as Latin-1. */
export interface Change {
  readonly path: string;
  readonly from: Entry | null;
  readonly to: Entry | null;
}

export const linkMode = "160000";

/** Every path that differs between two trees; renames are a removal and an addition. */
export async function treeChanges(
  kit: Kit,
  gitDir: string,
  from: string,
  to: string,
): Promise<Result<Change[]>> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-ext-diff", from, to];
  const output = await inRepo(kit, gitDir, args, { maxBytes: 512 * 1024 * 1024 });
  if (!output.ok) return output;
  const parts = fields(output.value.stdout, "latin1");
  const changes: Change[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const match = /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) /.exec(parts[at] ?? "");
    if (match === null) continue;
    const [, oldMode = "", newMode = "", oldSha = "", newSha = ""] = match;
    changes.push({
      path: parts[at + 1] ?? "",
      from: entry(oldMode, oldSha),
      to: entry(newMode, newSha),
    });
  }
  return ok(changes);
}

function entry(mode: string, sha: string): Entry | null {
  return /^0+$/.test(mode) ? null : { mode, sha };
}

/** Every file of a tree, by its name as Latin-1. */
export async function treeEntries(
  kit: Kit,
  gitDir: string,
  tree: string,
): Promise<Result<ReadonlyMap<string, Entry>>> {
  const args = ["ls-tree", "-r", "-z", "--full-tree", tree];
  const output = await inRepo(kit, gitDir, args, { maxBytes: 512 * 1024 * 1024 });
  if (!output.ok) return output;
  const entries = new Map<string, Entry>();
  for (const row of fields(output.value.stdout, "latin1")) {
    const [, mode, sha, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.+)$/s.exec(row) ?? [];
    if (mode && sha && path) entries.set(path, { mode, sha });
  }
  return ok(entries);
}

export function same(one: Entry | null, other: Entry | null): boolean {
  return one === null || other === null
    ? one === other
    : one.mode === other.mode && one.sha === other.sha;
}

/** A line of `update-index -z --index-info`. */
export function indexRow(path: string, entry: Entry | null, idLength: number): string {
  return entry === null
    ? `0 ${"0".repeat(idLength)}\t${path}\0`
    : `${entry.mode} ${entry.sha}\t${path}\0`;
}

/** The ids of trees that are given as expressions. */
export async function treeIds(
  kit: Kit,
  at: { readonly commonDir: string },
  names: readonly string[],
): Promise<Result<string[]>> {
  const ids: string[] = [];
  for (const name of names) {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
    const output = await inRepo(kit, at.commonDir, args);
    if (!output.ok) return output;
    ids.push(output.value.stdout.toString("utf8").trim());
  }
  return ok(ids);
}

/** A name for people. */
export function nameOf(path: string): string {
  return Buffer.from(path, "latin1").toString("utf8");
}

/** What stands on disk at a path of the worktree, looked at part by part and never through a link. */
export async function standing(
  root: string,
  path: string,
): Promise<"absent" | "file" | "folder" | "blocked"> {
  const parts = path.split("/");
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const found = await lstat(rawPath(root, parts.slice(0, depth).join("/"))).catch(() => null);
    if (found === null) return "absent";
    if (depth === parts.length) return found.isDirectory() ? "folder" : "file";
    if (!found.isDirectory()) return "blocked";
  }
  return "absent";
}

/**
 * Refuses what could only be done over something nobody has a copy of: an ignored file where a file
 * is to be written, or a submodule that would become files.
 */
export async function refuseInTheWay(
  root: string,
  changes: readonly Change[],
): Promise<Result<null>> {
  const modules = changes.filter(({ from, to }) => {
    const link = from?.mode === linkMode || to?.mode === linkMode;
    return link && from !== null && to !== null && from.mode !== to.mode;
  });
  if (modules.length > 0) return err(inTheWay(modules.map(({ path }) => nameOf(path))));
  const going = new Set(changes.flatMap(({ path, from, to }) => (from && !to ? [path] : [])));
  const blocked: string[] = [];
  for (const { path, from, to } of changes) {
    if (to === null || from !== null || to.mode === linkMode) continue;
    if (!(await isFree(root, path, going))) blocked.push(nameOf(path));
  }
  return blocked.length === 0 ? ok(null) : err(inTheWay(blocked));
}

/** Whether a new file fits at the path once the files of `going` are gone. */
async function isFree(root: string, path: string, going: ReadonlySet<string>): Promise<boolean> {
  const parts = path.split("/");
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const name = parts.slice(0, depth).join("/");
    const found = await lstat(rawPath(root, name)).catch(() => null);
    if (found === null) return true;
    const last = depth === parts.length;
    if (!found.isDirectory()) return going.has(name);
    if (last) return emptied(root, name, going);
  }
  return true;
}

async function emptied(root: string, folder: string, going: ReadonlySet<string>): Promise<boolean> {
  const entries = await readdir(rawPath(root, folder), { withFileTypes: true, encoding: "latin1" });
  for (const found of entries) {
    const name = `${folder}/${found.name}`;
    const free = found.isDirectory() ? await emptied(root, name, going) : going.has(name);
    if (!free) return false;
  }
  return true;
}

function inTheWay(files: readonly string[]): Fault {
  return fault(
    "not_clean",
    `${files.length === 1 ? "A file that git ignores or a submodule is" : `${files.length} files that git ignores, or submodules, are`} in the way: ${files.slice(0, 5).join(", ")}`,
    "Nothing was touched. Move them away, then try again.",
    { files },
  );
}

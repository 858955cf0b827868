import { copyFile, lstat, mkdir, readlink, rename, rmdir, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import { ok, type Result } from "../../contract/result.ts";
import { bind } from "../capture.ts";
import { fields, type Kit, rawPath } from "../kit.ts";
import { withShadow } from "../shadow.ts";
import type { Site } from "./site.ts";
import { type Change, type Entry, linkMode, standing } from "./tree-changes.ts";

/**
 * Which of these paths stand on disk as said (null = not there). Content is compared the way git
 * compares it; nothing is followed out of the worktree.
 */
export async function matching(
  kit: Kit,
  site: Site,
  wanted: readonly { readonly path: string; readonly entry: Entry | null }[],
): Promise<Result<ReadonlySet<string>>> {
  const same = new Set<string>();
  const files = wanted.filter(({ entry }) => entry !== null && entry.mode !== linkMode);
  for (const { path, entry } of wanted) {
    const found = await standing(site.worktree, path);
    if (entry === null && found !== "file") same.add(path);
    if (entry?.mode === linkMode) same.add(path);
  }
  if (files.length === 0) return ok(same);
  return withShadow(kit, { repo: site, worktree: site.worktree, index: "empty" }, async (env) => {
    const git = bind(kit, site.worktree, env);
    const rows = files.map(({ path, entry }) => `${entry?.mode} ${entry?.sha}\t${path}\0`);
    const filled = await git(["update-index", "-z", "--index-info"], rows.join(""));
    if (!filled.ok) return filled;
    const refreshed = await git(["update-index", "-q", "--refresh"], undefined, [0, 1]);
    if (!refreshed.ok) return refreshed;
    const listed = await git(["diff-files", "-z", "--name-only", "--no-ext-diff"]);
    if (!listed.ok) return listed;
    const differ = new Set(fields(listed.value.stdout, "latin1"));
    for (const { path } of files) if (!differ.has(path)) same.add(path);
    return ok(same);
  });
}

/** Paths that a sparse checkout leaves out: they are not there, and are not to be. */
export async function leftOut(kit: Kit, site: Site): Promise<Result<ReadonlySet<string>>> {
  const patterns = await lstat(join(site.gitDir, "info", "sparse-checkout")).catch(() => null);
  if (patterns === null) return ok(new Set<string>());
  const shadow = { repo: site, worktree: site.worktree, index: "copy" } as const;
  return withShadow(kit, shadow, async (env) => {
    const listed = await bind(kit, site.worktree, env)(["ls-files", "-z", "-v"]);
    if (!listed.ok) return listed;
    const skipped = fields(listed.value.stdout, "latin1").filter((row) => /^[sS] /.test(row));
    return ok(new Set(skipped.map((row) => row.slice(2))));
  });
}

/**
 * Brings files of the worktree to how they are in a tree. They are written elsewhere first and put
 * in place by a rename each, by this very process: whenever it is killed, every file is the one or
 * the other, whole.
 */
export async function place(
  kit: Kit,
  site: Site,
  tree: string,
  changes: readonly Change[],
): Promise<Result<null>> {
  const writes = changes.filter(({ to }) => to !== null && to.mode !== linkMode);
  const shadow = { repo: site, worktree: site.worktree, index: "empty" } as const;
  return withShadow(kit, shadow, async (env, scratch) => {
    const files = join(scratch, "files");
    await mkdir(files);
    if (writes.length > 0) {
      // Attributes are those of the tree: there is no other file around.
      const git = bind(kit, files, { ...env, GIT_WORK_TREE: files });
      const read = await git(["read-tree", tree]);
      if (!read.ok) return read;
      const args = ["checkout-index", "-f", "-z", "--stdin"];
      const names = writes.map(({ path }) => `${path}\0`).join("");
      const exported = await git(args, names);
      if (!exported.ok) return exported;
    }
    for (const { path, to } of changes) if (to === null) await remove(site.worktree, path);
    for (const { path } of writes) await put(site.worktree, files, path);
    for (const { path, from, to } of changes) {
      if (to?.mode === linkMode && from === null) await folderFor(site.worktree, `${path}/x`);
    }
    return ok(null);
  });
}

/** Removes a file and the folders that are empty without it; a submodule's folder only when empty. */
async function remove(root: string, path: string): Promise<void> {
  const found = await standing(root, path);
  if (found === "file") await unlink(rawPath(root, path));
  else if (found === "folder") await rmdir(rawPath(root, path)).catch(() => undefined);
  const parts = path.split("/");
  for (let depth = parts.length - 1; depth > 0; depth -= 1) {
    const folder = parts.slice(0, depth).join("/");
    if ((await standing(root, folder)) !== "folder") continue;
    const gone = await rmdir(rawPath(root, folder)).then(
      () => true,
      () => false,
    );
    if (!gone) return;
  }
}

/** Puts one exported file in its place; one that a sparse checkout leaves out was not exported. */
async function put(root: string, files: string, path: string): Promise<void> {
  const source = rawPath(files, path);
  if ((await lstat(source).catch(() => null)) === null) return;
  await folderFor(root, path);
  const target = rawPath(root, path);
  if ((await standing(root, path)) === "folder") await rmdir(target);
  try {
    await rename(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    await acrossDisks(source, target);
  }
}

/** The worktree lies on another disk than the data directory's scratch. */
async function acrossDisks(source: Buffer, target: Buffer): Promise<void> {
  const near = Buffer.concat([target, Buffer.from(".agetor-new")]);
  const found = await lstat(source);
  if (found.isSymbolicLink()) await symlink(await readlink(source, "buffer"), near);
  else await copyFile(source, near);
  await rename(near, target);
}

/** Makes the folders a file is in. A link or a file where one of them should be stops it. */
async function folderFor(root: string, path: string): Promise<void> {
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth += 1) {
    const name = parts.slice(0, depth).join("/");
    const found = await standing(root, name);
    if (found === "absent") await mkdir(rawPath(root, name));
    else if (found !== "folder") {
      throw Object.assign(new Error(`${name} is not a folder`), { code: "ENOTDIR" });
    }
  }
}

import { lstat } from "node:fs/promises";
import type { Checkpoint } from "../../contract/changes.ts";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { treeOf, type WorktreeGit, withCapture } from "../capture.ts";
import { fields, inRepo, type Kit, rawPath } from "../kit.ts";
import { commitOf } from "../refs.ts";
import { countDirty } from "../trash.ts";
import { findCheckpoint, shown, writeCheckpoint } from "./checkpoint.ts";
import { isAmbiguous, readHunks } from "./hunks.ts";
import type { IndexAim } from "./index-file.ts";
import { indexEntries } from "./index-file.ts";
import { canMerge, mergeTrees, tooOld, withMerging } from "./merge-trees.ts";
import { carryOut, doneBefore } from "./move.ts";
import type { Site } from "./site.ts";
import {
  type Change,
  indexRow,
  linkMode,
  nameOf,
  refuseInTheWay,
  same,
  treeChanges,
  treeEntries,
  treeIds,
} from "./tree-changes.ts";
import type { Doing, OldSide, RevertWish } from "./types.ts";

/** See `Landing.revert`. Everything is worked out on trees first; then the files are changed. */
export async function revert(
  kit: Kit,
  site: Site,
  doing: Doing,
  wish: RevertWish,
): Promise<Result<Checkpoint>> {
  const before = await doneBefore(site, doing.command);
  if (before !== null) {
    const found = await findCheckpoint(kit, site.commonDir, site.taskId, before.id);
    return found.ok ? ok(shown(found.value)) : found;
  }
  const source = {
    repo: site,
    worktree: site.worktree,
    hasIndex: true,
    head: site.head,
    base: site.baseSha,
  };
  const worked = await withCapture(kit, source, async (git, tree) => {
    const wanted = await targetOf(kit, site, { git, tree }, wish);
    return wanted.ok ? ok({ tree, wanted: wanted.value }) : wanted;
  });
  if (!worked.ok) return worked;
  const { tree, wanted } = worked.value;
  const changes = await treeChanges(kit, site.commonDir, tree, wanted);
  if (!changes.ok) return changes;
  if (changes.value.length === 0) return err(nothingToRevert());
  const safe = await refuseUnsafe(site, changes.value);
  if (!safe.ok) return safe;
  const index = await indexAim(kit, site, changes.value);
  if (!index.ok) return index;
  const dirty = await countDirty(kit, site.commonDir, site.head, tree);
  if (!dirty.ok) return dirty;
  const now = { reason: "revert", tree, dirtyFiles: dirty.value } as const;
  const checkpoint = await writeCheckpoint(kit, site, doing, now);
  if (!checkpoint.ok) return checkpoint;
  const moved = await carryOut(kit, site, {
    id: doing.id,
    command: doing.command,
    files: { from: tree, to: wanted },
    index: index.value,
    head: null,
    refs: [],
    base: null,
    answer: { what: "revert" },
  });
  return moved.ok ? checkpoint : moved;
}

interface Captured {
  /** Its index is the tree of the worktree. */
  readonly git: WorktreeGit;
  readonly tree: string;
}

function targetOf(
  kit: Kit,
  site: Site,
  captured: Captured,
  wish: RevertWish,
): Promise<Result<string>> {
  switch (wish.kind) {
    case "hunks":
      return withoutHunks(captured, wish.path, wish.patch);
    case "files":
      return withOldFiles(kit, site, captured, wish);
    case "turn":
      return withoutTurn(kit, site, captured, wish.run);
  }
}

/** The tree without some hunks of one file. */
async function withoutHunks(
  { git }: Captured,
  path: string,
  text: string,
): Promise<Result<string>> {
  const plain = refuseOddPath(path);
  if (!plain.ok) return plain;
  const patch = readHunks(path, text);
  if (!patch.ok) return patch;
  const args = ["apply", "-v", "--cached", "--reverse", "--whitespace=nowarn", "-"];
  const input = Buffer.from(patch.value.text).toString("latin1");
  const before = await git(["cat-file", "blob", `:${path}`], undefined, [0, 128]);
  if (!before.ok) return before;
  const applied = await git(["-c", "apply.ignoreWhitespace=no", ...args], input, [0, 1, 128]);
  if (!applied.ok) return applied;
  const { code, stderr } = applied.value;
  const elsewhere = /\(offset -?\d+ lines?\)/.test(stderr);
  const content = before.value.stdout.toString("utf8");
  if (code !== 0 || (elsewhere && isAmbiguous(patch.value, content))) {
    return err(conflict([path], "The file has changed since these lines were shown."));
  }
  return treeOf(git);
}

/** The tree with some files as they are on the old side of a scope. */
async function withOldFiles(
  kit: Kit,
  site: Site,
  { git, tree }: Captured,
  wish: Extract<RevertWish, { kind: "files" }>,
): Promise<Result<string>> {
  for (const path of wish.paths) {
    const plain = refuseOddPath(path);
    if (!plain.ok) return plain;
  }
  const old = await oldTree(kit, site, wish.old);
  if (!old.ok) return old;
  const changes = await treeChanges(kit, site.commonDir, tree, old.value);
  if (!changes.ok) return changes;
  const wanted = new Set(wish.paths.map((path) => Buffer.from(path).toString("latin1")));
  const renames = await renamesOf(kit, site, old.value, tree);
  if (!renames.ok) return renames;
  for (const [from, to] of renames.value) {
    if (wanted.has(from) || wanted.has(to)) wanted.add(from).add(to);
  }
  const chosen = changes.value.filter(({ path }) => wanted.has(path));
  const rows = chosen.map(({ path, to }) => indexRow(path, to, old.value.length));
  const args = ["update-index", "-z", "--replace", "--index-info"];
  const replaced = await git(args, removalsFirst(chosen, rows));
  if (!replaced.ok) return replaced;
  const target = await treeOf(git);
  if (!target.ok) return target;
  const came = await treeChanges(kit, site.commonDir, tree, target.value);
  if (!came.ok) return came;
  const others = came.value.filter(({ path }) => !wanted.has(path));
  if (others.length === 0) return target;
  const files = others.map(({ path }) => nameOf(path));
  return err(conflict(files, "Other files stand where a file or its folder was."));
}

function removalsFirst(changes: readonly Change[], rows: readonly string[]): string {
  const gone = rows.filter((_, index) => changes[index]?.to === null);
  const there = rows.filter((_, index) => changes[index]?.to !== null);
  return [...gone, ...there].join("");
}

async function oldTree(kit: Kit, site: Site, side: OldSide): Promise<Result<string>> {
  if (side.kind === "head") return ok(site.head);
  if (side.kind === "parent") {
    const own = await isOwnCommit(kit, site, side.sha);
    if (!own.ok) return own;
    if (!own.value) return err(unknownCommit(side.sha));
    const parent = await commitOf(kit, site.commonDir, `${side.sha}^1`);
    if (!parent.ok) return parent;
    return parent.value === null ? err(unknownCommit(side.sha)) : ok(parent.value);
  }
  const name = side.kind === "ref" ? side.ref : side.sha;
  const found = await commitOf(kit, site.commonDir, name);
  if (!found.ok) return found;
  if (found.value !== null) return ok(found.value);
  return err(side.kind === "ref" ? noSnapshot(side.what) : unknownCommit(side.sha));
}

async function isOwnCommit(kit: Kit, site: Site, sha: string): Promise<Result<boolean>> {
  const args = ["merge-base", "--is-ancestor", sha, site.head];
  const output = await inRepo(kit, site.commonDir, args, { codes: [0, 1, 128] });
  return output.ok ? ok(output.value.code === 0) : output;
}

/** Old and new names of what git takes for renamed between two trees. */
async function renamesOf(
  kit: Kit,
  site: Site,
  from: string,
  to: string,
): Promise<Result<(readonly [string, string])[]>> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--find-renames", "-l1000", "--diff-filter=R"];
  const output = await inRepo(kit, site.commonDir, [...args, "--no-ext-diff", from, to]);
  if (!output.ok) return output;
  const parts = fields(output.value.stdout, "latin1");
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    pairs.push([parts[at + 1] ?? "", parts[at + 2] ?? ""]);
  }
  return ok(pairs);
}

/** The tree without what one turn did, by a three-way merge onto the files as they are now. */
async function withoutTurn(
  kit: Kit,
  site: Site,
  { tree }: Captured,
  run: string,
): Promise<Result<string>> {
  if (!(await canMerge(kit))) return err(tooOld());
  const prefix = `refs/agetor/turn/${site.taskId}/${run}`;
  const start = await commitOf(kit, site.commonDir, `${prefix}/start`);
  if (!start.ok) return start;
  const end = await commitOf(kit, site.commonDir, `${prefix}/end`);
  if (!end.ok) return end;
  if (start.value === null || end.value === null) return err(noSnapshot("that turn"));
  const sides = { base: `${end.value}^{tree}`, ours: tree, theirs: `${start.value}^{tree}` };
  const ids = await treeIds(kit, site, [sides.base, sides.theirs]);
  if (!ids.ok) return ids;
  const [base = "", theirs = ""] = ids.value;
  const merged = await withMerging(kit, site, (env, scratch) =>
    mergeTrees(kit, env, scratch, { base, ours: tree, theirs }),
  );
  if (!merged.ok) return merged;
  if (merged.value.files.length === 0) return ok(merged.value.tree);
  const files = merged.value.files.map(nameOf);
  return err(conflict(files, "Later changes touch the same lines."));
}

/**
 * What was staged with the reverted lines in it is staged without them; else the agent's next commit
 * would bring them back. What was not staged stays so.
 */
async function indexAim(
  kit: Kit,
  site: Site,
  changes: readonly Change[],
): Promise<Result<IndexAim>> {
  const staged = await indexEntries(kit, site);
  if (!staged.ok) return staged;
  const heads = await treeEntries(kit, site.commonDir, site.head);
  if (!heads.ok) return heads;
  const rows = changes.flatMap(({ path, from, to }) => {
    const now = staged.value.get(path) ?? null;
    const head = heads.value.get(path) ?? null;
    const held = same(now, from) && !same(now, head);
    return held ? [indexRow(path, to, site.head.length)] : [];
  });
  return ok(rows.length === 0 ? { kind: "keep" } : { kind: "entries", info: rows.join("") });
}

/** Nothing inside another repository is touched, nor over a file that nobody has a copy of. */
async function refuseUnsafe(site: Site, changes: readonly Change[]): Promise<Result<null>> {
  for (const { path, from, to } of changes) {
    const link = from?.mode === linkMode || to?.mode === linkMode;
    if (link || (await isNested(site.worktree, path))) {
      return err(
        fault(
          "invalid_request",
          `${nameOf(path)} belongs to another repository inside the worktree.`,
          "Take it back there, with git.",
          { files: [nameOf(path)] },
        ),
      );
    }
  }
  return refuseInTheWay(site.worktree, changes);
}

async function isNested(root: string, path: string): Promise<boolean> {
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth += 1) {
    const name = `${parts.slice(0, depth).join("/")}/.git`;
    if ((await lstat(rawPath(root, name)).catch(() => null)) !== null) return true;
  }
  return false;
}

/** A path that names a file inside and nothing else. */
function refuseOddPath(path: string): Result<null> {
  const parts = path.split("/");
  const odd = parts.some((part) => part === "" || /^(\.|\.\.|\.git)$/i.test(part));
  if (!odd && !path.includes("\0")) return ok(null);
  return err(
    fault("invalid_request", "This is not the path of a file of the worktree.", null, { path }),
  );
}

function conflict(files: readonly string[], why: string): Fault {
  return fault(
    "merge_conflict",
    why,
    "Nothing was touched. Look at the changes again, or ask the agent to take it back.",
    { files },
  );
}

function nothingToRevert(): Fault {
  return fault(
    "conflict",
    "There is nothing to take back: the files already are like that.",
    "Look at the changes again.",
  );
}

function noSnapshot(what: string): Fault {
  return fault(
    "nothing_to_restore",
    `How the files were before ${what} was not kept.`,
    "Revert single files or hunks instead.",
  );
}

function unknownCommit(sha: string): Fault {
  return fault(
    "bad_ref",
    `${sha.slice(0, 12)} is not a commit of this task's branch, or has none before it.`,
    "Choose one of the commits that are listed.",
  );
}

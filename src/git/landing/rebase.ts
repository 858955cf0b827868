import type { Checkpoint } from "../../contract/changes.ts";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { captureTree } from "../capture.ts";
import type { Kit } from "../kit.ts";
import { baseRef, commitOf, refValue } from "../refs.ts";
import type { ShadowEnv } from "../shadow.ts";
import { countDirty } from "../trash.ts";
import { findCheckpoint, shown, writeCheckpoint } from "./checkpoint.ts";
import { headRef } from "./commit.ts";
import {
  type CommitText,
  identityOf,
  readCommit,
  subjectOf,
  writeCommits,
} from "./commit-object.ts";
import { commitsBetween, noSuchBase } from "./merge.ts";
import { canMerge, mergeCommits, mergeTrees, tooOld, withMerging } from "./merge-trees.ts";
import { carryOut, doneBefore } from "./move.ts";
import { refuseUnfinished, type Site } from "./site.ts";
import { nameOf, refuseInTheWay, treeChanges, treeIds } from "./tree-changes.ts";
import type { BaseMove, Doing } from "./types.ts";

export interface Rebased {
  readonly headSha: string;
  readonly checkpoint: Checkpoint;
  readonly base: BaseMove;
}

/** More commits than a person means. */
const maxCommits = 1_000;

/** See `Landing.rebase`. All commits are made first; then branch, pin and worktree move together. */
export async function rebase(
  kit: Kit,
  site: Site,
  doing: Doing,
  base: string,
): Promise<Result<Rebased>> {
  const before = await doneBefore(site, doing.command);
  if (before !== null && before.base !== null) {
    const found = await findCheckpoint(kit, site.commonDir, site.taskId, before.id);
    if (!found.ok) return found;
    const headSha = before.answer["sha"] ?? "";
    return ok({ headSha, checkpoint: shown(found.value), base: before.base });
  }
  if (!(await canMerge(kit))) return err(tooOld());
  const quiet = await refuseUnfinished(site);
  if (!quiet.ok) return quiet;
  const onto = await commitOf(kit, site.commonDir, `refs/heads/${base}`);
  if (!onto.ok) return onto;
  if (onto.value === null) return err(noSuchBase(base));
  const worked = await workOut(kit, site, onto.value);
  return worked.ok ? takeOver(kit, site, doing, { ...worked.value, onto: onto.value }) : worked;
}

interface Worked {
  /** The new tip of the branch. */
  readonly head: string;
  /** The worktree's files before and after. */
  readonly from: string;
  readonly to: string;
}

/** Makes the new commits, and the tree of the worktree with what was not committed carried over. */
async function workOut(kit: Kit, site: Site, onto: string): Promise<Result<Worked>> {
  const commits = await commitsBetween(kit, site, onto, site.head);
  if (!commits.ok) return commits;
  if (commits.value.length > maxCommits) return err(tooMany(commits.value.length));
  const who = await identityOf(kit, site.gitDir);
  if (!who.ok) return who;
  const from = await captureTree(kit, {
    repo: site,
    worktree: site.worktree,
    hasIndex: true,
    head: site.head,
    base: site.baseSha,
  });
  if (!from.ok) return from;
  return withMerging(kit, site, async (env, scratch) => {
    const head = await replay(kit, site, { env, scratch, onto, who: who.value }, commits.value);
    if (!head.ok) return head;
    const trees = await treeIds(kit, site, [`${site.head}^{tree}`, `${head.value}^{tree}`]);
    if (!trees.ok) return trees;
    const [old = "", fresh = ""] = trees.value;
    const sides = { base: old, ours: fresh, theirs: from.value };
    const carried = await mergeTrees(kit, env, scratch, sides);
    if (!carried.ok) return carried;
    const files = carried.value.files.map(nameOf);
    if (files.length > 0) return err(notCarried(files));
    return ok({ head: head.value, from: from.value, to: carried.value.tree });
  });
}

interface Replaying {
  readonly env: ShadowEnv;
  readonly scratch: string;
  readonly onto: string;
  readonly who: string;
}

/** Puts each commit onto the one before, its author and message as they are; the new tip. */
async function replay(
  kit: Kit,
  site: Site,
  on: Replaying,
  commits: readonly string[],
): Promise<Result<string>> {
  let tip = on.onto;
  const start = await treeIds(kit, site, [`${tip}^{tree}`]);
  if (!start.ok) return start;
  let tree = start.value[0] ?? "";
  let flattened = false;
  for (const sha of commits) {
    const commit = await readCommit(kit, site.commonDir, sha);
    if (!commit.ok) return commit;
    const { parents } = commit.value;
    if (parents.length > 1) {
      flattened = true;
      continue;
    }
    const next = await replayOne(kit, site, on, { sha, commit: commit.value, tip, tree });
    if (!next.ok) return next;
    tip = next.value.tip;
    tree = next.value.tree;
  }
  if (!flattened) return ok(tip);
  // What a merge resolved is in no other commit: the flat history must come to the same files.
  const whole = await mergeCommits(kit, on.env, on.onto, site.head);
  if (!whole.ok) return whole;
  const same = whole.value.files.length === 0 && whole.value.tree === tree;
  return same ? ok(tip) : err(notFlat());
}

interface Next {
  readonly sha: string;
  readonly commit: CommitText;
  readonly tip: string;
  readonly tree: string;
}

async function replayOne(
  kit: Kit,
  site: Site,
  { env, scratch, who }: Replaying,
  { sha, commit, tip, tree }: Next,
): Promise<Result<{ tip: string; tree: string }>> {
  const [parent] = commit.parents;
  if (parent === tip) return ok({ tip: sha, tree: commit.tree });
  const base =
    parent === undefined
      ? await emptyTree(kit, env, scratch)
      : await treeIds(kit, site, [`${parent}^{tree}`]);
  if (!base.ok) return base;
  const sides = { base: base.value[0] ?? "", ours: tree, theirs: commit.tree };
  const merged = await mergeTrees(kit, env, scratch, sides);
  if (!merged.ok) return merged;
  if (merged.value.files.length > 0) {
    return err(conflict(sha, subjectOf(commit), merged.value.files.map(nameOf)));
  }
  if (merged.value.tree === tree) return ok({ tip, tree });
  const text = { ...commit, tree: merged.value.tree, parents: [tip], committer: who };
  const written = await writeCommits(kit, env, scratch, [text]);
  return written.ok ? ok({ tip: written.value[0] ?? "", tree: merged.value.tree }) : written;
}

async function emptyTree(kit: Kit, env: ShadowEnv, cwd: string): Promise<Result<string[]>> {
  const made = await kit.runner.run({ args: ["mktree"], cwd, env });
  return made.ok ? ok([made.value.stdout.toString("utf8").trim()]) : made;
}

/** Checkpoint, then the move of files, index, branch and pin. */
async function takeOver(
  kit: Kit,
  site: Site,
  doing: Doing,
  { head, from, to, onto }: Worked & { readonly onto: string },
): Promise<Result<Rebased>> {
  const pin = await refValue(kit, site.commonDir, baseRef(site.taskId));
  if (!pin.ok) return pin;
  if (head === site.head && pin.value === onto) return err(upToDate());
  const changes = await treeChanges(kit, site.commonDir, from, to);
  if (!changes.ok) return changes;
  const free = await refuseInTheWay(site.worktree, changes.value);
  if (!free.ok) return free;
  const dirty = await countDirty(kit, site.commonDir, site.head, from);
  if (!dirty.ok) return dirty;
  const now = { reason: "rebase", tree: from, dirtyFiles: dirty.value } as const;
  const checkpoint = await writeCheckpoint(kit, site, doing, now);
  if (!checkpoint.ok) return checkpoint;
  const base = { from: pin.value, to: onto };
  const moves = [
    { name: headRef(site), from: site.head, to: head },
    { name: baseRef(site.taskId), ...base },
  ];
  const moved = await carryOut(kit, site, {
    id: doing.id,
    command: doing.command,
    files: { from, to },
    index: { kind: "head", sha: head },
    head: null,
    refs: moves.filter((ref) => ref.from !== ref.to),
    base,
    answer: { what: "rebase", sha: head },
  });
  return moved.ok ? ok({ headSha: head, checkpoint: checkpoint.value, base }) : moved;
}

function conflict(sha: string, subject: string, files: readonly string[]): Fault {
  return fault(
    "merge_conflict",
    `“${subject}” conflicts with the base in ${files.length} ${files.length === 1 ? "file" : "files"}.`,
    "Have the agent resolve it. Nothing was changed.",
    { files, commit: { sha, subject } },
  );
}

function notCarried(files: readonly string[]): Fault {
  return fault(
    "not_clean",
    "What is not committed conflicts with the moved base.",
    "Commit or revert it first. Nothing was changed.",
    { files },
  );
}

function notFlat(): Fault {
  return fault(
    "conflict",
    "The branch has merges whose resolutions a rebase would lose.",
    "Make a merge commit instead, or have the agent rebase it.",
  );
}

function tooMany(count: number): Fault {
  return fault(
    "conflict",
    `The branch is ${count} commits away from its base, more than is rebased here.`,
    "Make a merge commit instead.",
  );
}

function upToDate(): Fault {
  return fault("conflict", "The branch already stands on its base.", "There is nothing to rebase.");
}

import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { captureTree } from "../capture.ts";
import { ownedBranches } from "../claim.ts";
import type { Kit } from "../kit.ts";
import { baseRef, commitOf, refValue } from "../refs.ts";
import { countDirty } from "../trash.ts";
import { findCheckpoint, type StoredCheckpoint, shown, writeCheckpoint } from "./checkpoint.ts";
import { checkedOutAt } from "./heads.ts";
import { carryOut, doneBefore, type Move } from "./move.ts";
import { refuseUnfinished, type Site } from "./site.ts";
import { refuseInTheWay, treeChanges, treeIds } from "./tree-changes.ts";
import type { Doing, Restored } from "./types.ts";

type Refs = Move["refs"];

/** See `Landing.restoreCheckpoint`. */
export async function restoreCheckpoint(
  kit: Kit,
  site: Site,
  doing: Doing,
  id: string,
): Promise<Result<Restored>> {
  const before = await doneBefore(site, doing.command);
  if (before !== null) {
    const found = await findCheckpoint(kit, site.commonDir, site.taskId, before.id);
    if (!found.ok) return found;
    const baseBranchStays = before.answer["stays"] ?? null;
    return ok({ checkpoint: shown(found.value), base: before.base, baseBranchStays });
  }
  const quiet = await refuseUnfinished(site);
  if (!quiet.ok) return quiet;
  const stored = await findCheckpoint(kit, site.commonDir, site.taskId, id);
  if (!stored.ok) return stored;
  const files = await filesOf(kit, site, stored.value);
  if (!files.ok) return files;
  const branch = await branchOf(kit, site, stored.value);
  if (!branch.ok) return branch;
  const baseBranch = await baseBranchOf(kit, site, stored.value);
  if (!baseBranch.ok) return baseBranch;
  const pin = await pinOf(kit, site, stored.value);
  if (!pin.ok) return pin;
  const dirty = await countDirty(kit, site.commonDir, site.head, files.value.from);
  if (!dirty.ok) return dirty;
  const back = baseBranch.value.move;
  const checkpoint = await writeCheckpoint(kit, site, doing, {
    reason: "restore",
    tree: files.value.from,
    dirtyFiles: dirty.value,
    ...(back === null ? {} : { base: back }),
  });
  if (!checkpoint.ok) return checkpoint;
  const refs = [...branch.value.refs, ...baseBranch.value.refs, ...pin.value.refs];
  const moved = await carryOut(kit, site, {
    id: doing.id,
    command: doing.command,
    files: files.value,
    index: { kind: "head", sha: stored.value.headSha ?? site.head },
    head: branch.value.head,
    refs: refs.filter(({ from, to }) => from !== to),
    base: pin.value.base,
    answer: {
      what: "restore",
      ...(baseBranch.value.stays === null ? {} : { stays: baseBranch.value.stays }),
    },
  });
  if (!moved.ok) return moved;
  const baseBranchStays = baseBranch.value.stays;
  return ok({ checkpoint: checkpoint.value, base: pin.value.base, baseBranchStays });
}

/** The files as they are and as they were; refused where something nobody has is in the way. */
async function filesOf(
  kit: Kit,
  site: Site,
  stored: StoredCheckpoint,
): Promise<Result<{ from: string; to: string }>> {
  const from = await captureTree(kit, {
    repo: site,
    worktree: site.worktree,
    hasIndex: true,
    head: site.head,
    base: site.baseSha,
  });
  if (!from.ok) return from;
  const to = await treeIds(kit, site, [`${stored.sha}^{tree}`]);
  if (!to.ok) return to;
  const files = { from: from.value, to: to.value[0] ?? "" };
  const changes = await treeChanges(kit, site.commonDir, files.from, files.to);
  if (!changes.ok) return changes;
  const free = await refuseInTheWay(site.worktree, changes.value);
  return free.ok ? ok(files) : free;
}

/**
 * The branch that comes back, and whether HEAD has to name it again. A branch of that name which is
 * not the task's any more is left alone: then it is the one the worktree is on.
 */
async function branchOf(
  kit: Kit,
  site: Site,
  stored: StoredCheckpoint,
): Promise<Result<{ head: string | null; refs: Refs }>> {
  const to = stored.headSha;
  if (to === null) return ok({ head: null, refs: [] });
  const owned = await ownedBranches(kit, site.commonDir, site.taskId);
  if (!owned.ok) return owned;
  const { branch } = stored;
  const known = branch !== null && (branch === site.branch || owned.value.includes(branch));
  const name = known ? branch : site.branch;
  if (name === null) return ok({ head: null, refs: [{ name: "HEAD", from: site.head, to }] });
  const from = await refValue(kit, site.commonDir, `refs/heads/${name}`);
  if (!from.ok) return from;
  const refs = [{ name: `refs/heads/${name}`, from: from.value, to }];
  if (name === site.branch) return ok({ head: null, refs });
  const at = await checkedOutAt(kit, site.commonDir, name);
  if (!at.ok) return at;
  return at.value === null ? ok({ head: name, refs }) : err(takenElsewhere(name, at.value));
}

interface BaseBranch {
  readonly refs: Refs;
  readonly move: { readonly branch: string; readonly sha: string; readonly to: string } | null;
  readonly stays: string | null;
}

/** The base branch, if it still is where this task's own step brought it, and nobody stands on it. */
async function baseBranchOf(
  kit: Kit,
  site: Site,
  stored: StoredCheckpoint,
): Promise<Result<BaseBranch>> {
  const { baseBranch: branch, baseBranchSha: to, baseBranchTo: from } = stored;
  if (branch === null || to === null || from === null) {
    return ok({ refs: [], move: null, stays: null });
  }
  const now = await commitOf(kit, site.commonDir, `refs/heads/${branch}`);
  if (!now.ok) return now;
  if (now.value === to) return ok({ refs: [], move: null, stays: null });
  const stays = (why: string) => ok({ refs: [], move: null, stays: `${branch} stays: ${why}.` });
  if (now.value === null) return stays("there is no such branch any more");
  if (now.value !== from) return stays("somebody has moved it since");
  const at = await checkedOutAt(kit, site.commonDir, branch);
  if (!at.ok) return at;
  if (at.value !== null) return stays(`it is checked out in ${at.value}`);
  const refs = [{ name: `refs/heads/${branch}`, from, to }];
  return ok({ refs, move: { branch, sha: from, to }, stays: null });
}

/** What the task was pinned to, when that moved since. */
async function pinOf(
  kit: Kit,
  site: Site,
  stored: StoredCheckpoint,
): Promise<Result<{ refs: Refs; base: Move["base"] }>> {
  const name = baseRef(site.taskId);
  const from = await refValue(kit, site.commonDir, name);
  if (!from.ok) return from;
  const to = stored.pinned;
  if (to === null || from.value === to) return ok({ refs: [], base: null });
  const known = await commitOf(kit, site.commonDir, to);
  if (!known.ok) return known;
  if (known.value === null) return ok({ refs: [], base: null });
  return ok({ refs: [{ name, from: from.value, to }], base: { from: from.value, to } });
}

function takenElsewhere(branch: string, at: string): Fault {
  return fault(
    "conflict",
    `The branch ${branch} is checked out in ${at}.`,
    "Switch that checkout to another branch, then try again.",
    { branch, path: at },
  );
}

import { randomUUID } from "node:crypto";
import { lstat, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { inRepo, type Kit, writeInRepo } from "./kit.ts";
import {
  findAdmin,
  gitDirOf,
  leadsTo,
  type Marker,
  readMarker,
  real,
  writeMarker,
} from "./layout.ts";
import { strange } from "./own-checkout.ts";
import { commitOf, ownerRef } from "./refs.ts";
import { removeTree } from "./remove-tree.ts";

/** A worktree that git knows and that is proven to be the task's. */
export interface Claimed {
  readonly gitDir: string;
  readonly marker: Marker;
  /** The commit its branch stood at when it was made. */
  readonly sha: string;
}

export interface Wanted {
  readonly taskId: string;
  readonly commonDir: string;
  readonly path: string;
  readonly branch: string;
  readonly sha: string;
}

/** How many names are tried before a branch counts as blocked. */
const maxSuffix = 99;

/**
 * Makes branch and worktree, without files. Whatever a killed attempt left is taken up or cleared
 * first. Runs under the lock of the repository.
 */
export async function claim(kit: Kit, wanted: Wanted): Promise<Result<Claimed>> {
  const found = await takeUp(kit, wanted);
  if (!found.ok) return found;
  if (found.value !== null) return ok(found.value);
  const branch = await ownBranch(kit, wanted);
  if (!branch.ok) return branch;
  const args = [
    "worktree",
    "add",
    "--quiet",
    "--no-checkout",
    "--",
    wanted.path,
    branch.value.name,
  ];
  const added = await writeInRepo(kit, wanted.commonDir, args);
  if (!added.ok) return err(notAdded(added.fault, branch.value.name));
  const gitDir = await findAdmin(wanted.commonDir, wanted.path);
  if (gitDir === null) return err(notAdded(null, branch.value.name));
  const marker: Marker = {
    taskId: wanted.taskId,
    branch: branch.value.name,
    mark: randomUUID(),
    state: "made",
  };
  await writeMarker(gitDir, marker);
  return ok({ gitDir, marker, sha: branch.value.sha });
}

/** What an earlier attempt made: all of it, a part to go on from, or nothing. */
async function takeUp(kit: Kit, wanted: Wanted): Promise<Result<Claimed | null>> {
  const { commonDir, path, taskId } = wanted;
  const gitDir = await findAdmin(commonDir, path);
  const folder = await lstat(path).catch(() => null);
  if (gitDir === null) {
    const empty = folder === null || (await readdir(path)).length === 0;
    return empty ? ok(null) : err(inTheWay(path));
  }
  const marker = await readMarker(gitDir);
  const whole = folder !== null && (await isLinked(path, gitDir, marker));
  if (marker?.taskId === taskId && whole) {
    const sha = await commitOf(kit, commonDir, `refs/heads/${marker.branch}`);
    if (!sha.ok) return sha;
    if (marker.state === "ready") return ok({ gitDir, marker, sha: sha.value ?? wanted.sha });
    if (sha.value !== null) return ok({ gitDir, marker, sha: sha.value });
  }
  // It may hold work: a finished one whose `.git` was damaged is not ours to clear.
  const bare = folder === null || (await readdir(path)).every((name) => name === ".git");
  if (marker?.state !== "made" && !bare) return err(strange(path));
  await removeTree(path);
  await removeTree(gitDir);
  return ok(null);
}

/**
 * Whether the folder's `.git` leads to this git directory. That of a finished worktree is set right
 * when it leads nowhere (the repository may have moved): what it should say is known. Without one
 * the folder was made by somebody else, after the worktree had gone.
 */
async function isLinked(path: string, gitDir: string, marker: Marker | null): Promise<boolean> {
  if (await leadsTo(path, gitDir)) return true;
  const link = await lstat(join(path, ".git")).catch(() => null);
  if (marker?.state !== "ready" || !link?.isFile()) return false;
  const named = await gitDirOf(path);
  if (named !== null && (await real(named)) !== null) return false;
  await writeFile(join(path, ".git"), `gitdir: ${gitDir}\n`);
  return true;
}

/** The task's branch: the one a killed attempt made, or the next free name. */
async function ownBranch(
  kit: Kit,
  wanted: Wanted,
): Promise<Result<{ readonly name: string; readonly sha: string }>> {
  const owned = await ownedBranches(kit, wanted.commonDir, wanted.taskId);
  if (!owned.ok) return owned;
  for (const name of owned.value) {
    const sha = await commitOf(kit, wanted.commonDir, `refs/heads/${name}`);
    if (!sha.ok) return sha;
    if (sha.value !== null) return ok({ name, sha: sha.value });
  }
  const free = await freeName(kit, wanted);
  if (!free.ok) return free;
  const name = free.value;
  // The mark goes first: a branch without one is never taken for ours.
  const stale = owned.value.filter((other) => other !== name);
  const orders = [
    ...stale.map((other) => `delete ${ownerRef(wanted.taskId, other)}\0\0`),
    `update ${ownerRef(wanted.taskId, name)}\0${wanted.sha}\0\0`,
  ];
  const marked = await order(kit, wanted.commonDir, orders);
  if (!marked.ok) return marked;
  const made = await order(kit, wanted.commonDir, [`create refs/heads/${name}\0${wanted.sha}\0`]);
  return made.ok ? ok({ name, sha: wanted.sha }) : made;
}

async function order(
  kit: Kit,
  commonDir: string,
  orders: readonly string[],
): Promise<Result<null>> {
  const output = await writeInRepo(kit, commonDir, ["update-ref", "--stdin", "-z"], {
    input: orders.join(""),
  });
  return output.ok ? ok(null) : output;
}

/** Branches marked as the task's, whether they still exist or not. */
export async function ownedBranches(
  kit: Kit,
  commonDir: string,
  taskId: string,
): Promise<Result<string[]>> {
  const prefix = ownerRef(taskId, "");
  const output = await inRepo(kit, commonDir, ["for-each-ref", "--format=%(refname)", prefix]);
  if (!output.ok) return output;
  const names = output.value.stdout.toString("utf8").split("\n");
  return ok(names.filter((name) => name !== "").map((name) => name.slice(prefix.length)));
}

/** The wanted name, or the next of `-2`, `-3`, … that no branch has or blocks, letter case aside. */
async function freeName(kit: Kit, { commonDir, branch }: Wanted): Promise<Result<string>> {
  const top = branch.split("/")[0] ?? branch;
  const args = ["for-each-ref", "--ignore-case", "--format=%(refname)", `refs/heads/${top}`];
  const output = await inRepo(kit, commonDir, args);
  if (!output.ok) return output;
  const taken = output.value.stdout.toString("utf8").toLowerCase().split("\n");
  const names = new Set(taken.map((ref) => ref.slice("refs/heads/".length)));
  const parents = branch.split("/").slice(0, -1);
  const above = parents.map((_, index) => parents.slice(0, index + 1).join("/"));
  const blocker = above.find((name) => names.has(name.toLowerCase()));
  if (blocker !== undefined) return err(blocked(branch, blocker));
  for (let count = 1; count <= maxSuffix; count += 1) {
    const name = count === 1 ? branch : `${branch}-${count}`;
    const below = `${name.toLowerCase()}/`;
    const free = !names.has(name.toLowerCase()) && ![...names].some((n) => n.startsWith(below));
    if (free) return ok(name);
  }
  return err(blocked(branch, branch));
}

function blocked(branch: string, blocker: string): Fault {
  return fault(
    "branch_blocked",
    `The branch ${branch} cannot be made: ${blocker} is in its way.`,
    `Rename the branch ${blocker}, then try again.`,
    { branch, blocker },
  );
}

function inTheWay(path: string): Fault {
  return fault(
    "worktree_failed",
    `${path} is not empty, and git does not know it as this task's worktree.`,
    "If nothing in it is needed, move it away, then try again.",
    { path },
  );
}

function notAdded(why: Fault | null, branch: string): Fault {
  if (why !== null && why.code !== "git_failed") return why;
  const words = String(why?.details?.["stderr"] ?? "");
  if (/is already (checked out|used by worktree) at/.test(words)) {
    return fault(
      "branch_blocked",
      `The task's branch ${branch} is checked out elsewhere.`,
      `Switch the other worktree to another branch, then try again.`,
      { branch, stderr: words },
    );
  }
  return fault(
    "worktree_failed",
    `The worktree could not be made: ${why?.message ?? "git made none"}`,
    "Look at what git says, then try again.",
    why?.details ?? null,
  );
}

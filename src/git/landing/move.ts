import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { fileFault } from "../failure.ts";
import { type Kit, writeInRepo } from "../kit.ts";
import { refValue } from "../refs.ts";
import { checkedOutAt } from "./heads.ts";
import { clearOwnLock, setIndex } from "./index-file.ts";
import { leftOut, matching, place } from "./place.ts";
import type { Site } from "./site.ts";
import { type Change, nameOf, treeChanges } from "./tree-changes.ts";
import type { BaseMove } from "./types.ts";

/**
 * A *move* takes a worktree, its index, its HEAD and some refs from one state to another. It is
 * written down in the worktree's git directory before anything is touched, so that whoever comes
 * after a killed server can finish it, or take it back (docs/decisions/0013). The order is files,
 * index, HEAD, refs: the refs go last and all at once, and only if nobody moved them.
 */
const Move = z.object({
  /** The checkpoint that holds the state before. */
  id: z.string(),
  command: z.string().nullable(),
  files: z.object({ from: z.string(), to: z.string() }).nullable(),
  index: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("keep") }),
    z.object({ kind: z.literal("head"), sha: z.string() }),
    z.object({ kind: z.literal("entries"), info: z.string() }),
  ]),
  /** A branch for HEAD to name. */
  head: z.string().nullable(),
  refs: z.array(
    z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() }),
  ),
  /** What the task is pinned to, before and after. */
  base: z.object({ from: z.string().nullable(), to: z.string() }).nullable(),
  /** What was answered, for a retry. */
  answer: z.record(z.string(), z.string()),
});
export type Move = z.infer<typeof Move>;

const pending = "agetor-move";
const last = "agetor-moved";

/** Carries a move out. When it cannot be finished everything is as before, and the fault says why. */
export async function carryOut(kit: Kit, site: Site, move: Move): Promise<Result<null>> {
  const changes = await changesOf(kit, site, move);
  if (!changes.ok) return changes;
  const still = await matching(
    kit,
    site,
    changes.value.map(({ path, from }) => ({ path, entry: from })),
  );
  if (!still.ok) return still;
  const moved = changes.value.filter(({ path }) => !still.value.has(path));
  if (moved.length > 0) return err(changedMeanwhile(moved));
  await write(site, pending, move);
  return settle(kit, site, move, changes.value);
}

/** Does what is left of a move, and takes it back when that fails. */
async function settle(
  kit: Kit,
  site: Site,
  move: Move,
  changes: readonly Change[],
): Promise<Result<null>> {
  const progress = { indexed: false };
  const done = await attempt(() => forward(kit, site, move, changes, progress));
  if (done.ok) {
    await rename(join(site.gitDir, pending), join(site.gitDir, last));
    return done;
  }
  const back = await attempt(() => backward(kit, site, move, changes, progress));
  if (back.ok) await rm(join(site.gitDir, pending), { force: true });
  return done;
}

async function attempt<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    const known = fileFault(error);
    if (known === null) throw error;
    return err(known);
  }
}

/** How far a move came. */
interface Progress {
  indexed: boolean;
}

async function forward(
  kit: Kit,
  site: Site,
  move: Move,
  changes: readonly Change[],
  progress: Progress,
): Promise<Result<null>> {
  if (move.files !== null) {
    const placed = await place(kit, site, move.files.to, changes);
    if (!placed.ok) return placed;
  }
  const indexed = await setIndex(kit, site, move.index);
  if (!indexed.ok) return indexed;
  progress.indexed = true;
  if (move.head !== null) {
    const args = ["symbolic-ref", "-m", "agetor: restore", "HEAD", `refs/heads/${move.head}`];
    const named = await writeInRepo(kit, site.gitDir, args);
    if (!named.ok) return named;
  }
  return moveRefs(kit, site, move);
}

/** Brings back what `forward` may have changed; the refs come last there, so they never moved. */
async function backward(
  kit: Kit,
  site: Site,
  move: Move,
  changes: readonly Change[],
  progress: Progress,
): Promise<Result<null>> {
  if (move.files !== null) {
    const undone = changes.map(({ path, from, to }) => ({ path, from: to, to: from }));
    const placed = await matching(
      kit,
      site,
      undone.map(({ path, from }) => ({ path, entry: from })),
    );
    if (!placed.ok) return placed;
    const ours = undone.filter(({ path }) => placed.value.has(path));
    const back = await place(kit, site, move.files.from, ours);
    if (!back.ok) return back;
  }
  const head = site.branch === null ? null : `refs/heads/${site.branch}`;
  if (move.head !== null && head !== null) {
    const named = await writeInRepo(kit, site.gitDir, ["symbolic-ref", "HEAD", head]);
    if (!named.ok) return named;
  }
  if (move.index.kind === "keep" || !progress.indexed) return ok(null);
  return setIndex(kit, site, { kind: "head", sha: site.head });
}

/** All refs in one transaction, each only if it is where it was. Done before is fine. */
async function moveRefs(kit: Kit, site: Site, move: Move): Promise<Result<null>> {
  if (move.refs.length === 0) return ok(null);
  return kit.locks.run(`repo:${site.commonDir}`, async () => {
    const now = await Promise.all(move.refs.map(({ name }) => refValue(kit, site.gitDir, name)));
    for (const value of now) if (!value.ok) return value;
    const values = now.map((value) => (value.ok ? value.value : null));
    if (move.refs.every(({ to }, index) => values[index] === to)) return ok(null);
    const other = move.refs.find(({ from }, index) => values[index] !== from);
    if (other !== undefined) return err(movedMeanwhile(other.name));
    for (const { name } of move.refs) {
      const branch = name.startsWith("refs/heads/") ? name.slice(11) : null;
      if (branch === null || branch === site.branch || branch === move.head) continue;
      const at = await checkedOutAt(kit, site.commonDir, branch);
      if (!at.ok) return at;
      if (at.value !== null) return err(stoodOn(branch, at.value));
    }
    const args = ["update-ref", "-m", `agetor: ${move.answer["what"] ?? "move"}`, "-z", "--stdin"];
    const input = move.refs.map(order).join("");
    const written = await writeInRepo(kit, site.gitDir, args, { input });
    if (written.ok) return ok(null);
    // The git of a server that was killed may have got there in between.
    const after = await Promise.all(move.refs.map(({ name }) => refValue(kit, site.gitDir, name)));
    const there = move.refs.every(({ to }, index) => {
      const value = after[index];
      return value?.ok === true && value.value === to;
    });
    return there ? ok(null) : written;
  });
}

function order({ name, from, to }: Move["refs"][number]): string {
  const what =
    to === null
      ? `delete ${name}\0${from ?? ""}\0`
      : from === null
        ? `create ${name}\0${to}\0`
        : `update ${name}\0${to}\0${from}\0`;
  return `option no-deref\0${what}`;
}

/** The paths a move is about, without those a sparse checkout leaves out. */
async function changesOf(kit: Kit, site: Site, move: Move): Promise<Result<Change[]>> {
  if (move.files === null || move.files.from === move.files.to) return ok([]);
  const changes = await treeChanges(kit, site.commonDir, move.files.from, move.files.to);
  if (!changes.ok) return changes;
  const out = await leftOut(kit, site);
  if (!out.ok) return out;
  return ok(changes.value.filter(({ path }) => !out.value.has(path)));
}

/**
 * Finishes what a killed server left half done: files that are as they were go on, files that
 * somebody changed since stay (the checkpoint holds what was). When a ref was moved meanwhile, all
 * of it is taken back.
 */
export async function recover(kit: Kit, site: Site): Promise<Result<null>> {
  await clearOwnLock(site.gitDir);
  const move = await read(site, pending);
  if (move === null) return ok(null);
  const changes = await changesOf(kit, site, move);
  if (!changes.ok) return changes;
  const untouched = await matching(
    kit,
    site,
    changes.value.map(({ path, from }) => ({ path, entry: from })),
  );
  if (!untouched.ok) return untouched;
  const left = changes.value.filter(({ path }) => untouched.value.has(path));
  // Going back needs every path again, so that what was done before the end is undone too.
  // Nobody knows how far it came: then all of it is taken back.
  const progress = { indexed: true };
  const done = await attempt(() => forward(kit, site, move, left, progress));
  if (done.ok) {
    await rename(join(site.gitDir, pending), join(site.gitDir, last));
    return ok(null);
  }
  const back = await attempt(() => backward(kit, site, move, changes.value, progress));
  if (!back.ok) return back;
  await rm(join(site.gitDir, pending), { force: true });
  return ok(null);
}

/** The answer of an earlier try at the same command, or null. */
export async function doneBefore(site: Site, command: string | null): Promise<Move | null> {
  if (command === null) return null;
  const move = await read(site, last);
  return move?.command === command ? move : null;
}

/** Where the last move took the pinned base, or null. */
export async function lastBase(site: Pick<Site, "gitDir">): Promise<BaseMove | null> {
  return (await read(site, last))?.base ?? null;
}

/** Whether a move is under way, or was when a server was killed. */
export async function isMoving(site: Pick<Site, "gitDir">): Promise<boolean> {
  return (await read(site, pending)) !== null;
}

async function read(site: Pick<Site, "gitDir">, name: string): Promise<Move | null> {
  const text = await readFile(join(site.gitDir, name), "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return Move.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

async function write(site: Site, name: string, move: Move): Promise<void> {
  const path = join(site.gitDir, name);
  await writeFile(`${path}.new`, `${JSON.stringify(move)}\n`);
  await rename(`${path}.new`, path);
}

function changedMeanwhile(changes: readonly Change[]): Fault {
  const files = changes.map(({ path }) => nameOf(path));
  return fault(
    "merge_conflict",
    `Files changed while this was being worked out: ${files.slice(0, 5).join(", ")}`,
    "Nothing was touched. Try again.",
    { files },
  );
}

function movedMeanwhile(ref: string): Fault {
  return fault(
    "conflict",
    `${ref} was moved by somebody else meanwhile.`,
    "Nothing was touched. Look at it, then try again.",
    { ref },
  );
}

function stoodOn(branch: string, at: string): Fault {
  return fault(
    "base_checked_out",
    `${branch} is checked out in ${at}, so it is not moved from under you.`,
    "Switch that checkout to another branch, or do it there yourself.",
    { branch, path: at },
  );
}

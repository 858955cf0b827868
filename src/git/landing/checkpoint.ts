import { Checkpoint } from "../../contract/changes.ts";
import { fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { trailer, writeKeepsake } from "../keepsake.ts";
import { inRepo, type Kit, writeInRepo } from "../kit.ts";
import { openCommonDir } from "../layout.ts";
import { isTaskId } from "../own-path.ts";
import type { Site } from "./site.ts";
import type { Doing } from "./types.ts";

const root = "refs/agetor/checkpoint/";

export function checkpointRef(taskId: string, id: string): string {
  return `${root}${taskId}/${id}`;
}

/** A checkpoint with what only a way back needs to know. */
export interface StoredCheckpoint extends Checkpoint {
  readonly taskId: string;
  /** The person's command that it was written for. */
  readonly command: string | null;
  /** What the task was pinned to. */
  readonly pinned: string | null;
  /** Where the base branch went from there. */
  readonly baseBranchTo: string | null;
}

export interface NewCheckpoint {
  readonly reason: Checkpoint["reason"];
  /** The files as they are, ignored ones aside. */
  readonly tree: string;
  readonly dirtyFiles: number;
  /** The base branch when it is about to move. */
  readonly base?: { readonly branch: string; readonly sha: string; readonly to: string };
}

/** Keeps how everything stands, before something changes it (docs/decisions/0013). */
export async function writeCheckpoint(
  kit: Kit,
  site: Site,
  doing: Doing,
  now: NewCheckpoint,
): Promise<Result<Checkpoint>> {
  const ref = checkpointRef(site.taskId, doing.id);
  const trailers: readonly (readonly [string, string | number | null | undefined])[] = [
    ["Checkpoint", doing.id],
    ["Task", site.taskId],
    ["At", doing.at],
    ["Reason", now.reason],
    ["Branch", site.branch],
    ["Head-Sha", site.head],
    ["Pinned", site.baseSha],
    ["Base-Branch", now.base?.branch],
    ["Base-Branch-Sha", now.base?.sha],
    ["Base-Branch-To", now.base?.to],
    ["Dirty-Files", now.dirtyFiles],
    ["Command", doing.command],
  ];
  const rows = trailers.flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`Agetor-${name}: ${value}`],
  );
  const parents = [site.head, now.base?.sha].filter((sha) => sha !== undefined);
  const sha = await writeKeepsake(kit, {
    commonDir: site.commonDir,
    ref,
    tree: now.tree,
    parents: [...new Set(parents)],
    message: `${oneLine(doing.label)}\n\n${rows.join("\n")}\n`,
  });
  if (!sha.ok) return sha;
  return ok({
    id: doing.id,
    at: doing.at,
    reason: now.reason,
    label: oneLine(doing.label),
    ref,
    sha: sha.value,
    branch: site.branch,
    headSha: site.head,
    baseBranch: now.base?.branch ?? null,
    baseBranchSha: now.base?.sha ?? null,
    dirtyFiles: now.dirtyFiles,
  });
}

function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return line === "" ? "Checkpoint" : line.slice(0, 200);
}

/** A task's checkpoints, the newest first; of all tasks when `taskId` is null. */
export async function readCheckpoints(
  kit: Kit,
  commonDir: string,
  taskId: string | null,
): Promise<Result<StoredCheckpoint[]>> {
  const dir = await openCommonDir(commonDir);
  if (!dir.ok) return dir;
  if (taskId !== null && !isTaskId(taskId)) return ok([]);
  const output = await inRepo(kit, dir.value, [
    "for-each-ref",
    "--format=%(refname)%00%(objectname)%00%(contents)%00",
    taskId === null ? root : `${root}${taskId}/`,
  ]);
  if (!output.ok) return output;
  const parts = output.value.stdout.toString("utf8").split("\0");
  const found: StoredCheckpoint[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [ref = "", sha = "", text = ""] = parts.slice(at, at + 3);
    const stored = parse(ref.trim(), sha, text);
    if (stored !== null) found.push(stored);
  }
  return ok(found.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)));
}

/** What stands in the commit; null when it is none of ours. */
function parse(ref: string, sha: string, text: string): StoredCheckpoint | null {
  const number = (name: string) => Number(trailer(text, name) ?? Number.NaN);
  const parsed = Checkpoint.safeParse({
    id: trailer(text, "Checkpoint"),
    at: number("At"),
    reason: trailer(text, "Reason"),
    label: text.split("\n")[0] ?? "",
    ref,
    sha,
    branch: trailer(text, "Branch"),
    headSha: trailer(text, "Head-Sha"),
    baseBranch: trailer(text, "Base-Branch"),
    baseBranchSha: trailer(text, "Base-Branch-Sha"),
    dirtyFiles: number("Dirty-Files"),
  });
  const taskId = trailer(text, "Task");
  if (!parsed.success || taskId === null || ref !== checkpointRef(taskId, parsed.data.id)) {
    return null;
  }
  return {
    ...parsed.data,
    taskId,
    command: trailer(text, "Command"),
    pinned: trailer(text, "Pinned"),
    baseBranchTo: trailer(text, "Base-Branch-To"),
  };
}

/** As the contract shows it. */
export function shown(stored: StoredCheckpoint): Checkpoint {
  const { taskId: _, command: __, pinned: ___, baseBranchTo: ____, ...checkpoint } = stored;
  return checkpoint;
}

/** One of a task's checkpoints. Errors: `not_found`. */
export async function findCheckpoint(
  kit: Kit,
  commonDir: string,
  taskId: string,
  id: string,
): Promise<Result<StoredCheckpoint>> {
  const all = await readCheckpoints(kit, commonDir, taskId);
  if (!all.ok) return all;
  const found = all.value.find((checkpoint) => checkpoint.id === id);
  if (found !== undefined) return ok(found);
  return err(
    fault(
      "not_found",
      "There is no such checkpoint.",
      "Checkpoints are kept for 30 days. Look at the list again.",
    ),
  );
}

/** Removes the refs; what is gone already is fine. */
export async function dropRefs(
  kit: Kit,
  commonDir: string,
  refs: readonly string[],
): Promise<Result<null>> {
  if (refs.length === 0) return ok(null);
  const input = refs.map((ref) => `option no-deref\0delete ${ref}\0\0`).join("");
  const dropped = await kit.locks.run(`repo:${commonDir}`, () =>
    writeInRepo(kit, commonDir, ["update-ref", "-z", "--stdin"], { input }),
  );
  return dropped.ok ? ok(null) : dropped;
}

/** See `Landing.dropCheckpoints`. */
export async function dropCheckpoints(
  kit: Kit,
  commonDir: string,
  taskId: string,
): Promise<Result<null>> {
  const dir = await openCommonDir(commonDir);
  if (!dir.ok) return dir;
  const all = await readCheckpoints(kit, dir.value, taskId);
  return all.ok
    ? dropRefs(
        kit,
        dir.value,
        all.value.map(({ ref }) => ref),
      )
    : all;
}

/** See `Landing.expireCheckpoints`. */
export async function expireCheckpoints(
  kit: Kit,
  commonDir: string,
  before: number,
  tasks: ReadonlySet<string>,
): Promise<Result<number>> {
  const dir = await openCommonDir(commonDir);
  if (!dir.ok) return dir;
  const all = await readCheckpoints(kit, dir.value, null);
  if (!all.ok) return all;
  const old = all.value.filter(({ at, taskId }) => at < before && tasks.has(taskId));
  const dropped = await dropRefs(
    kit,
    dir.value,
    old.map(({ ref }) => ref),
  );
  return dropped.ok ? ok(old.length) : dropped;
}

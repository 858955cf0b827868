import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { captureTree } from "./capture.ts";
import { trailer, writeKeepsake } from "./keepsake.ts";
import { fields, inRepo, type Kit } from "./kit.ts";
import { openCommonDir } from "./layout.ts";
import { checkoutAt } from "./own-checkout.ts";
import { isTaskId } from "./own-path.ts";
import { commitOf, isSha, writeRefs } from "./refs.ts";
import { type Site, siteOf } from "./site.ts";
import type { Moment, Snapshot, SnapshotRequest } from "./types.ts";

/** Bytes of changed files: more would fill the repository with what nobody reviews. */
const mostBytes = 200 * 1024 * 1024;

const turnRefs = (taskId: string) => `refs/agetor/turn/${taskId}`;

/** The ref that keeps the files of a moment. */
export function momentRef(taskId: string, moment: Moment): string {
  return moment.kind === "review"
    ? `refs/agetor/review/${taskId}`
    : `${turnRefs(taskId)}/${moment.runId}/${moment.side}`;
}

/** See `Git.snapshot`. */
export async function snapshot(
  kit: Kit,
  request: SnapshotRequest,
  signal: AbortSignal | undefined,
): Promise<Result<Snapshot>> {
  const { taskId, folder, baseSha, moments } = request;
  const ids = moments.flatMap((moment) => (moment.kind === "turn" ? [moment.runId] : []));
  if (![taskId, ...ids].every(isTaskId) || !isSha(baseSha)) return err(unnamed(taskId));
  const repo = await openCommonDir(request.commonDir);
  if (!repo.ok) return repo;
  const commonDir = repo.value;
  const known = { ...request, commonDir };
  if (folder === null) return keep(kit, known, `${baseSha}^{tree}`, baseSha);
  return kit.locks.run(`task:${taskId}`, async () => {
    const site = await ownSite(kit, commonDir, folder);
    if (!site.ok) return site;
    const head = await commitOf(kit, site.value.gitDir, "HEAD");
    if (!head.ok) return head;
    const tree = await captureTree(kit, {
      repo: { gitDir: site.value.gitDir, commonDir },
      worktree: site.value.top,
      hasIndex: true,
      head: head.value,
      base: baseSha,
      nested: "commits",
      maxBytes: mostBytes,
      signal,
    });
    return tree.ok ? keep(kit, known, tree.value, head.value) : tree;
  });
}

/** The worktree as the repository and the folder itself know it; else a checkout of the person. */
async function ownSite(kit: Kit, commonDir: string, folder: string): Promise<Result<Site>> {
  const found = await checkoutAt(commonDir, folder);
  if (!found.ok) return found;
  if (found.value !== null) return ok({ gitDir: found.value, commonDir, top: folder });
  const site = await siteOf(kit, folder);
  if (!site.ok || site.value.commonDir === commonDir) return site;
  return err(
    fault("repo_gone", `${folder} is not a worktree of the task's repository any more.`, null, {
      path: folder,
    }),
  );
}

/** The commit that was checked out is its parent: so it stays, however the branch moves on. */
async function keep(
  kit: Kit,
  { commonDir, taskId, moments, at }: SnapshotRequest,
  tree: string,
  head: string | null,
): Promise<Result<Snapshot>> {
  const message = [
    `Files of task ${taskId}`,
    "",
    `Agetor-Task: ${taskId}`,
    `Agetor-At: ${at}`,
    "",
  ].join("\n");
  const sha = await writeKeepsake(kit, {
    commonDir,
    ref: moments.map((moment) => momentRef(taskId, moment)),
    tree,
    parents: head === null ? [] : [head],
    message,
  });
  return sha.ok ? ok({ sha: sha.value, at }) : sha;
}

/** See `Git.snapshots`. */
export async function snapshots(
  kit: Kit,
  commonDir: string,
  taskId: string,
  moments: readonly Moment[],
): Promise<Result<readonly (Snapshot | null)[]>> {
  const repo = await openCommonDir(commonDir);
  if (!repo.ok) return repo;
  const refs = moments.map((moment) => momentRef(taskId, moment));
  const format = "--format=%(refname)%00%(objectname)%00%(contents)%00";
  const output = await inRepo(kit, repo.value, ["for-each-ref", format, ...refs]);
  if (!output.ok) return output;
  const parts = fields(output.value.stdout);
  const found = new Map<string, Snapshot>();
  for (let index = 0; index + 2 < parts.length; index += 3) {
    const [ref = "", sha = "", text = ""] = parts.slice(index, index + 3);
    found.set(ref.trimStart(), { sha, at: Number(trailer(text, "At") ?? 0) });
  }
  return ok(refs.map((ref) => found.get(ref) ?? null));
}

/** See `Git.dropSnapshots`. */
export async function dropSnapshots(
  kit: Kit,
  commonDir: string,
  taskId: string,
): Promise<Result<null>> {
  const repo = await openCommonDir(commonDir);
  if (!repo.ok) return repo;
  if (!isTaskId(taskId)) return ok(null);
  const own = [turnRefs(taskId), momentRef(taskId, { kind: "review" })];
  const listed = await inRepo(kit, repo.value, ["for-each-ref", "--format=%(refname)", ...own]);
  if (!listed.ok) return listed;
  const refs = listed.value.stdout.toString("utf8").split("\n").filter(Boolean);
  if (refs.length === 0) return ok(null);
  const orders = refs.map((ref) => `delete ${ref}\0\0`).join("");
  return writeRefs(kit, repo.value, ["update-ref", "--no-deref", "--stdin", "-z"], orders);
}

function unnamed(taskId: string) {
  return fault("bad_ref", `The files of ${taskId.slice(0, 40)} cannot be kept under that name.`);
}

import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { fill } from "./checkout.ts";
import { type Claimed, claim } from "./claim.ts";
import { refuseRequiredFilters } from "./filters.ts";
import type { Kit } from "./kit.ts";
import { openCommonDir, writeMarker } from "./layout.ts";
import { ownPath } from "./own-path.ts";
import { commitOf, isSha, refValue } from "./refs.ts";
import type { Made, WorktreeRequest } from "./types.ts";

/** Where the branch starts, and the tree its files are taken from; null for that of the branch. */
export interface Start {
  readonly sha: string;
  readonly tree: string | null;
  /** A snapshot, for when the branch stands where it was made. */
  readonly files?: string | null;
}

/** See `Git.addWorktree`. */
export async function addWorktree(kit: Kit, request: WorktreeRequest): Promise<Result<Made>> {
  return kit.locks.run(`task:${request.taskId}`, async () => {
    const { baseSha, files = null } = request;
    const repo = await openCommonDir(request.commonDir);
    if (!repo.ok) return repo;
    const stood =
      files === null || !isSha(files) ? ok(null) : await commitOf(kit, repo.value, `${files}^`);
    if (!stood.ok) return stood;
    // Should the branch be gone too, it begins again where the files were kept.
    const sha = stood.value ?? baseSha;
    return makeWorktree(kit, request, { sha, tree: null, files: stood.value && files });
  });
}

/** Makes branch, worktree and files, under the lock of the task. Each step can be done again. */
export async function makeWorktree(
  kit: Kit,
  request: WorktreeRequest,
  start: Start,
): Promise<Result<Made>> {
  const path = await ownPath(kit, request.taskId, request.path);
  if (!path.ok) return path;
  const repo = await openCommonDir(request.commonDir);
  if (!repo.ok) return repo;
  const commonDir = repo.value;
  const known = isSha(start.sha) ? await commitOf(kit, commonDir, start.sha) : ok(null);
  if (!known.ok) return known;
  if (known.value === null) return err(lost(start.sha));
  const filters = await refuseRequiredFilters(kit, commonDir, start.sha);
  if (!filters.ok) return filters;
  const wanted = {
    taskId: request.taskId,
    commonDir,
    path: path.value,
    branch: request.branch,
    sha: start.sha,
  };
  const claimed = await kit.locks.run(`repo:${commonDir}`, () => claim(kit, wanted));
  if (!claimed.ok) return claimed;
  const fits = await fitting(kit, commonDir, start.files ?? null, claimed.value.sha);
  if (!fits.ok) return fits;
  const at = { commonDir, path: path.value, tree: start.tree, files: fits.value };
  return finish(kit, at, claimed.value);
}

/** The snapshot, when its files are those of the branch with something on top; else null. */
async function fitting(
  kit: Kit,
  commonDir: string,
  files: string | null,
  tip: string,
): Promise<Result<string | null>> {
  if (files === null) return ok(null);
  const stood = await commitOf(kit, commonDir, `${files}^`);
  if (!stood.ok || stood.value === tip) return stood.ok ? ok(files) : stood;
  const kept = await refValue(kit, commonDir, `${files}^{tree}`);
  if (!kept.ok) return kept;
  const now = await refValue(kit, commonDir, `${tip}^{tree}`);
  return now.ok ? ok(kept.value === now.value ? files : null) : now;
}

/** Writes the files, outside of the repository's lock: they are nobody else's. */
async function finish(
  kit: Kit,
  at: {
    readonly commonDir: string;
    readonly path: string;
    readonly tree: string | null;
    readonly files: string | null;
  },
  { gitDir, marker, sha }: Claimed,
): Promise<Result<Made>> {
  const made = { branch: marker.branch, path: at.path, mark: marker.mark };
  if (marker.state === "ready") return ok({ ...made, files: marker.files });
  const repo = { gitDir, commonDir: at.commonDir };
  const tree = at.tree ?? (at.files === null ? sha : `${at.files}^{tree}`);
  const filled = await fill(kit, repo, at.path, { tree, head: sha });
  if (!filled.ok) return filled;
  const files = at.files ?? undefined;
  await writeMarker(gitDir, { ...marker, files, state: "ready" });
  return ok({ ...made, files });
}

function lost(sha: string) {
  return fault(
    "bad_ref",
    `The commit ${sha.slice(0, 12)} is not in the repository any more.`,
    "Choose another base for the task.",
    { sha },
  );
}

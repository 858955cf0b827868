import { ok, type Result } from "../../contract/result.ts";
import type { Kit } from "../kit.ts";
import { findAdmin, openCommonDir } from "../layout.ts";
import { ownPath } from "../own-path.ts";
import { dropCheckpoints, expireCheckpoints, readCheckpoints, shown } from "./checkpoint.ts";
import { clashes } from "./clashes.ts";
import { beginCommit, commit, finishCommit, makeCommit } from "./commit.ts";
import { createPullRequest, forgeProgram, readPullRequest } from "./forge.ts";
import { merge } from "./merge.ts";
import { isMoving, lastBase, recover } from "./move.ts";
import { push, remoteStanding } from "./push.ts";
import { rebase } from "./rebase.ts";
import { restoreCheckpoint } from "./restore.ts";
import { revert } from "./revert.ts";
import { openSite, type Site } from "./site.ts";
import { standing, suggesting } from "./standing.ts";
import type {
  BaseMove,
  Committed,
  CommitWish,
  Doing,
  HookMinder,
  Landing,
  PushWish,
  RemoteStanding,
  SiteRequest,
} from "./types.ts";

type Guarded = <T>(work: () => Promise<Result<T>>) => Promise<Result<T>>;

/** The part of the port that changes worktrees and branches on the person's wish. */
export function createLanding(kit: Kit, guarded: Guarded): Landing {
  const at = <T>(request: SiteRequest, use: (site: Site) => Promise<Result<T>>) =>
    guarded(() => onSite(kit, request, use));
  return {
    checkpoints: (commonDir, taskId) =>
      guarded(async () => {
        const all = await readCheckpoints(kit, commonDir, taskId);
        return all.ok ? ok(all.value.map(shown)) : all;
      }),
    dropCheckpoints: (commonDir, taskId) => guarded(() => dropCheckpoints(kit, commonDir, taskId)),
    expireCheckpoints: (commonDir, before, tasks) =>
      guarded(() => expireCheckpoints(kit, commonDir, before, tasks)),
    recover: (request) => guarded(() => recoverSite(kit, request)),
    revert: (request, doing, wish) => at(request, (site) => revert(kit, site, doing, wish)),
    commit: (request, doing, wish, minder) =>
      guarded(() => commitAt(kit, request, doing, wish, minder)),
    standing: (request, base) => at(request, (site) => standing(kit, site, base)),
    suggesting: (request) => at(request, (site) => suggesting(kit, site)),
    merge: (request, doing, wish) => at(request, (site) => merge(kit, site, doing, wish)),
    rebase: (request, doing, base) => at(request, (site) => rebase(kit, site, doing, base)),
    restoreCheckpoint: (request, doing, id) =>
      at(request, (site) => restoreCheckpoint(kit, site, doing, id)),
    remote: (request, base) => at(request, (site) => remoteStanding(kit, site, base)),
    push: (request, wish) => guarded(() => pushFrom(kit, request, wish)),
    forge: (repository) => forgeProgram(kit, repository),
    createPullRequest: (target, wish) => guarded(() => createPullRequest(kit, target, wish)),
    pullRequest: (target) => guarded(() => readPullRequest(kit, target)),
    clashes: (commonDir, contenders, signal) =>
      guarded(() => clashes(kit, commonDir, contenders, signal)),
  };
}

/** Has the worktree to itself; whatever was left half done in it is settled first. */
function onSite<T>(
  kit: Kit,
  request: SiteRequest,
  use: (site: Site) => Promise<Result<T>>,
): Promise<Result<T>> {
  return kit.locks.run(`task:${request.taskId}`, async () => {
    const site = await openSite(kit, request);
    if (!site.ok) return site;
    if (!(await isMoving(site.value))) return use(site.value);
    const settled = await recover(kit, site.value);
    if (!settled.ok) return settled;
    const now = await openSite(kit, request);
    return now.ok ? use(now.value) : now;
  });
}

/** Hooks may take minutes: whoever reads the worktree is not kept waiting while they run. */
async function commitAt(
  kit: Kit,
  request: SiteRequest,
  doing: Doing,
  wish: CommitWish,
  minder: HookMinder | undefined,
): Promise<Result<Committed>> {
  if (!wish.hooks) return onSite(kit, request, (site) => commit(kit, site, doing, wish));
  const begun = await onSite(kit, request, (site) => beginCommit(kit, site, doing, wish));
  if (!begun.ok) return begun;
  const ready = begun.value;
  if (ready.kind === "made") return ok(ready.commit);
  const made = await makeCommit(kit, ready, wish, minder);
  if (!made.ok) return made;
  return onSite(kit, request, (site) => finishCommit(kit, site, doing, ready, made.value));
}

/** The network is slow: the worktree is not kept from others meanwhile. */
async function pushFrom(
  kit: Kit,
  request: SiteRequest,
  wish: PushWish,
): Promise<Result<RemoteStanding>> {
  const site = await onSite(kit, request, (found) => Promise.resolve(ok(found)));
  return site.ok ? push(kit, site.value, wish) : site;
}

/** Reads two small files where nothing was left half done: every worktree is asked at every start. */
async function recoverSite(kit: Kit, request: SiteRequest): Promise<Result<BaseMove | null>> {
  const path = await ownPath(kit, request.taskId, request.path);
  if (!path.ok) return path;
  const repo = await openCommonDir(request.commonDir);
  if (!repo.ok) return repo;
  const gitDir = await findAdmin(repo.value, path.value);
  if (gitDir === null) return ok(null);
  if (!(await isMoving({ gitDir }))) return ok(await lastBase({ gitDir }));
  return onSite(kit, request, async (site) => ok(await lastBase(site)));
}

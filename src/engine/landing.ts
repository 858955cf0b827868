import { join } from "node:path";
import type { Checkpoint, CommitBody, RevertBody } from "../contract/changes.ts";
import type { HookCommit, MergeBody } from "../contract/landing.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { branchName } from "../domain/branch-name.ts";
import { shortId } from "../domain/text.ts";
import type { Doing, Restored } from "../git/landing/types.ts";
import type { TaskRecord } from "../store/types.ts";
import type { Answer, CommandMeta } from "./api.ts";
import type { ConflictWatch } from "./conflict-watch.ts";
import { type Core, unknown, type Work } from "./core.ts";
import type { HookCommits } from "./hook-commits.ts";
import type { Landings, MergeAnswer } from "./landing-api.ts";
import {
  busyFault,
  followBase,
  type LandingSite,
  landingBase,
  noBase,
  settleSite,
  siteOfTask,
} from "./landing-site.ts";
import type { LandingState } from "./landing-state.ts";
import type { Lanes } from "./lanes.ts";
import type { LiveChanges } from "./live-changes.ts";
import { preference } from "./preferences.ts";
import type { PullRequests } from "./pull-requests.ts";
import type { Removal } from "./removal.ts";
import { counted, revertLabel, revertWish } from "./revert-wish.ts";
import { moved } from "./run-changes.ts";

export interface LandingParts {
  readonly core: Core;
  readonly lanes: Lanes;
  readonly removal: Removal;
  readonly live: LiveChanges;
  readonly watch: ConflictWatch;
  readonly state: LandingState;
  readonly pullRequests: PullRequests;
  readonly hooks: HookCommits;
}

/**
 * Commands that change a task's worktree, branch or base. Each has the task's lane to itself, so
 * that no run begins meanwhile; each can be sent again and is done once.
 */
export class LandingCommands implements Landings {
  readonly #core: Core;
  readonly #parts: LandingParts;

  constructor(parts: LandingParts) {
    this.#core = parts.core;
    this.#parts = parts;
  }

  state(id: string): ReturnType<Landings["state"]> {
    return this.#parts.state.state(id);
  }

  suggestions(id: string): ReturnType<Landings["suggestions"]> {
    return this.#parts.state.suggestions(id);
  }

  async checkpoints(id: string): ReturnType<Landings["checkpoints"]> {
    const task = this.#core.deps.store.task(id);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", id);
    }
    if (task.commonDir === null) {
      return ok({ checkpoints: [] });
    }
    const all = await this.#core.deps.git.landing.checkpoints(task.commonDir, id);
    return all.ok ? ok({ checkpoints: all.value }) : all;
  }

  push(...given: Parameters<Landings["push"]>): ReturnType<Landings["push"]> {
    return this.#parts.pullRequests.push(...given);
  }

  pullRequest(...given: Parameters<Landings["pullRequest"]>): ReturnType<Landings["pullRequest"]> {
    return this.#parts.pullRequests.create(...given);
  }

  refreshPullRequest(
    ...given: Parameters<Landings["refreshPullRequest"]>
  ): ReturnType<Landings["refreshPullRequest"]> {
    return this.#parts.pullRequests.refresh(...given);
  }

  revert(id: string, body: RevertBody, meta: CommandMeta): Answer<{ checkpoint: Checkpoint }> {
    return this.#core.once(meta, () =>
      this.#alone(id, async (at) => {
        const wish = revertWish(at.task, body);
        if (!wish.ok) {
          return wish;
        }
        const label = `Before reverting ${revertLabel(body)}`;
        const doing = this.#doing(meta, label);
        const done = await this.#core.deps.git.landing.revert(at.site, doing, wish.value);
        return done.ok ? this.#answer(id, meta, "revert", { checkpoint: done.value }) : done;
      }),
    );
  }

  commit(
    id: string,
    body: CommitBody,
    meta: CommandMeta,
  ): Answer<{ commit: { sha: string; subject: string } }> {
    return this.#core.once(meta, () =>
      this.#alone(id, async ({ site }) => {
        const { message, paths = null, hooks = false } = body;
        const files = paths === null ? "everything" : counted(paths.length);
        const doing = this.#doing(meta, `Before committing ${files}`);
        const wish = { message, paths, hooks };
        const { landing } = this.#core.deps.git;
        const made = hooks
          ? await this.#parts.hooks.run(id, message, (it) => landing.commit(site, doing, wish, it))
          : await landing.commit(site, doing, wish);
        return made.ok ? this.#answer(id, meta, "commit", { commit: { ...made.value } }) : made;
      }),
    );
  }

  stopCommit(id: string, meta: CommandMeta): Answer<{ hookCommit: HookCommit }> {
    return this.#core.once(meta, async () => {
      const task = this.#core.deps.store.task(id);
      if (task === null || task.deletedAt !== null) {
        return unknown("task", id);
      }
      const stopped = await this.#parts.hooks.stop(id);
      return stopped.ok ? this.#answer(id, meta, "stop-commit", stopped.value) : stopped;
    });
  }

  rebase(id: string, meta: CommandMeta): Answer<{ headSha: string; checkpoint: Checkpoint }> {
    return this.#core.once(meta, () =>
      this.#alone(id, async ({ task, site }) => {
        const base = landingBase(task);
        if (base === null) {
          return err(noBase(task));
        }
        const doing = this.#doing(meta, `Before rebasing onto ${base}`);
        const done = await this.#core.deps.git.landing.rebase(site, doing, base);
        if (!done.ok) {
          return done;
        }
        followBase(this.#core, id, done.value.base);
        const { headSha, checkpoint } = done.value;
        return this.#answer(id, meta, "rebase", { headSha, checkpoint });
      }),
    );
  }

  merge(id: string, body: MergeBody, meta: CommandMeta): Answer<MergeAnswer> {
    return this.#core.once(meta, async () => {
      const after = body.after ?? this.#afterLanding();
      const merged = await this.#alone(id, (at) => this.#mergeNow(at, body, meta));
      if (!merged.ok) {
        return merged;
      }
      const answer = { ...merged.value, after };
      if (after === "delete") {
        return this.#parts.removal.removeAs(id, meta, () => answer);
      }
      return this.#answer(id, meta, "merge", answer, (work, task) => {
        const archivedAt = after === "archive" ? (task.archivedAt ?? work.now) : task.archivedAt;
        work.putTask({ ...task, ...moved(work, task, "done"), archivedAt, updatedAt: work.now });
      });
    });
  }

  async #mergeNow(
    { task, site }: LandingSite,
    body: MergeBody,
    meta: CommandMeta,
  ): Promise<Result<Omit<MergeAnswer, "after">>> {
    const base = landingBase(task);
    if (base === null) {
      return err(noBase(task));
    }
    const message = body.message ?? (await this.#mergeMessage(task.id));
    const doing = this.#doing(meta, `Before merging into ${base}`);
    const wish = { base, how: body.how, message };
    const done = await this.#core.deps.git.landing.merge(site, doing, wish);
    if (!done.ok) {
      return done;
    }
    const landed = { sha: done.value.sha, base, how: body.how };
    return ok({ landed, checkpoint: done.value.checkpoint });
  }

  async #mergeMessage(id: string): Promise<string> {
    const words = await this.#parts.state.suggestions(id);
    const title = this.#core.deps.store.task(id)?.title ?? "Land the work";
    return words.ok ? `${words.value.merge.title}\n\n${words.value.merge.body}` : title;
  }

  #afterLanding(): MergeAnswer["after"] {
    return preference(this.#core.deps.store, "landing.after") ?? "keep";
  }

  restoreCheckpoint(
    id: string,
    checkpointId: string,
    meta: CommandMeta,
  ): Answer<{ checkpoint: Checkpoint }> {
    return this.#core.once(meta, () =>
      this.#alone(
        id,
        async ({ site }) => {
          const doing = this.#doing(meta, "Before going back to a checkpoint");
          const { landing } = this.#core.deps.git;
          const done = await landing.restoreCheckpoint(site, doing, checkpointId);
          if (!done.ok) {
            return done;
          }
          followBase(this.#core, id, done.value.base);
          return this.#restored(id, meta, done.value);
        },
        { making: true },
      ),
    );
  }

  /** Stores the answer, and says so when the base branch could not be brought back. */
  #restored(
    id: string,
    meta: CommandMeta,
    { checkpoint, baseBranchStays }: Restored,
  ): Awaited<Answer<{ checkpoint: Checkpoint }>> {
    return this.#answer(id, meta, "restore", { checkpoint }, (work) => {
      if (baseBranchStays === null) {
        return;
      }
      work.notice(id, null, {
        level: "warning",
        code: "base_branch_stays",
        message: `Your files and the branch are back. ${baseBranchStays}`,
        hint: "Move it yourself if you want it back too.",
      });
    });
  }

  /** Has the worktree to itself: no run is open, and none begins. `making` makes a lost one again. */
  async #alone<T>(
    id: string,
    work: (at: LandingSite) => Promise<Result<T>>,
    { making = false } = {},
  ): Promise<Result<T>> {
    const { store } = this.#core.deps;
    const asked = store.task(id);
    if (asked === null || asked.deletedAt !== null) {
      return unknown("task", id);
    }
    const busy = busyFault(this.#core, asked) ?? this.#parts.hooks.busy(id);
    if (busy !== null) {
      return err(busy);
    }
    return this.#parts.lanes.exclusive(id, async () => {
      const task = store.task(id);
      const begun = task === null ? null : busyFault(this.#core, task);
      if (begun !== null) {
        return err(begun);
      }
      this.#parts.hooks.forget(id);
      const made = making ? await this.#ensureWorktree(id) : ok(null);
      if (!made.ok) {
        return made;
      }
      const found = siteOfTask(this.#core, id);
      const settled = found.ok ? await settleSite(this.#core, found.value) : found;
      if (!settled.ok) {
        return settled;
      }
      // The base may have followed.
      const now = siteOfTask(this.#core, id);
      return now.ok ? work(now.value) : now;
    });
  }

  /** A worktree that was removed by hand, or went with a deletion, is made again. */
  async #ensureWorktree(id: string): Promise<Result<null>> {
    const { git, store, dataDir } = this.#core.deps;
    const task = store.task(id);
    if (task === null || task.isolation === "none" || task.commonDir === null) {
      return ok(null);
    }
    if (task.baseSha === null) {
      return ok(null);
    }
    const made = await git.addWorktree({
      taskId: id,
      commonDir: task.commonDir,
      baseSha: task.baseSha,
      branch: task.branch ?? branchName(shortId(id), task.title),
      path: task.worktreePath ?? join(dataDir, "worktrees", id),
    });
    if (!made.ok) {
      return made;
    }
    const { branch, path } = made.value;
    if (task.branch !== branch || task.worktreePath !== path) {
      this.#core.commit("worktree", (work) => {
        const now = work.tx.task(id);
        if (now !== null) {
          work.putTask({ ...now, branch, worktreePath: path, updatedAt: work.now });
        }
      });
    }
    return ok(null);
  }

  #doing(meta: CommandMeta, label: string): Doing {
    const { newId } = this.#core.deps;
    return { id: newId(), command: meta.commandId, at: this.#core.now(), label };
  }

  /** Stores the answer as the command's receipt, and has the card's numbers looked at again. */
  #answer<T>(
    id: string,
    meta: CommandMeta,
    cause: string,
    body: T,
    change: (work: Work, task: TaskRecord) => void = () => undefined,
  ): Awaited<Answer<T>> {
    const stored = this.#core.command<T>(meta, cause, (work) => {
      const task = work.tx.task(id);
      if (task === null) {
        return unknown("task", id);
      }
      change(work, task);
      return ok({ status: 200, body });
    });
    this.#parts.live.touch(id);
    this.#parts.watch.touch(id);
    return stored;
  }
}

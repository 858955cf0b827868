import type { Fault } from "../contract/fault.ts";
import type { HookCommit, Landing } from "../contract/landing.ts";
import { ok, type Result } from "../contract/result.ts";
import { mergeCommand } from "../domain/commands.ts";
import { judgeLanding, type LandingFacts } from "../domain/landing.ts";
import { suggest } from "../domain/suggestions.ts";
import type { Standing } from "../git/landing/types.ts";
import { noCheckout } from "../git/own-checkout.ts";
import type { TaskRecord } from "../store/types.ts";
import type { ConflictWatch } from "./conflict-watch.ts";
import { type Core, unknown } from "./core.ts";
import type { HookCommits } from "./hook-commits.ts";
import type { SuggestionsAnswer } from "./landing-api.ts";
import { busyFault, landingBase, settleSite, siteOfTask } from "./landing-site.ts";
import type { PullRequests } from "./pull-requests.ts";

/** How many comments of a task the person has not had settled; told by who keeps them. */
export type OpenComments = (taskId: string) => number;

type Away = Pick<Landing, "remote" | "forge">;
type Judged = Pick<Landing, "ways" | "blockers" | "next">;

/** How the files and branches of a task stand, and where they can go. */
interface Found {
  readonly stands: Standing | null;
  readonly strange: string | null;
  readonly restorable: boolean;
  readonly away: Away;
}

export interface LandingStateParts {
  readonly core: Core;
  readonly watch: ConflictWatch;
  readonly pullRequests: PullRequests;
  readonly openComments: OpenComments;
  readonly hooks: HookCommits;
}

/** Says where a task's work stands, and what could be said about it. */
export class LandingState {
  readonly #core: Core;
  readonly #watch: ConflictWatch;
  readonly #pullRequests: PullRequests;
  readonly #openComments: OpenComments;
  readonly #hooks: HookCommits;
  /** What was found while a commit runs its hooks, with its id: it is asked for every second then. */
  readonly #during = new Map<string, { readonly commit: string; readonly found: Found }>();

  constructor({ core, watch, pullRequests, openComments, hooks }: LandingStateParts) {
    this.#core = core;
    this.#pullRequests = pullRequests;
    this.#watch = watch;
    this.#openComments = openComments;
    this.#hooks = hooks;
  }

  async state(id: string): Promise<Result<{ landing: Landing }>> {
    const task = this.#core.deps.store.task(id);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", id);
    }
    const during = this.#hooks.busy(id) === null ? null : this.#hooks.of(id);
    const found = await this.#found(task, during);
    if (!found.ok) {
      return found;
    }
    if (during !== null && this.#hooks.busy(id) === null) {
      // It came out while git was asked: what was found may be from before.
      return this.state(id);
    }
    const { stands, strange, restorable, away } = found.value;
    const hookCommit = this.#hooks.of(id);
    const facts = this.#facts(task, stands, away, restorable);
    const judged = judgeLanding({ ...facts, strange, hooks: this.#hooks.busy(id) !== null });
    return ok({ landing: { ...this.#shown(task, stands), ...away, ...judged, hookCommit } });
  }

  /** Asks git; while a commit runs its hooks, only once. */
  async #found(task: TaskRecord, during: HookCommit | null): Promise<Result<Found>> {
    const known = this.#during.get(task.id);
    if (known !== undefined && known.commit === during?.id) {
      return ok(known.found);
    }
    this.#during.delete(task.id);
    const standing = await this.#standing(task.id);
    if (!standing.ok && standing.fault.code !== "worktree_failed") {
      return standing;
    }
    const stands = standing.ok ? standing.value : null;
    const strange = standing.ok ? null : strangeWords(standing.fault);
    const kept =
      stands !== null || strange !== null || task.commonDir === null
        ? ok([])
        : await this.#core.deps.git.landing.checkpoints(task.commonDir, task.id);
    const away =
      stands === null ? { remote: null, forge: null } : await this.#pullRequests.known(task);
    const found = { stands, strange, away, restorable: kept.ok && kept.value.length > 0 };
    if (during !== null && stands !== null) {
      this.#during.set(task.id, { commit: during.id, found });
    }
    return ok(found);
  }

  /** Facts of git, with what was left half done settled first. */
  async #standing(id: string): Promise<Result<Standing>> {
    const found = siteOfTask(this.#core, id);
    if (!found.ok) {
      return found;
    }
    const settled = await settleSite(this.#core, found.value);
    if (!settled.ok) {
      return settled;
    }
    const now = siteOfTask(this.#core, id);
    return now.ok
      ? this.#core.deps.git.landing.standing(now.value.site, landingBase(now.value.task))
      : now;
  }

  #shown(
    task: TaskRecord,
    stands: Standing | null,
  ): Omit<Landing, keyof Away | keyof Judged | "hookCommit"> {
    const base = stands?.base ?? null;
    const others = this.#watch.of(task.id).filter(({ taskId }) => taskId !== null);
    const own =
      base === null || stands === null || stands.conflicts.length === 0
        ? []
        : [{ taskId: null, title: base.branch, files: [...stands.conflicts] }];
    return {
      branch: stands?.branch ?? task.branch,
      headSha: stands?.headSha ?? null,
      base: base === null ? null : { ...base },
      ahead: stands?.ahead ?? 0,
      behind: stands?.behind ?? 0,
      dirtyFiles: stands?.dirty.length ?? 0,
      landed: stands?.landed ?? false,
      conflicts: [...own, ...others],
      pullRequest: task.pullRequest,
    };
  }

  #facts(
    task: TaskRecord,
    stands: Standing | null,
    { remote, forge }: Away,
    restorable: boolean,
  ): Omit<LandingFacts, "strange" | "hooks"> {
    const { store } = this.#core.deps;
    const at = stands?.baseCheckedOutAt ?? null;
    const branch = stands?.branch ?? task.branch;
    const named = branch ?? stands?.headSha ?? "HEAD";
    return {
      hasWorktree: stands !== null,
      restorable,
      running: busyFault(this.#core, task) !== null,
      needsYou: store.interactions(task.id).length > 0,
      openComments: this.#openComments(task.id),
      done: task.column === "done",
      branch,
      base: stands?.base?.branch ?? null,
      baseName: task.baseRef,
      ahead: stands?.ahead ?? 0,
      behind: stands?.behind ?? 0,
      dirty: stands?.dirty.length ?? 0,
      unfinished: stands?.unfinished ?? null,
      landed: stands?.landed ?? false,
      conflicts: stands?.conflicts ?? [],
      standsOn: at === null ? null : { path: at, command: mergeCommand(at, named, null) },
      canMerge: stands?.canMerge ?? false,
      remote,
      forge: forge?.available === true,
      pullRequest: task.pullRequest?.state ?? null,
    };
  }

  /** Words for a commit, a merge and a pull request of the task as it is. */
  async suggestions(id: string): Promise<Result<SuggestionsAnswer>> {
    const found = siteOfTask(this.#core, id);
    if (!found.ok) {
      return found;
    }
    const { git } = this.#core.deps;
    const standing = await this.#standing(id);
    if (!standing.ok) {
      return standing;
    }
    const facts = await git.landing.suggesting(found.value.site);
    if (!facts.ok) {
      return facts;
    }
    const { branch, base, conflicts } = standing.value;
    const { title } = found.value.task;
    return ok(suggest({ ...facts.value, title, branch, base: base?.branch ?? null, conflicts }));
  }
}

/** What to say of a folder that stands in the worktree's place and is none; else null. */
function strangeWords({ message, hint, details }: Fault): string | null {
  return details?.["reason"] === noCheckout ? [message, hint].filter(Boolean).join(" ") : null;
}

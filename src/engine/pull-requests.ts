import { fault } from "../contract/fault.ts";
import type { Landing, PullRequest, PullRequestBody, PushBody } from "../contract/landing.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { forgeOf } from "../domain/forge.ts";
import type { ForgeTarget, RemoteStanding } from "../git/landing/types.ts";
import type { TaskRecord } from "../store/types.ts";
import type { Answer, CommandMeta } from "./command.ts";
import { type Core, unknown } from "./core.ts";
import { landingBase, siteOfTask } from "./landing-site.ts";

/** How often an open pull request of a card in review is looked at again, in milliseconds. */
const slow = 60_000;

/** What leaves the machine: pushes and pull requests, only ever on the person's wish. */
export class PullRequests {
  readonly #core: Core;
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(core: Core) {
    this.#core = core;
  }

  /** From now on open pull requests of cards in review are looked at now and then. */
  begin(): void {
    this.#cancel = this.#core.deps.clock.after(slow, () => {
      this.#lookAtAll()
        .catch((thrown: unknown) => {
          this.#core.deps.log("warn", "reading pull requests failed", { why: String(thrown) });
        })
        .finally(() => {
          if (!this.#stopped) {
            this.begin();
          }
        });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** The remote and the forge's program as they are known without asking the network. */
  async known(task: TaskRecord): Promise<Pick<Landing, "remote" | "forge">> {
    const remote = await this.#remote(task);
    if (!remote.ok || remote.value === null) {
      return { remote: null, forge: null };
    }
    const forge = forgeOf(remote.value.rawUrl);
    const program = forge === null ? null : this.#core.deps.git.landing.forge(forge);
    return {
      remote: shown(remote.value),
      forge:
        forge === null || program === null
          ? null
          : {
              kind: forge.kind,
              available: program.ok,
              reason: program.ok ? null : `${program.fault.message} ${program.fault.hint ?? ""}`,
            },
    };
  }

  push(id: string, body: PushBody, meta: CommandMeta): Answer<{ remote: Landing["remote"] }> {
    return this.#core.once(meta, async () => {
      const pushed = await this.#push(id, body);
      return pushed.ok
        ? this.#answer(id, meta, "push", 200, { remote: shown(pushed.value) })
        : pushed;
    });
  }

  /** Pushes the branch as it is, then opens the request; one that is there already is taken. */
  create(
    id: string,
    { title, body, draft = false }: PullRequestBody,
    meta: CommandMeta,
  ): Answer<{ pullRequest: PullRequest }> {
    return this.#core.once(meta, async () => {
      const target = await this.#target(id);
      if (!target.ok) {
        return target;
      }
      const { landing } = this.#core.deps.git;
      const program = landing.forge(target.value.forge);
      const pushed = program.ok ? await this.#push(id, {}) : program;
      if (!pushed.ok) {
        return pushed;
      }
      const task = this.#core.deps.store.task(id);
      const base = task === null ? null : this.#baseName(task);
      const made = await landing.createPullRequest(target.value, { title, body, draft, base });
      return made.ok
        ? this.#answer(id, meta, "pull-request", 201, { pullRequest: made.value }, made.value)
        : made;
    });
  }

  refresh(id: string, meta: CommandMeta): Answer<{ pullRequest: PullRequest | null }> {
    return this.#core.once(meta, async () => {
      const read = await this.#read(id);
      return read.ok
        ? this.#answer(id, meta, "pull-request", 200, { pullRequest: read.value }, read.value)
        : read;
    });
  }

  async #read(id: string): Promise<Result<PullRequest | null>> {
    const target = await this.#target(id);
    return target.ok ? this.#core.deps.git.landing.pullRequest(target.value) : target;
  }

  async #push(id: string, { remote, force }: PushBody): Promise<Result<RemoteStanding>> {
    const found = siteOfTask(this.#core, id);
    if (!found.ok) {
      return found;
    }
    const { task, site } = found.value;
    return this.#core.deps.git.landing.push(site, {
      base: landingBase(task),
      remote: remote ?? null,
      force: force ?? false,
    });
  }

  async #remote(task: TaskRecord): Promise<Result<RemoteStanding | null>> {
    const found = siteOfTask(this.#core, task.id);
    return found.ok
      ? this.#core.deps.git.landing.remote(found.value.site, landingBase(task))
      : found;
  }

  /** Where the task's pull request is, or would be. */
  async #target(id: string): Promise<Result<ForgeTarget>> {
    const task = this.#core.deps.store.task(id);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", id);
    }
    const remote = await this.#remote(task);
    if (!remote.ok) {
      return remote;
    }
    const forge = remote.value === null ? null : forgeOf(remote.value.rawUrl);
    const branch = task.branch;
    if (forge === null || branch === null) {
      return err(
        fault(
          "forge_missing",
          remote.value === null
            ? "The repository has no remote to open a pull request at."
            : `${remote.value.url} is on no forge that Agetor knows (GitHub or GitLab).`,
          "Push the branch, and open it there by hand.",
        ),
      );
    }
    return ok({ forge, branch, number: task.pullRequest?.number ?? null });
  }

  /** The base as the forge knows it: a remote-tracking name without its remote. */
  #baseName(task: TaskRecord): string | null {
    return landingBase(task)?.replace(/^(?:refs\/remotes\/)?origin\//, "") ?? null;
  }

  #answer<T>(
    id: string,
    meta: CommandMeta,
    cause: string,
    status: 200 | 201,
    body: T,
    pullRequest?: PullRequest | null,
  ): Awaited<Answer<T>> {
    return this.#core.command<T>(meta, cause, (work) => {
      const task = work.tx.task(id);
      if (task === null) {
        return unknown("task", id);
      }
      if (pullRequest !== undefined) {
        work.putTask({ ...task, pullRequest, updatedAt: work.now });
      }
      return ok({ status, body });
    });
  }

  async #lookAtAll(): Promise<void> {
    for (const task of this.#core.deps.store.placed()) {
      const state = task.pullRequest?.state;
      const waits = task.column === "review" && (state === "open" || state === "draft");
      if (!waits || task.archivedAt !== null || this.#stopped) {
        continue;
      }
      const read = await this.#read(task.id);
      if (read.ok && !this.#stopped) {
        this.#store(task.id, read.value);
      }
    }
  }

  #store(id: string, pullRequest: PullRequest | null): void {
    this.#core.keepSoon(id, "pull-request", (work) => {
      const task = work.tx.task(id);
      const same = JSON.stringify(task?.pullRequest) === JSON.stringify(pullRequest);
      if (task !== null && task.deletedAt === null && !same) {
        work.putTask({ ...task, pullRequest });
      }
    });
  }
}

function shown({ name, url, pushed }: RemoteStanding): NonNullable<Landing["remote"]> {
  return { name, url, pushed };
}

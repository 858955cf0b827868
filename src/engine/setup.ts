import { fault } from "../contract/fault.ts";
import type { ProjectSetup } from "../contract/project.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { LiveLine } from "../contract/task.ts";
import type { RunRecord, SetupState, TaskRecord, WorktreeRecord } from "../store/types.ts";
import type { Core, Work } from "./core.ts";
import type { LiveChanges } from "./live-changes.ts";
import { Ports } from "./ports.ts";
import { type Followed, type Script, type Scripts, titleOf } from "./scripts.ts";
import { copiedNotice, setupFault } from "./setup-words.ts";
import { digestOf, envOf, repoGone, setupOf } from "./worktree-facts.ts";

export interface SetupParts {
  readonly core: Core;
  readonly scripts: Scripts;
  readonly changes: LiveChanges;
}

/** A worktree that is being set up, and what was said about it. */
interface Site {
  readonly task: TaskRecord;
  readonly run: RunRecord;
  readonly said: ProjectSetup;
  readonly projectRoot: string;
  readonly commonDir: string;
  readonly worktree: string;
}

/** What a step came to; null when the server ends and the next one goes on with it. */
type Stepped = Result<"session"> | null;

/**
 * What a worktree gets before its first agent: ports, copies of ignored files, and the person's own
 * commands. Level-triggered like every step: the stored state says what is still to be done.
 */
export class Setup {
  readonly #core: Core;
  readonly #scripts: Scripts;
  readonly #changes: LiveChanges;
  readonly #ports: Ports;

  constructor({ core, scripts, changes }: SetupParts) {
    this.#core = core;
    this.#scripts = scripts;
    this.#changes = changes;
    this.#ports = new Ports(core);
  }

  /** Whether the person's commands will run in a new worktree of the task: they may change any file. */
  hasCommands({ commonDir }: TaskRecord): boolean {
    return commonDir !== null && setupOf(this.#core.deps.store, commonDir).setup.trim() !== "";
  }

  /** The step `setup` of a run. `signal` stops what runs, with its children. */
  async step(task: TaskRecord, run: RunRecord, signal: AbortSignal): Promise<Stepped> {
    const { store, git } = this.#core.deps;
    const { commonDir, worktreePath: worktree } = task;
    if (commonDir === null || worktree === null) {
      return ok("session");
    }
    const place = await git.inspect(task.workdir);
    if (!place.ok || place.value.kind !== "repository") {
      return err(repoGone(task));
    }
    const said = setupOf(store, commonDir);
    const site = { task, run, said, projectRoot: place.value.mainRoot, commonDir, worktree };
    const ported = await this.#ports.allocate(task.id, said.ports);
    return ported.ok ? this.#advance(site, signal) : ported;
  }

  async #advance(site: Site, signal: AbortSignal): Promise<Stepped> {
    const { task, run, said } = site;
    const kept = this.#core.deps.store.worktree(task.id);
    if (kept === null) {
      return ok("session");
    }
    if (kept.setup.kind === "running") {
      return this.#follow(site, kept.setup.attempt, signal);
    }
    if (kept.setup.kind === "failed" && kept.setup.runId === run.id) {
      // A server before this one saw it fail and could not say so any more.
      return err(kept.setup.fault);
    }
    const due = this.#isDue(site, kept);
    const copied = due || !kept.copied ? await this.#copy(site, kept.copied, signal) : ok(null);
    // Asked first: what was cut short is no failure.
    if (signal.aborted) {
      return this.#scripts.lettingGo ? null : err(fault("cancelled", "Stopped by you."));
    }
    if (!copied.ok) {
      return copied;
    }
    if (!due) {
      return ok("session");
    }
    if (said.setup.trim() === "") {
      this.#settle(task.id, { kind: "succeeded", digest: digestOf(said.setup) });
      return ok("session");
    }
    return this.#follow(site, this.#begin(site), signal);
  }

  /** Once per worktree; again when asked for, after it failed, and when other commands may help. */
  #isDue({ task, run, said }: Site, { setup }: WorktreeRecord): boolean {
    switch (setup.kind) {
      case "due":
      case "failed":
        return true;
      case "succeeded":
        return setup.digest !== digestOf(said.setup) && this.#failedBefore(task, run);
      case "running":
      case "skipped":
        return false;
    }
  }

  #failedBefore(task: TaskRecord, run: RunRecord): boolean {
    const [before] = this.#core.deps.store.runs(task.id, 1, run.id);
    return before?.phase.kind === "ended" && before.phase.outcome.kind === "failed";
  }

  async #copy(site: Site, again: boolean, signal: AbortSignal): Promise<Result<null>> {
    const { task, run, said, commonDir, worktree, projectRoot: mainRoot } = site;
    const copied = await this.#core.deps.git.copyIgnored({
      commonDir,
      mainRoot,
      baseSha: task.baseSha ?? "",
      worktree,
      patterns: said.copy,
      signal,
    });
    if (!copied.ok) {
      return copied;
    }
    if (signal.aborted) {
      return ok(null);
    }
    const { files, there } = copied.value;
    // What stays behind was told the first time; what is there then was left by a server that died.
    const told = again ? files : [...there, ...files];
    const quiet = again && files.length === 0;
    const notice = quiet ? null : copiedNotice({ ...copied.value, files: told });
    if (again && notice === null) {
      return ok(null);
    }
    this.#core.commit("setup", (work) => {
      const now = work.tx.worktree(task.id);
      if (now !== null) {
        work.tx.putWorktree({ ...now, copied: true });
      }
      if (notice !== null) {
        work.notice(task.id, run.id, notice);
      }
    });
    return ok(null);
  }

  /** Says that a set-up runs, before it does; answers the attempt. */
  #begin(site: Site): number {
    const { task, run, said } = site;
    return this.#core.commit("setup", (work) => {
      const now = work.tx.worktree(task.id);
      const attempt = (now?.attempts ?? 0) + 1;
      if (now !== null) {
        const digest = digestOf(said.setup);
        const setup = { attempt, runId: run.id, digest, startedAt: work.now };
        work.tx.putWorktree({ ...now, attempts: attempt, setup: { kind: "running", ...setup } });
      }
      this.#scripts.began(work, this.#script(site, attempt));
      setLive(work, task.id, { verb: "Setting up", object: titleOf(said.setup), at: work.now });
      return attempt;
    });
  }

  async #follow(site: Site, attempt: number, signal: AbortSignal): Promise<Stepped> {
    const script = this.#script(site, attempt);
    const followed = await this.#scripts.follow(script, { signal });
    return followed.end.kind === "let-go" ? null : this.#end(script, followed);
  }

  /** Stores what came of a set-up, with all it said, in one transaction. */
  async #end(script: Script, followed: Followed): Promise<Result<"session">> {
    const decided = this.#core.commit("setup", (work): Result<"session"> => {
      const now = work.tx.worktree(script.taskId);
      const running = now?.setup.kind === "running" ? now.setup : null;
      const ms = running === null ? null : work.now - running.startedAt;
      const why = setupFault(followed, ms);
      if (now !== null && running !== null) {
        work.tx.putWorktree({ ...now, setup: stateAfter(why, running) });
      }
      this.#scripts.ended(work, script, followed, ms);
      setLive(work, script.taskId, null);
      return why === null ? ok("session") : err(why);
    });
    this.#changes.touch(script.taskId);
    await this.#scripts.clear(script);
    return decided;
  }

  /** Ends the set-up of a task that an earlier server began and that nobody follows. */
  async stop(taskId: string): Promise<void> {
    const setup = this.#core.deps.store.worktree(taskId)?.setup;
    if (setup?.kind !== "running") {
      return;
    }
    const { runId, attempt } = setup;
    const nowhere = { commands: "", cwd: "/", env: {} };
    const script: Script = { taskId, runId, attempt, name: "setup", ...nowhere };
    await this.#end(script, await this.#scripts.stop(script));
  }

  #script({ task, run, said, worktree, projectRoot }: Site, attempt: number): Script {
    return {
      taskId: task.id,
      runId: run.id,
      name: "setup",
      attempt,
      commands: said.setup,
      cwd: worktree,
      env: envOf(this.#core.deps.store, task, projectRoot),
    };
  }

  #settle(taskId: string, setup: SetupState): void {
    this.#core.commit("setup", (work) => {
      const now = work.tx.worktree(taskId);
      if (now !== null) {
        work.tx.putWorktree({ ...now, setup });
      }
    });
  }
}

function stateAfter(
  why: ReturnType<typeof setupFault>,
  { runId, digest }: Extract<SetupState, { kind: "running" }>,
): SetupState {
  if (why === null) {
    return { kind: "succeeded", digest };
  }
  // One that was stopped says nothing about its commands: it is still to be run.
  return why.code === "cancelled" ? { kind: "due" } : { kind: "failed", runId, fault: why };
}

/** What the card says while the set-up runs. */
function setLive(work: Work, taskId: string, live: LiveLine | null): void {
  const task = work.tx.task(taskId);
  if (task !== null && task.deletedAt === null) {
    work.putTask({ ...task, live, updatedAt: work.now });
  }
}

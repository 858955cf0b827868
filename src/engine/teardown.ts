import { stat } from "node:fs/promises";
import { lastLines } from "../domain/text.ts";
import type { TaskRecord, WorktreeRecord } from "../store/types.ts";
import type { Core } from "./core.ts";
import type { Followed, Script, Scripts } from "./scripts.ts";
import { endWords } from "./setup-words.ts";
import { envOf, newWorktree, setupOf } from "./worktree-facts.ts";

/** How long a teardown may take, in milliseconds. */
const limitMs = 60_000;

/** Runs the person's own commands before a deleted task's worktree goes. */
export class Teardown {
  readonly #core: Core;
  readonly #scripts: Scripts;

  constructor(core: Core, scripts: Scripts) {
    this.#core = core;
    this.#scripts = scripts;
  }

  /** Whether there is anything to run before the task's worktree may go. */
  isDue(task: TaskRecord): boolean {
    const { store } = this.#core.deps;
    const state = store.worktree(task.id)?.teardown.kind ?? "none";
    if (task.commonDir === null || task.worktreePath === null || task.runId === null) {
      return false;
    }
    return (
      state === "running" ||
      (state === "none" && setupOf(store, task.commonDir).teardown.trim() !== "")
    );
  }

  /**
   * Runs it, once per worktree. A failure is told and its log stays with the task, but the worktree
   * goes all the same. False when the server ends meanwhile: the next one goes on.
   */
  async run(task: TaskRecord): Promise<boolean> {
    const script = await this.#script(task);
    if (script === null) {
      return true;
    }
    const { signal } = new AbortController();
    const followed = await this.#scripts.follow(script, { signal, limitMs });
    if (followed.end.kind === "let-go") {
      return false;
    }
    await this.#end(task, script, followed);
    await this.#scripts.clear(script);
    return true;
  }

  #end(task: TaskRecord, script: Script, followed: Followed): Promise<void> {
    return this.#core.keep(task.id, "teardown", (work) => {
      const now = work.tx.worktree(task.id);
      const ms = now?.teardown.kind === "running" ? work.now - now.teardown.startedAt : null;
      if (now !== null) {
        work.tx.putWorktree({ ...now, teardown: { kind: "done" } });
      }
      this.#scripts.ended(work, script, followed, ms);
      const why = endWords(followed, ms);
      if (why !== null) {
        work.notice(null, null, {
          level: "warning",
          code: "teardown_failed",
          message: `The teardown of “${task.title}” ${why}. The task was deleted all the same.`,
          hint: lastLines(followed.output, 1)[0] ?? null,
        });
      }
    });
  }

  async #script(task: TaskRecord): Promise<Script | null> {
    const { store, git } = this.#core.deps;
    const { commonDir, worktreePath, runId } = task;
    if (!this.isDue(task) || commonDir === null || worktreePath === null || runId === null) {
      return null;
    }
    // One that was brought back and not started since has no row.
    const kept = store.worktree(task.id) ?? newWorktree(task.id);
    // Somebody removed it by hand: there is no place to run in.
    if ((await stat(worktreePath).catch(() => null)) === null) {
      return null;
    }
    const place = await git.inspect(task.workdir);
    const isRepository = place.ok && place.value.kind === "repository";
    const again = kept.teardown.kind === "running" ? kept.teardown.attempt : null;
    const script: Script = {
      taskId: task.id,
      runId,
      name: "teardown",
      attempt: again ?? kept.attempts + 1,
      commands: setupOf(store, commonDir).teardown,
      cwd: worktreePath,
      env: envOf(store, task, isRepository ? place.value.mainRoot : task.workdir),
    };
    if (again === null) {
      this.#begin(script, kept);
    }
    return script;
  }

  #begin(script: Script, kept: WorktreeRecord): void {
    this.#core.commit("teardown", (work) => {
      const { attempt } = script;
      const teardown = { kind: "running" as const, attempt, startedAt: work.now };
      work.tx.putWorktree({ ...kept, attempts: attempt, teardown });
      this.#scripts.began(work, script);
    });
  }
}

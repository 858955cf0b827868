import { join } from "node:path";
import type { NoticeData } from "../contract/event.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { PrepareStep } from "../contract/run.ts";
import { branchName } from "../domain/branch-name.ts";
import { shellWord } from "../domain/commands.ts";
import { shortId } from "../domain/text.ts";
import type { Made } from "../git/types.ts";
import type { RunRecord, TaskRecord } from "../store/types.ts";
import type { Core } from "./core.ts";
import type { Sessions } from "./sessions.ts";
import type { Setup } from "./setup.ts";
import type { Snapshots } from "./snapshots.ts";
import { marked, newWorktree, repoGone } from "./worktree-facts.ts";

type Kept = NonNullable<Awaited<ReturnType<Snapshots["newest"]>>>;

export interface WorktreeStepParts {
  readonly core: Core;
  readonly sessions: Sessions;
  readonly snapshots: Snapshots;
  readonly setup: Setup;
}

/** Makes the worktree of a task, and makes it again when somebody removed it. */
export class WorktreeStep {
  readonly #core: Core;
  readonly #sessions: Sessions;
  readonly #snapshots: Snapshots;
  readonly #setup: Setup;

  constructor({ core, sessions, snapshots, setup }: WorktreeStepParts) {
    this.#core = core;
    this.#sessions = sessions;
    this.#snapshots = snapshots;
    this.#setup = setup;
  }

  /** Whether a task that had a worktree has none now, though its repository is there. */
  async isGone({ commonDir, worktreePath }: TaskRecord): Promise<boolean> {
    if (commonDir === null || worktreePath === null) {
      return false;
    }
    const stands = await this.#core.deps.git.worktreeStands(commonDir, worktreePath);
    return stands.ok && !stands.value;
  }

  /** Ends the agent whose folder is gone; the run goes on without it. Safe to do again. */
  async leave(run: RunRecord): Promise<void> {
    if (this.#sessions.live(run.taskId) === null) {
      return;
    }
    this.#core.commit("worktree", (work) => {
      const now = work.tx.run(run.id);
      if (now !== null) {
        // The end of that agent is not the end of this run.
        work.tx.putRun({ ...now, sessionId: null });
      }
    });
    await this.#sessions.close(run.taskId);
  }

  /** The step `worktree` of a run. Done again, it answers the same. */
  async make(task: TaskRecord, run: RunRecord): Promise<Result<PrepareStep>> {
    const { git, dataDir } = this.#core.deps;
    if (task.commonDir === null || task.baseSha === null) {
      return err(repoGone(task));
    }
    const gone = await this.isGone(task);
    const kept = gone ? await this.#snapshots.newest(task) : null;
    const [made] = await Promise.all([
      git.addWorktree({
        taskId: task.id,
        commonDir: task.commonDir,
        baseSha: task.baseSha,
        branch: task.branch ?? branchName(shortId(task.id), task.title),
        path: join(dataDir, "worktrees", task.id),
        files: kept?.sha ?? null,
      }),
      this.#setup.hasCommands(task) ? Promise.resolve() : this.#snapshots.fresh(task, run),
    ]);
    if (!made.ok) {
      return made;
    }
    await this.#store(task, run, made.value, gone ? { kept } : null);
    return ok("setup");
  }

  async #store(
    task: TaskRecord,
    run: RunRecord,
    made: Made,
    gone: { readonly kept: Kept | null } | null,
  ): Promise<void> {
    const { branch, path, mark, files } = made;
    const known = this.#core.deps.store.worktree(task.id);
    const isOther = known === null || known.mark !== mark;
    if (branch === task.branch && path === task.worktreePath && !isOther) {
      return;
    }
    await this.#core.keep(task.id, "worktree", (work) => {
      const now = work.tx.task(task.id);
      if (now === null) {
        return;
      }
      work.putTask({ ...now, branch, worktreePath: path, updatedAt: work.now });
      work.tx.putWorktree(marked(work.tx.worktree(task.id) ?? newWorktree(task.id), mark));
      if (isOther && (gone !== null || files !== undefined)) {
        const notice = remade(path, files !== undefined, gone?.kept ?? null);
        work.notice(task.id, run.id, notice, `worktree:${mark}`);
      }
    });
  }
}

/** What is said of a worktree that had to be made again. */
function remade(path: string, hasFiles: boolean, kept: Kept | null): NoticeData {
  const say = (message: string, hint: string): NoticeData => ({
    level: "warning",
    code: "worktree_made_again",
    message: `The worktree was gone; it was made again ${message}`,
    hint,
  });
  if (hasFiles && kept?.side === "start") {
    return say(
      "with the files from before the last turn.",
      "What that turn did was not kept: the worktree went before it could be.",
    );
  }
  if (hasFiles) {
    return say(
      "with the files of the last turn.",
      "What git ignores, and what was changed after that turn, is not among them.",
    );
  }
  return kept === null
    ? say("from its branch.", "What was not committed is not in it, and was not kept.")
    : say(
        "from its branch, which has moved on since the last turn.",
        `The files of that turn are kept: git -C ${shellWord(path)} restore --source=${kept.sha} -- .`,
      );
}

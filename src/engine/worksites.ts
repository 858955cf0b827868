import { realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Changes } from "../contract/changes.ts";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { TaskRecord } from "../store/types.ts";
import type { Places } from "./api.ts";
import { type Core, unknown } from "./core.ts";

/** The folders tasks work in: their changes, and what of them may be opened for the person. */
export class Worksites implements Places {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async changes(id: string, signal: AbortSignal): Promise<Result<{ changes: Changes }>> {
    const task = this.#core.deps.store.task(id);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", id);
    }
    if (task.baseSha === null) {
      return err(
        fault(
          "not_a_repository",
          "This task works in a plain folder, so there is no base to compare with.",
          "Run `git init` and commit in the folder to see changes of new tasks.",
        ),
      );
    }
    const folder = task.worktreePath ?? (task.isolation === "none" ? task.workdir : null);
    if (folder === null) {
      const side = { sha: task.baseSha, at: null };
      return ok({
        changes: {
          scope: "base",
          from: { label: task.baseRef ?? task.baseSha.slice(0, 8), ...side },
          to: { label: "not started", ...side },
          baseSha: task.baseSha,
          headSha: task.baseSha,
          files: [],
          additions: 0,
          deletions: 0,
          truncated: false,
        },
      });
    }
    const changes = await this.#core.deps.git.changes(folder, task.baseSha, signal);
    return changes.ok ? ok({ changes: changes.value }) : changes;
  }

  /** What changes with a task's working directory before its first start. */
  async rebase(task: TaskRecord, workdir: string): Promise<Result<Partial<TaskRecord>>> {
    const { git } = this.#core.deps;
    const place = await git.inspect(workdir);
    if (!place.ok) {
      return place;
    }
    if (place.value.kind === "folder" || place.value.headSha === null) {
      const commonDir = place.value.kind === "repository" ? place.value.commonDir : null;
      return ok({ commonDir, prefix: "", isolation: "none", baseRef: null, baseSha: null });
    }
    const { commonDir, prefix, headSha, branch } = place.value;
    const pinned = await git.pin(commonDir, task.id, headSha);
    if (!pinned.ok) {
      return pinned;
    }
    if (task.commonDir !== null && task.commonDir !== commonDir) {
      await git.unpin(task.commonDir, task.id);
    }
    return ok({
      commonDir,
      prefix,
      isolation: "worktree",
      baseRef: branch ?? "HEAD",
      baseSha: headSha,
    });
  }

  locate(request: {
    readonly taskId: string | null;
    readonly path: string | null;
  }): Promise<Result<{ readonly path: string; readonly directory: string }>> {
    const roots = this.#roots(request.taskId);
    if (!roots.ok) {
      return Promise.resolve(roots);
    }
    const [first] = roots.value;
    const wanted = request.path ?? first ?? null;
    if (wanted === null || first === undefined) {
      return Promise.resolve(outside());
    }
    return Promise.resolve(
      inside(isAbsolute(wanted) ? wanted : resolve(first, wanted), roots.value),
    );
  }

  #roots(taskId: string | null): Result<readonly string[]> {
    const { store, dataDir } = this.#core.deps;
    if (taskId === null) {
      return ok([...store.projects().map((project) => project.path), join(dataDir, "worktrees")]);
    }
    const task = store.task(taskId);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", taskId);
    }
    return ok(task.worktreePath === null ? [task.workdir] : [task.worktreePath, task.workdir]);
  }
}

/** Follows links first: what counts is where the path really leads. */
export function inside(
  path: string,
  roots: readonly string[],
): Result<{ readonly path: string; readonly directory: string }> {
  try {
    const real = realpathSync(path);
    const held = roots.some((root) => {
      const way = relative(realpathSync(root), real);
      return way === "" || !(way.startsWith("..") || isAbsolute(way));
    });
    if (!held) {
      return outside();
    }
    const stat = statSync(real);
    if (!stat.isDirectory() && !stat.isFile()) {
      return outside();
    }
    return ok({ path: real, directory: stat.isDirectory() ? real : dirname(real) });
  } catch {
    return err(fault("not_found", "There is no such file or folder.", null));
  }
}

function outside(): Result<never> {
  return err(
    fault(
      "forbidden",
      "This path lies outside every task, project and worktree.",
      "Only places Agetor works in can be opened.",
    ),
  );
}

import { realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { TaskRecord } from "../store/types.ts";
import type { Places } from "./api.ts";
import { type Core, unknown } from "./core.ts";

/** The folders tasks work in, and what of them may be opened for the person. */
export class Worksites implements Places {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
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

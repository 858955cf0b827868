import { createHash } from "node:crypto";
import { type Fault, fault } from "../contract/fault.ts";
import type { ProjectSetup } from "../contract/project.ts";
import { worktreeEnv } from "../domain/worktree-env.ts";
import type { Reads, TaskRecord, WorktreeRecord } from "../store/types.ts";

/** What holds while the person has said nothing about a repository. */
export const defaultSetup: ProjectSetup = { setup: "", teardown: "", copy: [], ports: 10 };

/** What the person configured for a repository, by its shared git directory. */
export function setupOf(store: Reads, commonDir: string): ProjectSetup {
  return store.projectSetup(commonDir) ?? defaultSetup;
}

/** What is stored of a worktree that is not made yet. */
export function newWorktree(taskId: string): WorktreeRecord {
  return {
    taskId,
    mark: "",
    firstPort: null,
    ports: 0,
    copied: false,
    attempts: 0,
    setup: { kind: "due" },
    teardown: { kind: "none" },
  };
}

/** The same worktree, or what is known of one that took its place: its ports, and nothing else. */
export function marked(known: WorktreeRecord, mark: string): WorktreeRecord {
  if (known.mark === mark || known.mark === "") {
    return { ...known, mark };
  }
  const { taskId, firstPort, ports, attempts } = known;
  return { ...newWorktree(taskId), mark, firstPort, ports, attempts };
}

/** The ports of a worktree, null while it has none. */
export function portsOf(
  kept: WorktreeRecord | null,
): { readonly first: number; readonly last: number } | null {
  return kept === null || kept.firstPort === null
    ? null
    : { first: kept.firstPort, last: kept.firstPort + kept.ports - 1 };
}

/** What set-up, teardown and agent of a task find in their environment (TRUST-03). */
export function envOf(
  store: Reads,
  task: TaskRecord,
  projectRoot: string,
): Readonly<Record<string, string>> {
  return worktreeEnv({
    taskId: task.id,
    projectRoot,
    worktree: task.worktreePath,
    branch: task.branch,
    baseSha: task.baseSha,
    ports: portsOf(store.worktree(task.id)),
  });
}

/** Names commands, so that others can be told from them. */
export function digestOf(commands: string): string {
  return createHash("sha256").update(commands).digest("hex");
}

export function repoGone(task: TaskRecord): Fault {
  return fault(
    "repo_gone",
    `The repository of this task is no longer at ${task.workdir}.`,
    "Move it back, or create a new task where it is now.",
  );
}

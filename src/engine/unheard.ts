import type { TaskRecord } from "../store/types.ts";
import type { Work } from "./core.ts";

/**
 * The text for the agent when a person says something after a run that failed before its agent took
 * its message (set-up, worktree, start): that message goes first, or it would never be heard.
 */
export function withUnheard(work: Work, task: TaskRecord, text: string): string {
  const unheard = unheardOf(work, task);
  return unheard === null || unheard === text ? text : `${unheard}\n\n${text}`;
}

/** Whether a run's message begins with the task's own prompt, whose files then go along. */
export function beginsTask(task: Pick<TaskRecord, "prompt">, prompt: string): boolean {
  return prompt === task.prompt || prompt.startsWith(`${task.prompt}\n\n`);
}

function unheardOf(work: Work, task: TaskRecord): string | null {
  const run = task.runId === null ? null : work.tx.run(task.runId);
  if (run === null || run.phase.kind !== "ended" || run.phase.outcome.kind !== "failed") {
    return null;
  }
  const delivery = work.tx.effect(`${run.id}:deliver`)?.state ?? "failed";
  return run.startedAt === null && delivery === "failed" ? run.prompt : null;
}

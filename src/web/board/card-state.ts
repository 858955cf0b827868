import type { Interaction } from "../../contract/interaction.ts";
import type { PrepareStep } from "../../contract/run.ts";
import type { Task } from "../../contract/task.ts";
import { requestWords } from "../landing/words.ts";
import type { StateName } from "../ui/state-glyph.tsx";

/** The state a card shows: the exact phase of its run while there is one, else its column. */
export function cardState(task: Task): StateName {
  const phase = task.phase;
  switch (phase?.kind) {
    case "queued":
      return "queued";
    case "preparing":
      return "preparing";
    case "cancelling":
      return "stopping";
    case "blocked":
      return "blocked";
    case "working":
      return "running";
    case "ended":
    case undefined:
      break;
  }
  // A failure stays on the card until it is started again or the person moves on with it.
  if (task.failure !== null && (task.column === "ready" || task.column === "backlog")) {
    if (task.runStatus === "cancelled") return "stopped";
    return task.runStatus === "orphaned" ? "orphaned" : "failed";
  }
  // What never ran does not turn, wherever it was put.
  return task.column === "running" && task.runId === null ? "ready" : task.column;
}

/** Whether the agent waits in its own terminal, where only the person can go on. */
export function needsTerminal(task: Task, asks: readonly Interaction[]): boolean {
  return task.phase?.kind === "blocked" && asks.length === 0 && task.phase.on.includes("terminal");
}

const steps: readonly PrepareStep[] = [
  "base-ref",
  "branch",
  "worktree",
  "setup",
  "session",
  "deliver",
];

const stepWords: Readonly<Record<PrepareStep, string>> = {
  "base-ref": "Finding the base",
  branch: "Creating the branch",
  worktree: "Making the worktree",
  setup: "Setting up",
  session: "Starting the agent",
  deliver: "Sending the prompt",
};

export function stepOf(step: PrepareStep): { word: string; index: number; count: number } {
  return { word: stepWords[step], index: steps.indexOf(step) + 1, count: steps.length };
}

/** What a run says while it is prepared, beyond its step: the set-up's command, or what it waits for. */
export function preparingLine({ phase, live }: Task): Task["live"] {
  if (phase?.kind !== "preparing") return null;
  return phase.step === "setup" || live?.verb === "Waiting" ? live : null;
}

/** Whether a live line's object is words, and not a path or a command. */
export function isProse(verb: string): boolean {
  return verb === "Said" || verb === "Thinking" || verb === "Waiting";
}

/** No sign of life for this long on a working task is said on its card. */
export const staleAfter = 5 * 60_000;

/** Since when a working task said nothing; null while it is lively. */
export function silentSince(task: Task, now: number): number | null {
  // One that waits says for what.
  if (task.phase?.kind !== "working" || task.live?.verb === "Waiting") return null;
  const last = task.live?.at ?? task.runStartedAt;
  return last !== null && now - last >= staleAfter ? last : null;
}

/** One sentence for a screen reader: title, state and who, and what somebody has to know of it. */
export function cardName(task: Task, word: string, agent: string): string {
  const unread = task.unread ? ", new since you last looked" : "";
  const { conflicts, pullRequest } = task;
  const clash = conflicts !== null && (conflicts.base || conflicts.tasks.length > 0);
  const ahead = clash ? ", conflicts ahead" : "";
  const request = pullRequest === null ? "" : `, pull request ${requestWords(pullRequest).state}`;
  return `${task.title}, ${word}, ${agent}${ahead}${request}${unread}`;
}

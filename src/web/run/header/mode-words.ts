import type { AgentOptions } from "../../../contract/harness.ts";
import type { Task } from "../../../contract/task.ts";
import { isActive } from "../../state/actions.ts";

type Modes = Pick<AgentOptions, "modes" | "modeChange">;

/** The mode in force, and the one that comes with when it comes: "Ask, then Bypass from …". */
export function modeWords(task: Task, options: Modes | undefined): string {
  const now = task.modeNow ?? task.mode;
  const said = now === null ? "Default mode" : labelOf(now, options);
  if (task.modeNext === null) return said;
  return `${said}, ${labelOf(task.modeNext, options)} ${whenTaken(task, task.modeNext, options)}`;
}

/** When a mode would hold that is picked now. */
export function whenTaken(task: Task, mode: string, options: Modes | undefined): string {
  const within = options?.modeChange.within.includes(mode) === true;
  if (!isActive(task) || !within) return "from the next message";
  const now = task.modeNow ?? task.mode;
  return rank(mode, options) < rank(now, options)
    ? "before the next tool"
    : "with your next answer";
}

/** They are listed from the strictest on. */
function rank(mode: string | null, options: Modes | undefined): number {
  return options?.modes.findIndex(({ id }) => id === mode) ?? -1;
}

function labelOf(mode: string, options: Modes | undefined): string {
  return options?.modes.find(({ id }) => id === mode)?.label ?? mode;
}

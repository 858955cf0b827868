import type { Interaction, InteractionAnswer } from "../../contract/interaction.ts";

/** What an agent asks, open, whatever kind it is of. */
export const openAsk = {
  taskId: "TASK",
  runId: "RUN1",
  createdAt: 1,
  expiresAt: null,
  state: "open",
  outcome: null,
  answer: null,
  answeredBy: null,
  resolvedAt: null,
} as const;

/** Whether a command may run, open. */
export function approvalOf(id: string, command: string): Interaction {
  return {
    ...openAsk,
    id,
    kind: "approval",
    toolName: "Bash",
    toolInput: { command },
    title: command,
    cwd: "/",
    reason: null,
    diff: null,
    editable: true,
    risks: [],
    rememberable: [],
  };
}

/** The same once it is over: answered, or gone when nobody did. */
export function answered(
  ask: Interaction,
  outcome: string,
  answer: InteractionAnswer | null,
): Interaction {
  return { ...ask, state: answer === null ? "gone" : "answered", outcome, answer };
}

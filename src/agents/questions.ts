import type { FileDiff } from "../contract/event.ts";
import type { InteractionAnswer, Question } from "../contract/interaction.ts";

/** A question of an agent, before it has an id and a place on the board. */
export type InteractionRequest =
  | {
      readonly kind: "approval";
      readonly toolName: string;
      readonly toolInput: unknown;
      /** One line: the command, the path, the address. */
      readonly title: string;
      readonly cwd: string;
      readonly reason: string | null;
      readonly diff: readonly FileDiff[] | null;
      readonly editable: boolean;
    }
  | {
      readonly kind: "question";
      readonly question: string;
      readonly choices: readonly string[] | null;
      readonly multi: boolean;
      readonly allowText: boolean;
    }
  | { readonly kind: "ask_questions"; readonly questions: readonly Question[] }
  | { readonly kind: "plan_approval"; readonly plan: string };

type Hook = Readonly<Record<string, unknown>>;

/**
 * How an agent asks through a hook that waits: a process that sends its JSON and prints the answer.
 * `wish` is the mode its task was given while it works in another one; null = there is no such wish.
 */
export interface HookProtocol {
  /** What the hook asks; null = nothing a person can answer here (the agent's own prompt stays). */
  interpret(hook: Hook, wish?: string | null): InteractionRequest | null;
  /** What the hook prints for an answer; the wished mode goes along where the agent takes it. */
  respond(
    request: InteractionRequest,
    answer: InteractionAnswer,
    hook: Hook,
    wish?: string | null,
  ): unknown;
}

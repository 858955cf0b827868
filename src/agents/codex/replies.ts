import { answerText } from "../../contract/ask-user.ts";
import type { InteractionAnswer } from "../../contract/interaction.ts";
import { leaveOut, yes } from "./asks-form.ts";
import { confirmChoices } from "./decode-asks.ts";
import type { Ask, FormKey } from "./state.ts";

type Given = Extract<InteractionAnswer, { kind: "ask_questions" }>["answers"];

/**
 * The result Codex waits for (codex-cli 0.169.0), or null for an answer of another kind. Only "once"
 * is ever said: `acceptWithExecpolicyAmendment` would allow it to every task of the account, and
 * `persist: "always"` likewise; what a task remembers is the engine's.
 */
export function replyTo(ask: Ask, answer: InteractionAnswer): object | null {
  const { shape } = ask;
  switch (shape.kind) {
    case "decision":
      if (answer.kind !== "approval") return null;
      return { decision: answer.decision === "allow" ? "accept" : "decline" };
    case "action":
      return answer.kind === "approval" ? action(answer.decision === "allow" ? {} : null) : null;
    case "confirm":
      if (answer.kind !== "question") return null;
      return action(answer.selected.includes(confirmChoices[0]) ? {} : null);
    case "form":
      return answer.kind === "ask_questions" ? action(content(shape.keys, answer.answers)) : null;
    case "input":
      if (answer.kind !== "ask_questions") return null;
      return { answers: Object.fromEntries(noted(shape.keys, answer.answers)) };
    case "tool": {
      if (answer.kind !== "question") return null;
      return { contentItems: [{ type: "inputText", text: answerText(answer) }], success: true };
    }
  }
}

function action(filled: object | null): object {
  return { action: filled === null ? "decline" : "accept", content: filled, _meta: null };
}

/** A free answer goes as a note, the way Codex's own terminal sends it. */
function noted(keys: readonly string[], given: Given): [string, { answers: string[] }][] {
  return keys.map((key, index) => {
    const { selected = [], custom = "" } = given[index] ?? {};
    return [key, { answers: [...selected, ...(custom === "" ? [] : [`user_note: ${custom}`])] }];
  });
}

function content(keys: readonly FormKey[], given: Given): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const [index, key] of keys.entries()) {
    const { selected = [], custom = "" } = given[index] ?? {};
    const said = [...selected, ...(custom === "" ? [] : [custom])].filter((it) => it !== leaveOut);
    const first = said[0];
    if (first !== undefined) filled[key.name] = fieldValue(key.type, first, said);
  }
  return filled;
}

function fieldValue(type: FormKey["type"], first: string, all: readonly string[]): unknown {
  if (type === "list") return all;
  if (type === "boolean") return first === yes;
  const number = Number(first);
  // Words in place of a number are for the asking server to refuse.
  return type === "number" && first.trim() !== "" && Number.isFinite(number) ? number : first;
}

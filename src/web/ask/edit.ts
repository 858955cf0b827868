import { splitHidden } from "../ui/text.tsx";
import { asText, isRecord, subjectOf } from "./words.ts";

/** How an input is changed by hand: its command as a line, or all of it as JSON. */
export interface Editing {
  readonly kind: "command" | "json";
  readonly text: string;
}

/** What the person has done to an approval that they have not answered yet. */
export interface Written {
  readonly editing: Editing | null;
  /** Whether the field for the reason of a denial was asked for. */
  readonly denying: boolean;
  readonly reason: string;
  /** Which of the offered rules "Always" would make. */
  readonly ruleAt: number;
}

export const nothingYet: Written = { editing: null, denying: false, reason: "", ruleAt: 0 };

/** A stored draft may be of another version, or not ours. */
export function isWritten(value: unknown): value is Written {
  if (!isRecord(value)) return false;
  const { editing, denying, reason, ruleAt } = value;
  const plain =
    typeof denying === "boolean" && typeof reason === "string" && typeof ruleAt === "number";
  return plain && (editing === null || isEditing(editing));
}

function isEditing(value: unknown): value is Editing {
  if (!isRecord(value) || typeof value["text"] !== "string") return false;
  return value["kind"] === "command" || value["kind"] === "json";
}

export function startEditing(toolInput: unknown): Editing {
  const command = isRecord(toolInput) ? toolInput["command"] : null;
  return subjectOf(toolInput).kind === "command" && typeof command === "string"
    ? { kind: "command", text: command }
    : { kind: "json", text: asText(toolInput) };
}

export type Edited =
  | { readonly ok: true; readonly input: Record<string, unknown> }
  | { readonly ok: false; readonly why: string };

/** The input as it would be sent, or what is wrong with it. */
export function readEdited(editing: Editing, toolInput: unknown): Edited {
  if (editing.kind === "command") {
    if (editing.text.trim() === "") return { ok: false, why: "The command is empty." };
    return {
      ok: true,
      input: { ...(isRecord(toolInput) ? toolInput : {}), command: editing.text },
    };
  }
  try {
    const input: unknown = JSON.parse(editing.text);
    return isRecord(input)
      ? { ok: true, input }
      : { ok: false, why: "The input has to be a JSON object, in braces." };
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    return { ok: false, why: `This is not JSON yet. ${why}` };
  }
}

/** Names what a text field cannot show: "U+202E, U+200B"; null when there is nothing hidden. */
export function hiddenIn(text: string): string | null {
  const found = splitHidden(text)
    .filter((part) => part.hidden)
    .map((part) => part.text);
  return found.length === 0 ? null : [...new Set(found)].join(", ");
}

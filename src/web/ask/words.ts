import type { Interaction, InteractionAnswer } from "../../contract/interaction.ts";
import { changedInput } from "../../domain/transcript-asks.ts";

export type Approval = Extract<Interaction, { kind: "approval" }>;
export type Plan = Extract<Interaction, { kind: "plan_approval" }>;
export type Asking = Extract<Interaction, { kind: "question" | "ask_questions" }>;

/** What an approval wants to do, as one thing to judge; `rest` is everything else in its input. */
export interface Subject {
  readonly kind: "command" | "url" | "input";
  readonly text: string;
  readonly rest: readonly (readonly [name: string, value: string])[];
}

export function subjectOf(toolInput: unknown): Subject {
  const fields = isRecord(toolInput) ? toolInput : null;
  const command = fields === null ? null : commandOf(fields["command"]);
  if (fields !== null && command !== null) {
    return { kind: "command", text: command, rest: others(fields, "command") };
  }
  if (fields !== null && typeof fields["url"] === "string") {
    return { kind: "url", text: fields["url"], rest: others(fields, "url") };
  }
  return { kind: "input", text: asText(toolInput), rest: [] };
}

function commandOf(command: unknown): string | null {
  if (typeof command === "string") return command;
  // A list is no shell line: it is shown as it is, so that its borders can be seen.
  return Array.isArray(command) && command.length > 0 ? JSON.stringify(command) : null;
}

function others(
  fields: Readonly<Record<string, unknown>>,
  shown: string,
): readonly (readonly [string, string])[] {
  return Object.entries(fields)
    .filter(([name, value]) => name !== shown && value !== undefined && value !== null)
    .map(([name, value]) => [name, typeof value === "string" ? value : asText(value)] as const);
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The question in a few words: what stands over the form and in lists. */
export function headline(ask: Interaction): string {
  switch (ask.kind) {
    case "approval":
      return approvalHeadline(ask);
    case "question":
      return "A question";
    case "ask_questions":
      return ask.questions.length === 1 ? "A question" : `${ask.questions.length} questions`;
    case "plan_approval":
      return "A plan to review";
  }
}

function approvalHeadline({ toolInput, diff, toolName }: Approval): string {
  if (diff !== null && diff.length > 0) {
    return diff.length === 1 ? "Change a file?" : `Change ${diff.length} files?`;
  }
  const { kind } = subjectOf(toolInput);
  if (kind === "command") return "Run a command?";
  return kind === "url" ? "Fetch a page?" : `Use ${toolName}?`;
}

/** One line of what is asked, for lists and notifications. */
export function summary(ask: Interaction): string {
  switch (ask.kind) {
    case "approval":
      return approvalSummary(ask);
    case "question":
      return ask.question;
    case "ask_questions":
      return ask.questions[0]?.question ?? "";
    case "plan_approval":
      return firstLine(ask.plan) ?? "";
  }
}

/** What was allowed, where that is not what was asked for. */
function approvalSummary(ask: Approval): string {
  const changed = changedInput(ask);
  const { kind, text } = subjectOf(changed);
  return changed === null || kind === "input" ? ask.title : text;
}

/** The first line of a text that says something, without its Markdown mark. */
export function firstLine(text: string): string | null {
  return (
    text
      .split("\n")
      .map((line) => line.replace(/^[#>*\-\s]+/, "").trim())
      .find((line) => line !== "") ?? null
  );
}

/** What an answer comes to, in the server's words, for the time until it has answered. */
export function outcomeOf(answer: InteractionAnswer): string {
  switch (answer.kind) {
    case "approval":
      return approvalOutcome(answer);
    case "question":
      return `Answered: ${[...answer.selected, answer.text ?? ""].filter(Boolean).join(", ")}`;
    case "ask_questions":
      return `Answered: ${answer.answers
        .map((one) => [...one.selected, one.custom ?? ""].filter(Boolean).join(", "))
        .join("; ")}`;
    case "plan_approval":
      if (answer.choice === "reject") return "Changes requested";
      return answer.choice === "approve_ask" ? "Approved, asking before edits" : "Approved";
  }
}

function approvalOutcome(answer: Extract<InteractionAnswer, { kind: "approval" }>): string {
  if (answer.decision === "deny") {
    return (answer.reason ?? "") === "" ? "Denied" : `Denied: ${answer.reason}`;
  }
  if (answer.remember === true) return "Always allowed in this task";
  return answer.updatedInput === undefined ? "Allowed once" : "Allowed with your changes";
}

/** Who ended it, after its outcome: "in another window". Empty when that needs no words. */
export function byWhom(ask: Interaction, mine: boolean): string {
  if (mine || ask.answeredBy === null) return "";
  if (ask.answeredBy.startsWith("rule:")) return "by your rule";
  return ask.answeredBy === "launch" ? "from the command line" : "in another window";
}

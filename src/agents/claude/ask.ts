import type { InteractionAnswer, Question } from "../../contract/interaction.ts";
import type { HookProtocol, InteractionRequest } from "../driver.ts";
import { type Json, objectAt, objectsAt, stringAt } from "./json.ts";
import { hookMode, modeLabel, upTo } from "./modes.ts";
import { proposedDiffs } from "./proposed.ts";
import { toolKind, toolTitle } from "./tools.ts";

/**
 * How Claude asks: its PermissionRequest hook (2.1.330, observed). It fires only when a prompt is
 * really needed, while the dialog in the terminal is open; the first answer wins. Questions and
 * plans are tools too, and come the same way.
 */
export const askProtocol: HookProtocol = { interpret, respond };

function interpret(hook: Json, wish: string | null = null): InteractionRequest | null {
  if (stringAt(hook, "hook_event_name") !== "PermissionRequest") return null;
  const toolName = stringAt(hook, "tool_name");
  if (toolName === null) return null;
  const input = objectAt(hook, "tool_input") ?? {};
  if (toolName === "AskUserQuestion") {
    const questions = objectsAt(input, "questions").map(questionOf);
    return questions.length === 0 ? null : { kind: "ask_questions", questions };
  }
  if (toolName === "ExitPlanMode") {
    return { kind: "plan_approval", plan: stringAt(input, "plan") ?? "" };
  }
  const cwd = stringAt(hook, "cwd") ?? "";
  return {
    kind: "approval",
    toolName,
    toolInput: input,
    title: toolTitle(toolName, input, cwd),
    cwd,
    reason: changed(hook, wish) ?? reasonOf(hook, toolName, input),
    diff: proposedDiffs(toolName, input, cwd),
    editable: true,
  };
}

function questionOf(question: Json): Question {
  return {
    question: stringAt(question, "question") ?? "",
    header: stringAt(question, "header") ?? "",
    multiSelect: question["multiSelect"] === true,
    options: objectsAt(question, "options").map((option) => ({
      label: stringAt(option, "label") ?? "",
      description: stringAt(option, "description") ?? "",
      preview: stringAt(option, "preview"),
    })),
  };
}

/** Claude may only ask because its task has a stricter mode by now. */
function changed(hook: Json, wish: string | null): string | null {
  const now = stringAt(hook, "permission_mode") ?? "";
  const wished = wish === null ? null : hookMode(wish);
  if (wish === null || wished === null || upTo(wished).includes(now)) return null;
  return `You changed the mode to ${modeLabel(wish)}. Claude asks before every tool until you allow one; that switches it.`;
}

/** The hook gives no reason of its own; a command's description is what Claude says about it. */
function reasonOf(hook: Json, toolName: string, input: Json): string | null {
  const said = stringAt(hook, "reason");
  if (said !== null) return said;
  return toolKind(toolName) === "execute" ? stringAt(input, "description") : null;
}

/** The hook's output for an answer; an answer of another kind than the request says nothing. */
function respond(
  request: InteractionRequest,
  answer: InteractionAnswer,
  hook: Json,
  wish: string | null = null,
): Record<string, unknown> {
  if (request.kind === "approval" && answer.kind === "approval") return approval(answer, wish);
  if (request.kind === "ask_questions" && answer.kind === "ask_questions") {
    return allow({
      updatedInput: { ...objectAt(hook, "tool_input"), answers: answersOf(request, answer) },
      ...switched(wish),
    });
  }
  if (request.kind === "plan_approval" && answer.kind === "plan_approval") {
    return planned(request.plan, answer);
  }
  return {};
}

/** What a hook prints when its turn is being stopped: its dialog goes, and nothing is allowed. */
export const stopped: Record<string, unknown> = deny("The person stopped this.");

type Of<K extends InteractionAnswer["kind"]> = Extract<InteractionAnswer, { kind: K }>;

/** "Always" is a rule of ours that answers the next hook: Claude's own permissions stay as they are. */
function approval(answer: Of<"approval">, wish: string | null): Record<string, unknown> {
  if (answer.decision === "deny") {
    return deny(answer.reason || "The person did not allow this.");
  }
  const { updatedInput } = answer;
  return allow({ ...(updatedInput === undefined ? {} : { updatedInput }), ...switched(wish) });
}

/**
 * An answer that allows may switch the mode for this session (tried, sub-agents' questions as well).
 * The tool itself is the person's to allow: Claude's suggestion to accept edits comes with questions
 * that this mode would ask all the same (`.git`, `.npmrc`, …; tried). Claude passes over `bypass`
 * when it was not started with it.
 */
function switched(wish: string | null): Record<string, unknown> {
  const mode = wish === null ? null : hookMode(wish);
  return mode === null ? {} : { updatedPermissions: [setMode(mode)] };
}

function setMode(mode: string): Record<string, unknown> {
  return { type: "setMode", mode, destination: "session" };
}

/** By the question's text; several choices and free words in one line, as Claude's own dialog does. */
function answersOf(
  request: Extract<InteractionRequest, { kind: "ask_questions" }>,
  answer: Of<"ask_questions">,
): Record<string, string> {
  const given = request.questions.map(({ question }, at) => {
    const { selected = [], custom = "" } = answer.answers[at] ?? {};
    return [question, [...selected, custom].filter((it) => it !== "").join(", ")] as const;
  });
  return Object.fromEntries(given);
}

/**
 * A plan is only approved together with an input: allowing alone leaves the dialog (tried). The mode
 * is set for this session only; nothing is written into anyone's settings.
 */
function planned(plan: string, answer: Of<"plan_approval">): Record<string, unknown> {
  if (answer.choice === "reject") {
    return deny(answer.revision || "The person wants another plan. Ask what should change.");
  }
  const mode = answer.choice === "approve_implement" ? "acceptEdits" : "default";
  return allow({
    updatedInput: { plan },
    updatedPermissions: [setMode(mode)],
  });
}

function allow(more: Record<string, unknown>): Record<string, unknown> {
  return decided({ behavior: "allow", ...more });
}

function deny(message: string): Record<string, unknown> {
  return decided({ behavior: "deny", message });
}

function decided(decision: Record<string, unknown>): Record<string, unknown> {
  return { hookSpecificOutput: { hookEventName: "PermissionRequest", decision } };
}

import { createHash } from "node:crypto";
import { askedBy, readAskUser } from "../../contract/ask-user.ts";
import type { InteractionRequest } from "../driver.ts";
import { formOf, longestKey } from "./asks-form.ts";
import { type Collector, keptName, type LineContext } from "./decoded.ts";
import { type Fields, fields, isObject, objects, parseObject, text } from "./json.ts";
import { fileDiffs } from "./patch.ts";
import { refusalLine, resultLine } from "./rpc.ts";
import { type Ask, type State, withAsk, withoutAsk } from "./state.ts";
import { oneLine, unwrapShell } from "./words.ts";

interface Scope {
  readonly state: State;
  readonly out: Collector;
  readonly context: LineContext;
}

/** A request of the server, with the id its answer has to carry. */
interface Request {
  readonly id: string | number;
  readonly method: string;
  readonly params: Fields;
}

/** What a request becomes: a question for the person, or an answer at once. */
type Reading =
  | { readonly request: InteractionRequest; readonly shape: Ask["shape"] }
  | { readonly result: object };

/** Questions waiting at the same time; more than a person can look at is refused. */
const most = 16;

/**
 * A request of codex-cli 0.169.0 that a person answers. Its `ref` is the rpc id with the number of
 * the process it belongs to: ids begin at 0 again in the next one.
 */
export function asked({ state, out, context }: Scope, message: Request): State | null {
  const tooMany = state.asks.length >= most || `${message.id}`.length > longestKey;
  const reading = tooMany ? null : read({ state, out, context }, message);
  if (reading === null) {
    out.replies.push(refusalLine(message.id, message.method));
    return null;
  }
  if ("result" in reading) {
    out.replies.push(resultLine(message.id, reading.result));
    return state;
  }
  const ref = refOf(context.generation, message.id);
  const itemId = text(message.params, "itemId") ?? text(message.params, "callId");
  const turnId = text(message.params, "turnId");
  const toolId = itemId ?? mcpItem(state, reading, turnId);
  out.add((key) => ({ kind: "asked", key, ref, request: reading.request, toolId }));
  return withAsk(state, { ref, id: message.id, shape: reading.shape, turnId, itemId });
}

/** `serverRequest/resolved`: answered, or withdrawn by Codex itself. */
export function resolved({ state, out, context }: Scope, params: Fields): State {
  const id = params["requestId"];
  if (typeof id !== "string" && typeof id !== "number") return state;
  return closeAsks({ state, out }, "Codex no longer waits for it.", (ask) => {
    return ask.ref === refOf(context.generation, id);
  });
}

/** Withdraws the questions that `fits` says are over. */
export function closeAsks(
  { state, out }: Pick<Scope, "state" | "out">,
  why: string,
  fits: (ask: Ask) => boolean,
): State {
  let next = state;
  for (const { ref } of state.asks.filter(fits)) {
    out.add((key) => ({ kind: "no-longer-asked", key, ref, why }));
    next = withoutAsk(next, ref);
  }
  return next;
}

function refOf(generation: number, id: string | number): string {
  return `g${generation}:${id}`;
}

function read(scope: Scope, { method, params }: Request): Reading | null {
  switch (method) {
    case "item/commandExecution/requestApproval":
      return { request: command(scope.state, params), shape: { kind: "decision" } };
    case "item/fileChange/requestApproval":
      return { request: fileChange(scope, params), shape: { kind: "decision" } };
    case "mcpServer/elicitation/request":
      return elicitation(scope.state, params);
    case "item/tool/requestUserInput":
      return userInput(params);
    case "item/tool/call":
      return toolCall(params);
    default:
      return null;
  }
}

/**
 * The input leaves out what the tool call of the transcript says besides: the engine takes the
 * result of a call with an equal input for the end of its dialog, and here every end is told.
 */
function command(state: State, params: Fields): InteractionRequest {
  const line = unwrapShell(text(params, "command") ?? "");
  const network = fields(params, "networkApprovalContext");
  const host = text(network, "host");
  const more = params["additionalPermissions"];
  const title = oneLine(line) || (host === null ? "Run a command" : `Connect to ${host}`);
  return {
    kind: "approval",
    toolName: "shell",
    toolInput: {
      command: line,
      ...(host === null ? {} : { network }),
      ...(isObject(more) ? { additionalPermissions: more } : {}),
    },
    title,
    cwd: text(params, "cwd") ?? state.cwd,
    reason: text(params, "reason"),
    diff: null,
    editable: false,
  };
}

function fileChange({ state, context }: Scope, params: Fields): InteractionRequest {
  const itemId = text(params, "itemId") ?? "";
  const item = parseObject(context.texts.get(keptName(itemId)) ?? "") ?? {};
  const diff = fileDiffs(item, state.cwd);
  const open = state.open.find((it) => it.id === itemId);
  const root = text(params, "grantRoot");
  const files = diff.map(({ path, kind, additions, deletions }) => {
    return { path, kind, additions, deletions };
  });
  return {
    kind: "approval",
    toolName: "apply_patch",
    // Stands for the changes themselves, so that a rule for exactly this input means exactly them.
    toolInput: { files, change: change(item["changes"], itemId) },
    title: open?.label ?? "Change files",
    cwd: state.cwd,
    reason: text(params, "reason") ?? (root === null ? null : `Asks to write below ${root}`),
    diff: diff.length === 0 ? null : diff,
    editable: false,
  };
}

function change(changes: unknown, itemId: string): string {
  const said = changes === undefined ? itemId : JSON.stringify(changes);
  return createHash("sha256").update(said).digest("hex");
}

const declined = { action: "decline", content: null, _meta: null };

function elicitation(state: State, params: Fields): Reading {
  const meta = fields(params, "_meta");
  const server = text(params, "serverName") ?? "mcp";
  const message = text(params, "message") ?? "";
  if (text(meta, "codex_approval_kind") === "mcp_tool_call") {
    return { request: mcpCall(state, server, message, meta), shape: { kind: "action" } };
  }
  const mode = text(params, "mode");
  if (mode === "url") {
    const question = `${server}: ${message}\n${text(params, "url") ?? ""}`;
    return { request: confirm(question), shape: { kind: "confirm" } };
  }
  // Forms of OpenAI's own apps come in other modes and with another schema.
  if (mode !== "form") return { result: declined };
  const form = formOf(fields(params, "requestedSchema"), `${server}: ${message}`);
  if (form === null) return { result: declined };
  if (form.keys.length === 0) {
    return { request: confirm(`${server}: ${message}`), shape: { kind: "confirm" } };
  }
  return {
    request: { kind: "ask_questions", questions: form.questions },
    shape: { kind: "form", keys: form.keys },
  };
}

/** What `confirm` offers; the first one says yes. */
export const confirmChoices = ["Accept", "Decline"] as const;

function confirm(question: string): InteractionRequest {
  return { kind: "question", question, choices: confirmChoices, multi: false, allowText: false };
}

/**
 * The item of an MCP call whose question does not name it: the one that is under way in this turn
 * with this tool (it begins before it is asked about); null when there are several.
 */
function mcpItem(state: State, reading: Reading, turnId: string | null): string | null {
  if (!("shape" in reading) || reading.shape.kind !== "action") return null;
  if (reading.request.kind !== "approval") return null;
  const { title } = reading.request;
  const [only, ...others] = state.open.filter(
    (it) => it.kind === "tool" && it.turnId === turnId && it.label === title,
  );
  return others.length === 0 ? (only?.id ?? null) : null;
}

function mcpCall(state: State, server: string, message: string, meta: Fields): InteractionRequest {
  const tool = text(meta, "tool_name") ?? "tool";
  return {
    kind: "approval",
    toolName: `mcp__${server}__${tool}`,
    toolInput: { arguments: meta["tool_params"] ?? null },
    title: `${server}: ${tool}`,
    cwd: state.cwd,
    reason: message === "" ? null : message,
    diff: null,
    editable: false,
  };
}

function userInput(params: Fields): Reading | null {
  const questions = objects(params, "questions");
  const keys = questions.map((it) => text(it, "id") ?? "");
  const odd = keys.some((key) => key === "" || key.length > longestKey);
  if (odd || questions.length === 0 || questions.length > most) return null;
  return {
    request: {
      kind: "ask_questions",
      questions: questions.map((it) => ({
        question: text(it, "question") ?? "",
        header: text(it, "header") ?? "",
        multiSelect: false,
        options: objects(it, "options").map((option) => ({
          label: text(option, "label") ?? "",
          description: text(option, "description") ?? "",
          preview: null,
        })),
      })),
    },
    shape: { kind: "input", keys },
  };
}

/** The one tool of ours is `ask_user`; the words are those of its schema. */
function toolCall(params: Fields): Reading | null {
  if (text(params, "tool") !== "ask_user") return null;
  const asked = readAskUser(params["arguments"]);
  if (!asked.ok) {
    const said = { type: "inputText", text: asked.fault };
    return { result: { contentItems: [said], success: false } };
  }
  return { request: askedBy(asked.value), shape: { kind: "tool" } };
}

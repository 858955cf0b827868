import type { TodoItem, ToolStatus } from "../../contract/event.ts";
import { isObject, type Json, numberAt, objectAt, objectsAt, stringAt } from "./json.ts";
import type { Line } from "./line.ts";
import { fileDiffs } from "./patch.ts";
import { type ClaudeState, capped, type OpenTool, type Todo } from "./state.ts";
import { openTool, toolKind, toolTitle } from "./tools.ts";

/** A `tool_use` block. */
export function decodeToolCall(line: Line, state: ClaudeState, block: Json): ClaudeState {
  const toolId = stringAt(block, "id") ?? line.key("");
  const name = stringAt(block, "name") ?? "tool";
  const input = objectAt(block, "input") ?? {};
  line.event({
    type: "tool.call",
    data: {
      toolId,
      name,
      kind: toolKind(name),
      title: toolTitle(name, input, line.cwd),
      input,
      status: "running",
      agentId: state.agentId,
    },
  });
  const plan = name === "ExitPlanMode" ? stringAt(input, "plan") : null;
  if (plan !== null)
    line.event({ type: "plan.updated", data: { text: plan, final: true, toolId } }, "plan");
  const tools = capped([...Object.entries(state.tools), [toolId, openTool(name, input)] as const]);
  return { ...state, tools: Object.fromEntries(tools) };
}

/** A `tool_result` block and what the CLI adds beside it in `toolUseResult`. */
export function decodeToolResult(line: Line, state: ClaudeState, block: Json): ClaudeState {
  const toolId = stringAt(block, "tool_use_id") ?? "";
  const { [toolId]: tool = null, ...tools } = state.tools;
  const result = objectAt(line.record, "toolUseResult");
  const failed = block["is_error"] === true;
  line.event(
    {
      type: "tool.result",
      data: {
        toolId,
        status: statusOf(line.record, failed),
        output: outputOf(block, result),
        truncated: false,
        blobId: null,
        diff: failed ? null : fileDiffs(result, line.cwd),
        exitCode: exitCode(tool, block, result, failed),
        durationMs: numberAt(result, "durationMs") ?? numberAt(result, "totalDurationMs"),
        agentId: state.agentId,
      },
    },
    `result:${toolId}`,
  );
  const next = { ...state, tools, unreported: begun(state, result) };
  return tool === null || failed ? next : afterSuccess(line, next, toolId, tool, result);
}

/** Shells and sub-agents that outlive their call report later, by notification. */
function begun(state: ClaudeState, result: Json | null): readonly string[] {
  const agent = result?.["isAsync"] === true ? stringAt(result, "agentId") : null;
  const id = stringAt(result, "backgroundTaskId") ?? agent;
  return id === null ? state.unreported : capped([...state.unreported, id]);
}

function statusOf(record: Json, failed: boolean): ToolStatus {
  if (!failed) return "succeeded";
  const denial = stringAt(record, "toolDenialKind");
  // A tool stopped in the middle is "user-rejected" too, but it did run.
  const ran = denial === "user-rejected" && record["toolDenialBeforeRun"] !== true;
  return denial === null || ran ? "failed" : "denied";
}

/** The whole output: what the model got, except where the CLI keeps more of it than it sent. */
function outputOf(block: Json, result: Json | null): string {
  const stdout = stringAt(result, "stdout");
  if (stdout !== null && !stringAt(result, "backgroundTaskId")) {
    const stderr = stringAt(result, "stderr") ?? "";
    const whole = [stdout, stderr].filter((part) => part !== "").join("\n");
    if (whole !== "") return whole;
  }
  const content = block["content"];
  const text =
    typeof content === "string"
      ? content
      : objectsAt(block, "content")
          .map((part) => stringAt(part, "text") ?? `[${stringAt(part, "type") ?? "data"}]`)
          .join("\n");
  return text.replaceAll(/^<tool_use_error>|<\/tool_use_error>$/g, "");
}

/** Status of a shell command: 0 is not said, others stand in the first line of the output. */
function exitCode(
  tool: OpenTool | null,
  block: Json,
  result: Json | null,
  failed: boolean,
): number | null {
  if (tool === null || toolKind(tool.name) !== "execute") return null;
  const said = /^Exit code (\d+)/.exec(stringAt(block, "content") ?? "")?.[1];
  if (said !== undefined) return Number(said);
  const ended = result !== null && "stdout" in result && !stringAt(result, "backgroundTaskId");
  return !failed && ended && result["interrupted"] !== true ? 0 : null;
}

function afterSuccess(
  line: Line,
  state: ClaudeState,
  toolId: string,
  tool: OpenTool,
  result: Json | null,
): ClaudeState {
  const agentId = stringAt(result, "agentId");
  if (agentId !== null && toolKind(tool.name) === "agent") {
    return launched(line, state, agentId, toolId, tool, result);
  }
  const plan = tool.name === "ExitPlanMode" ? stringAt(result, "plan") : null;
  if (plan !== null)
    line.event({ type: "plan.updated", data: { text: plan, final: true, toolId } }, "plan");
  const todos = todosAfter(state.todos, tool, result);
  if (todos === null) return state;
  const shown: TodoItem[] = todos.map(({ text, status }) => ({ text, status }));
  line.event({ type: "todos.updated", data: { todos: shown, explanation: null } }, "todos");
  return { ...state, todos: capped(todos) };
}

function launched(
  line: Line,
  state: ClaudeState,
  agentId: string,
  toolId: string,
  tool: OpenTool,
  result: Json | null,
): ClaudeState {
  line.keyed(`a:${agentId}:started`, {
    type: "subagent.started",
    data: {
      agentId,
      toolId,
      label: stringAt(result, "description") ?? tool.label ?? "Sub-agent",
      agentType: tool.agentType,
    },
  });
  if (result?.["isAsync"] === true) {
    return { ...state, agents: capped([...state.agents.filter((it) => it !== agentId), agentId]) };
  }
  line.event(
    { type: "subagent.ended", data: { agentId, status: "succeeded", summary: null } },
    "end",
  );
  return state;
}

/** The list after a TodoWrite or Task* call; null when it is none of them. */
function todosAfter(
  todos: readonly Todo[],
  tool: OpenTool,
  result: Json | null,
): readonly Todo[] | null {
  switch (tool.name) {
    case "TodoWrite":
      return objectsAt(result, "newTodos").map((todo, at) => todoOf(todo, String(at), "content"));
    case "TaskCreate": {
      const task = objectAt(result, "task");
      return task && [...todos, todoOf(task, String(task["id"] ?? todos.length + 1), "subject")];
    }
    case "TaskUpdate":
      return todos.flatMap((todo) => (todo.id === tool.todo.id ? changed(todo, tool) : [todo]));
    case "TaskList":
      return objectsAt(result, "tasks").map((task) => todoOf(task, String(task["id"]), "subject"));
    default:
      return null;
  }
}

function changed(todo: Todo, { todo: change }: OpenTool): Todo[] {
  if (change.status === "deleted") return [];
  return [
    {
      ...todo,
      text: change.text ?? todo.text,
      status: change.status === null ? todo.status : todoStatus(change.status),
    },
  ];
}

function todoOf(value: Json, id: string, textKey: string): Todo {
  const text = (stringAt(value, textKey) ?? "").slice(0, 300);
  return { id, text, status: todoStatus(value["status"]) };
}

function todoStatus(value: unknown): TodoItem["status"] {
  return value === "in_progress" || value === "completed" ? value : "pending";
}

/** What a `<task-notification>` says (2.1.330, observed); null for any other text. */
export function notification(text: string): {
  readonly id: string;
  readonly status: ToolStatus;
  readonly summary: string | null;
} | null {
  if (!text.includes("<task-notification>")) return null;
  const tag = (name: string) => new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(text)?.[1];
  const id = tag("task-id");
  if (id === undefined) return null;
  const summary = tag("result") ?? tag("summary") ?? null;
  return { id, status: tag("status") === "completed" ? "succeeded" : "failed", summary };
}

/** True for the blocks of a tool result. */
export function isToolResult(block: unknown): block is Json {
  return isObject(block) && block["type"] === "tool_result";
}

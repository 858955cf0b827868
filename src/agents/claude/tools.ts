import type { ToolKind } from "../../contract/event.ts";
import { type Json, objectsAt, stringAt } from "./json.ts";
import { shortPath } from "./patch.ts";
import type { OpenTool } from "./state.ts";

const kinds: Readonly<Record<string, ToolKind>> = {
  Agent: "agent",
  AskUserQuestion: "other",
  Bash: "execute",
  BashOutput: "execute",
  Edit: "edit",
  EnterPlanMode: "think",
  ExitPlanMode: "think",
  Glob: "search",
  Grep: "search",
  KillShell: "execute",
  LS: "search",
  Monitor: "execute",
  MultiEdit: "edit",
  NotebookEdit: "edit",
  NotebookRead: "read",
  PowerShell: "execute",
  Read: "read",
  SendMessage: "agent",
  Task: "agent",
  TaskCreate: "think",
  TaskGet: "think",
  TaskList: "think",
  TaskStop: "execute",
  TaskUpdate: "think",
  TodoWrite: "think",
  ToolSearch: "search",
  WebFetch: "fetch",
  WebSearch: "fetch",
  Workflow: "agent",
  Write: "edit",
};

export function toolKind(name: string): ToolKind {
  return kinds[name] ?? (name.startsWith("mcp__") ? "mcp" : "other");
}

/** What a tool's input says best, tried in this order. */
const telling = [
  "command",
  "file_path",
  "notebook_path",
  "pattern",
  "query",
  "url",
  "subject",
  "description",
  "skill",
  "path",
  "prompt",
  "taskId",
];

/** One line that says what a call is about. */
export function toolTitle(name: string, input: Json, cwd: string): string {
  const key = name === "Agent" || name === "Task" ? "description" : telling.find((it) => input[it]);
  const value = key === undefined ? null : stringAt(input, key);
  if (value !== null && key !== undefined) {
    return oneLine(/path$/.test(key) ? shortPath(value, cwd) : value);
  }
  const question = objectsAt(input, "questions")[0];
  if (question) return oneLine(stringAt(question, "question") ?? name);
  return name.startsWith("mcp__") ? name.split("__").slice(1).join(": ") : name;
}

function oneLine(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** What of a call its result will need. */
export function openTool(name: string, input: Json): OpenTool {
  return {
    name,
    label: stringAt(input, "description")?.slice(0, 200) ?? null,
    agentType: stringAt(input, "subagent_type"),
    todo: {
      id: String(input["taskId"] ?? ""),
      status: stringAt(input, "status"),
      text: stringAt(input, "subject")?.slice(0, 300) ?? null,
    },
  };
}

import type { NoticeData } from "../../contract/event.ts";
import type { Collector } from "./decoded.ts";
import { type Fields, fields, text } from "./json.ts";
import type { State } from "./state.ts";

/**
 * Notifications of codex-cli 0.169.0 that say nothing a card should show: bookkeeping, features we
 * do not use, and things told better by another line (`turn/diff/updated` by each file change).
 */
const quiet = new Set([
  "account/login/completed",
  "account/updated",
  "app/list/updated",
  "deprecationNotice",
  "hook/completed",
  "hook/started",
  "item/commandExecution/terminalInteraction",
  "item/fileChange/outputDelta",
  "item/fileChange/patchUpdated",
  "item/mcpToolCall/progress",
  "mcpServer/oauthLogin/completed",
  "model/safetyBuffering/updated",
  "model/verification",
  "project/changed",
  "rawResponse/completed",
  "rawResponseItem/completed",
  "remoteControl/status/changed",
  "skills/changed",
  "thread/archived",
  "thread/attachment/updated",
  "thread/closed",
  "thread/compacted",
  "thread/environment/connected",
  "thread/environment/disconnected",
  "thread/goal/cleared",
  "thread/goal/updated",
  "thread/name/updated",
  "thread/prediction/updated",
  "thread/project/updated",
  "thread/queue/changed",
  "thread/readState/changed",
  "thread/section/changed",
  "thread/status/changed",
  "thread/unarchived",
  "turn/diff/updated",
  "turn/moderationMetadata",
]);

interface Scope {
  readonly state: State;
  readonly out: Collector;
}

/** Takes the notifications that become a notice or nothing; false for all others. */
export function decodeNotice(
  { state, out }: Scope,
  { method, params }: { readonly method: string; readonly params: Fields },
): boolean {
  if (quiet.has(method)) return true;
  if (method === "thread/started") {
    subAgent({ state, out }, fields(params, "thread"));
    return true;
  }
  if (method === "mcpServer/startupStatus/updated") {
    const failed = mcpFailure(params);
    if (failed !== null) note(out, failed);
    return true;
  }
  const notice = noticeOf(method, params);
  if (notice === null) return false;
  note(out, notice);
  return true;
}

function note(out: Collector, notice: NoticeData): void {
  out.add((key) => ({ kind: "notice", key, notice }));
}

function noticeOf(method: string, params: Fields): NoticeData | null {
  switch (method) {
    case "warning":
    case "guardianWarning":
      return warning("codex_warning", text(params, "message"), null);
    case "configWarning":
      return warning("codex_config", text(params, "summary"), text(params, "details"));
    case "model/rerouted": {
      const from = text(params, "fromModel") ?? "the chosen model";
      const to = text(params, "toModel") ?? "another one";
      return warning("model_rerouted", `OpenAI answers with ${to} instead of ${from}.`, null);
    }
    default:
      return null;
  }
}

function warning(code: string, message: string | null, hint: string | null): NoticeData {
  return { level: "warning", code, message: message ?? "Codex warns without a word.", hint };
}

function mcpFailure(params: Fields): NoticeData | null {
  if (text(params, "status") !== "failed") return null;
  const name = text(params, "name") ?? "an MCP server";
  return warning(
    "mcp_failed",
    `${name} did not start: ${text(params, "error") ?? "no reason given"}`,
    "Codex works on without its tools.",
  );
}

function subAgent({ state, out }: Scope, thread: Fields): void {
  const agentId = text(thread, "id");
  const parent = text(thread, "parentThreadId");
  if (agentId === null || parent === null || agentId === state.threadId) return;
  out.add((key) => ({
    kind: "transcript",
    key,
    at: null,
    type: "subagent.started",
    data: {
      agentId,
      toolId: null,
      label: text(thread, "agentNickname") ?? text(thread, "agentRole") ?? "sub-agent",
      agentType: text(thread, "agentRole"),
    },
  }));
}

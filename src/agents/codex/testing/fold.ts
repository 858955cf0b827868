import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentItem, Draft } from "../../driver.ts";
import { decode } from "../decode.ts";
import type { Decoded, LineContext } from "../decoded.ts";
import { Drafts } from "../drafts.ts";
import { decodeExec } from "../exec/decode.ts";
import { type ExecState, initialExecState, nextProcess } from "../exec/state.ts";
import type { RpcOutcome } from "../rpc.ts";
import { initialState, type State } from "../state.ts";

/** What reading some lines gave. */
export interface Folded<S> {
  readonly state: S;
  readonly items: readonly AgentItem[];
  readonly drafts: readonly Draft[];
  readonly replies: readonly string[];
  readonly answers: readonly { readonly id: string; readonly outcome: RpcOutcome }[];
}

/** The lines of a recording of the real CLI. */
export function fixture(name: string): readonly string[] {
  const text = readFileSync(join(import.meta.dir, "../fixtures", `${name}.jsonl`), "utf8");
  return text.trimEnd().split("\n");
}

function fold<S>(
  decodeLine: (state: S, line: string, context: LineContext) => Decoded<S>,
  start: S,
  lines: readonly string[],
): Folded<S> {
  const items: AgentItem[] = [];
  const shown: Draft[] = [];
  const replies: string[] = [];
  const answers: { readonly id: string; readonly outcome: RpcOutcome }[] = [];
  const drafts = new Drafts((draft) => shown.push(draft));
  let state = start;
  let offset = 0;
  for (const line of lines) {
    const from = offset;
    const decoded = decodeLine(state, line, {
      key: (index) => `o:1:${from}:${index}`,
      generation: 1,
      start: from,
      texts: drafts.texts,
    });
    state = decoded.state;
    items.push(...decoded.items);
    replies.push(...decoded.replies);
    if (decoded.answer !== null) answers.push(decoded.answer);
    for (const op of decoded.drafts) drafts.take(op);
    drafts.flush();
    offset += Buffer.byteLength(line) + 1;
  }
  return { state, items, drafts: shown, replies, answers };
}

export function foldApp(lines: readonly string[], state: State = initialState("/repo/wt")) {
  return fold(decode, state, lines);
}

export function foldExec(lines: readonly string[], state: ExecState = firstExec()) {
  return fold(decodeExec, state, lines);
}

export function firstExec(): ExecState {
  const base = { cwd: "/repo/wt", mode: "auto", model: "gpt-5.5", threadId: null } as const;
  return nextProcess(initialExecState(base), 1, "m1");
}

/** Items as short lines: what a person would want to compare. */
export function brief(items: readonly AgentItem[]): string[] {
  return items.map((item) => {
    switch (item.kind) {
      case "transcript":
        return transcriptLine(item);
      case "turn-started":
        return `turn-started ${item.messageId}`;
      case "turn-ended":
        return `turn-ended ${item.outcome.kind}${"fault" in item.outcome ? ` ${item.outcome.fault.code}` : ""}`;
      case "notice":
        return `notice ${item.notice.code}`;
      case "background":
        return `background ${item.tasks.map((task) => task.label).join(", ")}`;
      default:
        return item.kind;
    }
  });
}

function transcriptLine(item: Extract<AgentItem, { kind: "transcript" }>): string {
  switch (item.type) {
    case "assistant.text":
      return `text${item.data.partial ? " partial" : ""} ${item.data.text}`;
    case "assistant.thinking":
      return `thinking ${item.data.text}`;
    case "user.message":
      return `user ${item.data.messageId}`;
    case "tool.call":
      return `call ${item.data.kind} ${item.data.title}`;
    case "tool.result":
      return `result ${item.data.status} ${JSON.stringify(item.data.output)}`;
    case "error":
      return `error ${item.data.code ?? "-"}${item.data.willRetry ? " again" : ""}`;
    case "todos.updated":
      return `todos ${item.data.todos.map((todo) => todo.status).join(" ")}`;
    case "usage.updated":
      return `usage ${item.data.usage.inputTokens}+${item.data.usage.cacheReadTokens} ${item.data.usage.outputTokens}`;
    case "session.started":
      return `session ${item.data.mode} ${item.data.resumed ? "resumed" : "new"}`;
    default:
      return item.type;
  }
}

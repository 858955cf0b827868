import type { Directive } from "./script.ts";

/** What a reply may do besides writing: everything that waits can be ended by the client's going. */
export interface ReplyControl {
  /** Writes one server-sent event. */
  send(event: string, data: Record<string, unknown>): void;
  sleep(ms: number): Promise<void>;
  held(name: string): Promise<void>;
  abort(): void;
}

interface State {
  index: number;
  chunkMs: number;
  tools: number;
  outputTokens: number;
  stop: string | null;
}

export interface ReplyHead {
  readonly id: string;
  readonly model: string;
  readonly inputTokens: number;
}

/** Streams one assistant message in the shape of the Messages API. */
export async function streamReply(
  head: ReplyHead,
  directives: readonly Directive[],
  control: ReplyControl,
): Promise<void> {
  const state: State = { index: 0, chunkMs: 0, tools: 0, outputTokens: 1, stop: null };
  control.send("message_start", {
    type: "message_start",
    message: {
      id: head.id,
      type: "message",
      role: "assistant",
      model: head.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: usageOf(head, 1),
    },
  });
  for (const directive of directives) {
    if (directive.kind === "abort") return control.abort();
    await perform(head, directive, state, control);
  }
  control.send("message_delta", {
    type: "message_delta",
    delta: {
      stop_reason: state.stop ?? (state.tools > 0 ? "tool_use" : "end_turn"),
      stop_sequence: null,
    },
    usage: usageOf(head, state.outputTokens),
  });
  control.send("message_stop", { type: "message_stop" });
}

function usageOf(head: ReplyHead, outputTokens: number): Record<string, unknown> {
  return {
    input_tokens: head.inputTokens,
    output_tokens: outputTokens,
    cache_creation_input_tokens: 20,
    cache_read_input_tokens: 300,
  };
}

async function perform(
  head: ReplyHead,
  directive: Directive,
  state: State,
  control: ReplyControl,
): Promise<void> {
  switch (directive.kind) {
    case "delay":
      return control.sleep(directive.ms);
    case "chunk":
      state.chunkMs = directive.ms;
      return;
    case "hold":
      return control.held(directive.name);
    case "stop":
      state.stop = directive.reason;
      return;
    case "text":
    case "thinking":
      return block(directive.kind, directive.text, state, control);
    case "tool":
      return toolBlock(head, directive, state, control);
    case "context":
    case "error":
    case "abort":
      return;
  }
}

async function block(
  kind: "text" | "thinking",
  text: string,
  state: State,
  control: ReplyControl,
): Promise<void> {
  const index = state.index++;
  const start = kind === "text" ? { type: "text", text: "" } : thinkingStart;
  control.send("content_block_start", { type: "content_block_start", index, content_block: start });
  for (const piece of state.chunkMs > 0 ? text.split(/(?<=\s)/) : [text]) {
    const delta =
      kind === "text"
        ? { type: "text_delta", text: piece }
        : { type: "thinking_delta", thinking: piece };
    control.send("content_block_delta", { type: "content_block_delta", index, delta });
    if (state.chunkMs > 0) await control.sleep(state.chunkMs);
  }
  if (kind === "thinking") {
    const delta = { type: "signature_delta", signature: "c2lnbmF0dXJl" };
    control.send("content_block_delta", { type: "content_block_delta", index, delta });
  }
  control.send("content_block_stop", { type: "content_block_stop", index });
  state.outputTokens += Math.ceil(text.length / 4);
}

const thinkingStart = { type: "thinking", thinking: "", signature: "" };

async function toolBlock(
  head: ReplyHead,
  tool: Extract<Directive, { kind: "tool" }>,
  state: State,
  control: ReplyControl,
): Promise<void> {
  const index = state.index++;
  const id = `toolu_${head.id.slice(4)}_${state.tools++}`;
  control.send("content_block_start", {
    type: "content_block_start",
    index,
    content_block: { type: "tool_use", id, name: tool.name, input: {} },
  });
  const json = JSON.stringify(tool.input);
  for (const piece of state.chunkMs > 0 ? (json.match(/.{1,20}/gs) ?? []) : [json]) {
    const delta = { type: "input_json_delta", partial_json: piece };
    control.send("content_block_delta", { type: "content_block_delta", index, delta });
    if (state.chunkMs > 0) await control.sleep(state.chunkMs);
  }
  control.send("content_block_stop", { type: "content_block_stop", index });
  state.outputTokens += Math.ceil(json.length / 4);
}

import type { ServerResponse } from "node:http";
import type { Gates } from "./gates.ts";
import type { FakeUsage, Op, Step } from "./script.ts";

/** How the model of this request calls tools. */
export type Dialect = "direct" | "code";

interface Answer {
  readonly step: Step;
  readonly dialect: Dialect;
  readonly id: number;
  readonly response: ServerResponse;
  readonly gates: Gates;
}

/** Streams one step as a Responses API answer. */
export async function answer({ step, dialect, id, response, gates }: Answer): Promise<void> {
  const refused = step.find((op) => "http" in op);
  const headers = step.flatMap((op) => ("headers" in op ? [op.headers] : []));
  if (refused !== undefined) {
    response.writeHead(refused.http, {
      "content-type": "application/json",
      ...Object.assign({}, ...headers),
    });
    response.end(JSON.stringify(refused.body ?? { error: { message: `fake ${refused.http}` } }));
    return;
  }
  response.writeHead(200, {
    "content-type": "text/event-stream",
    ...Object.assign({}, ...headers),
  });
  const gone = new Promise<"gone">((resolve) => response.once("close", () => resolve("gone")));
  const stream = new Stream(response, `resp_${id}`);
  stream.send("response.created", { response: { id: stream.id } });
  for (const op of step) {
    const next = await play(op, { stream, dialect, gates, gone });
    if (next === "end") return;
  }
  stream.completed();
}

interface Context {
  readonly stream: Stream;
  readonly dialect: Dialect;
  readonly gates: Gates;
  readonly gone: Promise<"gone">;
}

async function play(op: Op, { stream, dialect, gates, gone }: Context): Promise<"go" | "end"> {
  if ("say" in op) {
    const finish = stream.message(op);
    if (op.until !== undefined) await Promise.race([gone, gates.passed(op.until)]);
    if (op.unfinished !== true) finish();
  }
  if ("reason" in op) stream.reasoning(op.reason);
  if ("shell" in op) stream.shell(dialect, { cmd: op.shell, ...op.args });
  if ("patch" in op) stream.patch(dialect, op.patch);
  if ("plan" in op) stream.plan(dialect, { explanation: op.explanation, plan: op.plan });
  if ("call" in op) stream.functionCall(op.call, op.args ?? {}, op.namespace);
  if ("custom" in op) stream.customCall(op.custom, op.input);
  if ("usage" in op) stream.usage = { ...stream.usage, ...op.usage };
  if ("delay" in op) await Promise.race([gone, Bun.sleep(op.delay)]);
  if ("gate" in op) await Promise.race([gone, gates.passed(op.gate)]);
  if ("hang" in op) {
    await gone;
    return "end";
  }
  if ("failed" in op) {
    stream.failed(op.failed, op.message ?? op.failed);
    return "end";
  }
  if ("drop" in op) {
    stream.drop();
    return "end";
  }
  return "go";
}

/** Writes the events of one response. */
class Stream {
  usage: FakeUsage = { input: 100, cached: 10, output: 20, reasoning: 5 };
  #items = 0;
  readonly id: string;
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, id: string) {
    this.#response = response;
    this.id = id;
  }

  send(type: string, data: Record<string, unknown>): void {
    if (this.#response.destroyed) return;
    this.#response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  }

  /** Streams the text; the answer says that it is whole. */
  message({ say: text, chunk, phase }: Extract<Op, { say: string }>): () => void {
    const { id, index } = this.#next("msg");
    const item = { type: "message", id, role: "assistant", ...(phase ? { phase } : {}) };
    this.send("response.output_item.added", {
      output_index: index,
      item: { ...item, content: [] },
    });
    for (const delta of pieces(text, chunk ?? 0)) {
      this.send("response.output_text.delta", {
        item_id: id,
        output_index: index,
        content_index: 0,
        delta,
      });
    }
    const content = [{ type: "output_text", text, annotations: [] }];
    return () => this.#done(index, { ...item, content });
  }

  reasoning(text: string): void {
    const { id, index } = this.#next("rs");
    const item = { type: "reasoning", id };
    this.send("response.output_item.added", {
      output_index: index,
      item: { ...item, summary: [] },
    });
    this.send("response.reasoning_summary_part.added", {
      item_id: id,
      output_index: index,
      summary_index: 0,
    });
    for (const delta of pieces(text, 16)) {
      this.send("response.reasoning_summary_text.delta", {
        item_id: id,
        output_index: index,
        summary_index: 0,
        delta,
      });
    }
    this.#done(index, { ...item, summary: [{ type: "summary_text", text }] });
  }

  shell(dialect: Dialect, args: Record<string, unknown>): void {
    if (dialect === "direct") this.functionCall("exec_command", args);
    if (dialect === "code") this.#code(`text(await tools.exec_command(${JSON.stringify(args)}))`);
  }

  patch(dialect: Dialect, patch: string): void {
    if (dialect === "direct") this.customCall("apply_patch", patch);
    if (dialect === "code") this.#code(`text(await tools.apply_patch(${JSON.stringify(patch)}))`);
  }

  plan(dialect: Dialect, args: Record<string, unknown>): void {
    if (dialect === "direct") this.functionCall("update_plan", args);
    if (dialect === "code") this.#code(`text(await tools.update_plan(${JSON.stringify(args)}))`);
  }

  functionCall(name: string, args: Record<string, unknown>, namespace?: string): void {
    const { id, index } = this.#next("fc");
    const within = namespace === undefined ? {} : { namespace };
    const item = { type: "function_call", id, call_id: this.#callId(index), name, ...within };
    this.#done(index, { ...item, arguments: JSON.stringify(args) });
  }

  customCall(name: string, input: string): void {
    const { id, index } = this.#next("ct");
    this.#done(index, {
      type: "custom_tool_call",
      id,
      call_id: this.#callId(index),
      name,
      input,
    });
  }

  completed(): void {
    const { input, cached, output, reasoning } = this.usage;
    this.send("response.completed", {
      response: {
        id: this.id,
        usage: {
          input_tokens: input,
          input_tokens_details: { cached_tokens: cached },
          output_tokens: output,
          output_tokens_details: { reasoning_tokens: reasoning },
          total_tokens: input + output,
        },
      },
    });
    this.#response.end();
  }

  failed(code: string, message: string): void {
    this.send("response.failed", { response: { id: this.id, error: { code, message } } });
    this.#response.end();
  }

  drop(): void {
    this.#response.destroy();
  }

  #code(source: string): void {
    this.customCall("exec", source);
  }

  #callId(index: number): string {
    return `call_${this.id}_${index}`;
  }

  #next(prefix: string): { id: string; index: number } {
    const index = this.#items++;
    return { id: `${prefix}_${this.id}_${index}`, index };
  }

  #done(index: number, item: Record<string, unknown>): void {
    this.send("response.output_item.done", { output_index: index, item });
  }
}

function pieces(text: string, size: number): string[] {
  if (size <= 0) return [text];
  const characters = [...text];
  const out: string[] = [];
  for (let at = 0; at < characters.length; at += size) {
    out.push(characters.slice(at, at + size).join(""));
  }
  return out;
}

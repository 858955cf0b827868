import { stat, truncate } from "node:fs/promises";
import type { Tail, TailLine } from "../../host/types.ts";
import type { AgentItem, Draft } from "../driver.ts";
import type { Context } from "./context.ts";
import { type Json, numberAt, objectAt, parseObject, stringAt } from "./json.ts";
import { toolTitle } from "./tools.ts";

/** Beyond this the live file is emptied at the end of a turn. */
const tooLong = 4 * 1024 * 1024;

interface Open {
  readonly draftId: string;
  readonly agentId: string | null;
  /** Pieces by index: the hooks of one message run at the same time and may arrive out of order. */
  readonly pieces: Map<number, string>;
  text: string;
}

/**
 * Live text from `MessageDisplay` and `PreToolUse` (2.1.330, observed), shown until the transcript
 * has it (M8). Nothing depends on it.
 */
export class Drafts {
  readonly #context: Context;
  /** Called for each line that only says "look at the spool". */
  readonly #wake: () => void;
  #open: Open[] = [];
  /** Prompts drafts were shown for since the last end, and those that are over. */
  #prompts = new Set<string>();
  #over = new Set<string>();
  #tools = new Set<string>();
  #tail: Tail | null = null;
  #abort = new AbortController();

  constructor(context: Context, wake: () => void) {
    this.#context = context;
    this.#wake = wake;
  }

  /** Reads on from the end of what is there: old drafts are worth nothing. */
  async begin(): Promise<void> {
    const size = await stat(this.#context.files.live).then(
      (it) => it.size,
      () => 0,
    );
    this.#read(size);
  }

  /** Takes away what the transcript now holds. */
  stored(items: readonly AgentItem[]): void {
    for (const item of items) {
      if (item.kind !== "transcript") continue;
      if (item.type === "assistant.text") this.#drop(item.data.agentId, item.data.text);
      if (item.type === "tool.call") this.#dropTool(item.data.toolId);
    }
  }

  /** The turn is over: nothing is being written any more, whatever a slow hook still brings. */
  async clear(promptId: string | null): Promise<void> {
    if (promptId !== null) this.#prompts.add(promptId);
    this.#over = this.#prompts;
    this.#prompts = new Set();
    for (const { draftId } of this.#open)
      this.#say({ draftId, kind: "text", offset: 0, text: null });
    for (const draftId of this.#tools) this.#say({ draftId, kind: "tool", offset: 0, text: null });
    this.#open = [];
    this.#tools.clear();
    await this.#empty();
  }

  #read(offset: number): void {
    const { io, files, signal } = this.#context;
    this.#tail = io.host.tail({
      path: files.live,
      offset,
      onLines: async (lines) => this.#take(lines),
      signal: AbortSignal.any([signal, this.#abort.signal]),
    });
  }

  /** Only when all of it was read: a line appended in between is a draft, and may be lost. */
  async #empty(): Promise<void> {
    if (this.#tail === null || this.#context.signal.aborted) return;
    const size = await stat(this.#context.files.live).then(
      (it) => it.size,
      () => 0,
    );
    if (size < tooLong) return;
    this.#abort.abort();
    this.#abort = new AbortController();
    await truncate(this.#context.files.live).catch(() => undefined);
    this.#read(0);
    this.#wake();
  }

  #take(lines: readonly TailLine[]): void {
    this.#wake();
    for (const line of lines) {
      if (line.text === "+" || line.oversize) continue;
      const payload = parseObject(line.text);
      if (payload === null || this.#isOver(payload)) continue;
      if (payload["hook_event_name"] === "MessageDisplay") this.#text(payload);
      if (payload["hook_event_name"] === "PreToolUse") this.#tool(payload);
    }
  }

  #isOver(payload: Json): boolean {
    const promptId = stringAt(payload, "prompt_id") ?? "";
    if (this.#over.has(promptId)) return true;
    this.#prompts.add(promptId);
    return false;
  }

  #text(payload: Json): void {
    const message = stringAt(payload, "message_id");
    const index = numberAt(payload, "index");
    const delta = stringAt(payload, "delta");
    if (message === null || index === null || delta === null) return;
    const draftId = `m:${message}`;
    let open = this.#open.find((it) => it.draftId === draftId);
    if (open === undefined) {
      open = { draftId, agentId: stringAt(payload, "agent_id"), pieces: new Map(), text: "" };
      this.#open.push(open);
    }
    open.pieces.set(index, delta);
    const text = joined(open.pieces);
    if (text.length <= open.text.length) return;
    const offset = open.text.length;
    open.text = text;
    this.#say({ draftId, kind: "text", offset, text: text.slice(offset) });
  }

  #tool(payload: Json): void {
    const draftId = stringAt(payload, "tool_use_id");
    const name = stringAt(payload, "tool_name");
    if (draftId === null || name === null) return;
    this.#tools.add(draftId);
    const title = toolTitle(name, objectAt(payload, "tool_input") ?? {}, this.#context.data.cwd);
    this.#say({ draftId, kind: "tool", offset: 0, text: `${name} ${title}`.trim() });
  }

  /** Its ids stand in no transcript line (tried): the same text goes, else the oldest. */
  #drop(agentId: string | null, text: string): void {
    const mine = this.#open.filter((it) => it.agentId === agentId);
    const gone = mine.find((it) => it.text.trim() === text.trim()) ?? mine[0];
    if (gone === undefined) return;
    this.#open = this.#open.filter((it) => it !== gone);
    this.#say({ draftId: gone.draftId, kind: "text", offset: 0, text: null });
  }

  #dropTool(draftId: string): void {
    if (!this.#tools.delete(draftId)) return;
    this.#say({ draftId, kind: "tool", offset: 0, text: null });
  }

  #say(draft: Draft): void {
    this.#context.io.draft(draft);
  }
}

/** The text up to the first piece that is missing. */
function joined(pieces: ReadonlyMap<number, string>): string {
  let text = "";
  for (let at = 0; pieces.has(at); at += 1) text += pieces.get(at) ?? "";
  return text;
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Usage } from "../../contract/run.ts";
import type { AgentItem } from "../driver.ts";
import type { Context } from "./context.ts";
import { sum } from "./decode-usage.ts";
import { type Json, parseObject, stringAt } from "./json.ts";
import { type ClaudeState, noUsage } from "./state.ts";
import { Transcript } from "./transcript.ts";

/** The transcripts of the sub-agents that are at work, each a stream of its own (M1). */
export class SubAgents {
  readonly #context: Context;
  readonly #main: () => ClaudeState | null;
  readonly #stored: (items: readonly AgentItem[]) => void;
  readonly #fill: (item: AgentItem) => AgentItem;
  readonly #open = new Map<string, Transcript>();

  constructor(
    context: Context,
    main: () => ClaudeState | null,
    stored: (items: readonly AgentItem[]) => void,
    /** Completes a usage item with what only the whole run knows. */
    fill: (item: AgentItem) => AgentItem,
  ) {
    this.#context = context;
    this.#main = main;
    this.#stored = stored;
    this.#fill = fill;
  }

  /** Starts to read a sub-agent; one that is being read stays as it is. */
  async follow(agentId: string, main: ClaudeState | null = this.#main()): Promise<void> {
    // The id becomes part of a path.
    if (main === null || this.#open.has(agentId) || !/^[A-Za-z0-9_-]{1,64}$/.test(agentId)) return;
    const base = join(main.path.replace(/\.jsonl$/, ""), "subagents", `agent-${agentId}`);
    const transcript = new Transcript(this.#context, `agent:${agentId}`, {
      shape: async (items, state) => ({ items: await this.#shaped(items, base, agentId), state }),
      stored: this.#stored,
    });
    this.#open.set(agentId, transcript);
    if (transcript.resume()) return;
    const origin = { path: `${base}.jsonl`, offset: 0, resumed: false, agentId, turn: main.turn };
    transcript.begin(origin);
  }

  /** True for one that is being read and that introduced itself. */
  introduced(agentId: string): boolean {
    return this.#open.has(agentId);
  }

  /** Reads what is there of one sub-agent, or of all. */
  async drain(agentId?: string): Promise<void> {
    const some = [...this.#open].filter(([id]) => agentId === undefined || id === agentId);
    await Promise.all(some.map(([, transcript]) => transcript.drain()));
  }

  async finish(): Promise<void> {
    await Promise.all([...this.#open.values()].map((transcript) => transcript.finish()));
  }

  /** Stops reading one that has ended and answers what it used. */
  async end(agentId: string, main: ClaudeState): Promise<Usage> {
    // Read late, it may have begun and ended in one batch.
    await this.follow(agentId, main);
    const transcript = this.#open.get(agentId);
    await transcript?.finish();
    transcript?.stop();
    this.#open.delete(agentId);
    const state = transcript?.state;
    return state && state.turn === main.turn ? state.usage : noUsage;
  }

  /** What those still at work have used for the current turn. */
  used(turn: number): Usage {
    return [...this.#open.values()]
      .flatMap(({ state }) => (state !== null && state.turn === turn ? [state.usage] : []))
      .reduce(sum, noUsage);
  }

  /** The first batch says what this agent is, for those no tool call has announced. */
  async #shaped(
    items: readonly AgentItem[],
    base: string,
    agentId: string,
  ): Promise<readonly AgentItem[]> {
    const main = this.#main()?.usage ?? noUsage;
    const others = this.#usedBut(agentId);
    const whole = items.map((item) => this.#fill(withUsage(item, sum(main, others))));
    if (this.#context.io.cursor(`agent:${agentId}`) !== null) return whole;
    const text = await readFile(`${base}.meta.json`, "utf8").catch(() => "");
    const meta = parseObject(text);
    return meta === null ? whole : [introduction(agentId, meta), ...whole];
  }

  #usedBut(agentId: string): Usage {
    const turn = this.#main()?.turn;
    return [...this.#open]
      .flatMap(([id, { state }]) =>
        id !== agentId && state !== null && state.turn === turn ? [state.usage] : [],
      )
      .reduce(sum, noUsage);
  }
}

/** A usage item with what the others used added: the run's total, not one speaker's. */
export function withUsage(item: AgentItem, others: Usage): AgentItem {
  if (item.kind !== "transcript" || item.type !== "usage.updated") return item;
  return { ...item, data: { ...item.data, usage: sum(item.data.usage, others) } };
}

/** The same key as the tool result's, so whichever is read first says it. */
function introduction(agentId: string, meta: Json): AgentItem {
  return {
    kind: "transcript",
    key: `a:${agentId}:started`,
    at: null,
    type: "subagent.started",
    data: {
      agentId,
      toolId: stringAt(meta, "toolUseId"),
      label: stringAt(meta, "description") ?? "Sub-agent",
      agentType: stringAt(meta, "agentType"),
    },
  };
}

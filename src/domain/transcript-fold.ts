import type { Event, NoticeData, TranscriptData, TranscriptEventType } from "../contract/event.ts";
import type { Interaction } from "../contract/interaction.ts";
import {
  type AgentItem,
  type Item,
  type Lane,
  type ThinkingItem,
  type TodosItem,
  type ToolItem,
  todoChanges,
  type UsageItem,
} from "./transcript.ts";
import { TranscriptAsks } from "./transcript-asks.ts";
import { called, emptyTool, finished, isOver, withAsk, withCall } from "./transcript-tools.ts";

interface OpenLane extends Lane {
  readonly items: (Item | null)[];
  /** Where the lane's own item stands in the main lane; null for the main lane. */
  at: number | null;
  lastAt: number | null;
}

interface Place {
  readonly lane: OpenLane;
  readonly index: number;
}

type Base = { readonly key: string; readonly at: number; readonly runId: string | null };

/**
 * Folds the events of a task into what is read. Events come in the order of their seq; each costs
 * the same however many came before. What is known of the task as a whole (the plan, the usage)
 * stands beside the items.
 */
export class TranscriptFold {
  readonly #main: OpenLane = { agentId: null, items: [], at: null, lastAt: null };
  readonly #lanes = new Map<string, OpenLane>();
  readonly #tools = new Map<string, Place>();
  readonly #asks = new TranscriptAsks();
  #runId: string | null = null;
  #plan: Place | null = null;
  /** The run's plans by the call that proposed them, and by what was asked about them. */
  readonly #plans = new Map<string, Place>();
  #dirty = 0;
  #todos: TodosItem | null = null;
  #usage: UsageItem | null = null;

  /** The main agent's items. A null was moved elsewhere. */
  get items(): readonly (Item | null)[] {
    return this.#main.items;
  }
  get todos(): TodosItem | null {
    return this.#todos;
  }
  get usage(): UsageItem | null {
    return this.#usage;
  }

  /** The first item that changed since this was asked last. */
  takeDirty(): number {
    const first = this.#dirty;
    this.#dirty = this.#main.items.length;
    return first;
  }

  push(events: readonly Event[]): void {
    for (const event of events) this.#take(event);
  }

  #take(event: Event): void {
    const base: Base = { key: `e${event.seq}`, at: event.at, runId: event.runId };
    if (event.type === "notice") {
      this.#add(this.#main, { ...base, kind: "notice", notice: event.data as NoticeData });
      return;
    }
    const fold = folds[event.type as TranscriptEventType] as Fold | undefined;
    // State events are not part of the story; every other unknown type is kept as it came.
    if (fold !== undefined) fold(this.#hands, base, event.data);
    else if (event.type === "interaction.opened") this.#takeAsk(base, event.data as Interaction);
    else if (event.type === "interaction.resolved") this.#takeAsk(base, event.data as Interaction);
    else if (!event.type.includes("upserted")) {
      this.#add(this.#main, { ...base, kind: "raw", source: event.type, payload: event.data });
    }
  }

  /** What is asked stands where its call or its plan does; else it is a row once it is over. */
  #takeAsk(base: Base, ask: Interaction): void {
    const toolId = this.#asks.callOf(ask);
    if (toolId !== null && this.#putAsk(toolId, ask)) return;
    if (this.#putOnPlan(ask)) return;
    const over = ask.state !== "open";
    const row = over ? this.#add(this.#main, { ...base, kind: "ask", ask, call: null }) : null;
    this.#asks.waits(ask, row);
  }

  #putAsk(toolId: string, ask: Interaction): boolean {
    const done = this.#change(this.#tools.get(toolId), (item) => withAsk(item, ask));
    if (done) this.#change(this.#plans.get(toolId), (item) => (isPlanOf(ask, item) ? null : item));
    return done;
  }

  /** A plan that no tool proposed is asked about where it stands. */
  #putOnPlan(ask: Interaction): boolean {
    const place = this.#plans.get(ask.id) ?? this.#plans.get(untold);
    return this.#change(place, (item) => {
      if (item.kind === "ask" && item.ask.id === ask.id) return { ...item, ask };
      if (place === undefined || !isPlanOf(ask, item)) return undefined;
      this.#plans.set(ask.id, place);
      const { key, at, runId } = item;
      return { key, at, runId, kind: "ask", ask, call: null };
    });
  }

  /** Changes what stands at a place; false when it is not known, or when `change` says undefined. */
  #change(place: Place | undefined, change: (item: Item) => Item | null | undefined): boolean {
    const item = place?.lane.items[place.index] ?? null;
    const next = item === null ? undefined : change(item);
    if (place === undefined || next === undefined) return false;
    if (next !== item) this.#replace(place, next);
    return true;
  }

  /** What was asked is about another call than it was taken for. */
  #part(base: Base, toolId: string, ask: Interaction): void {
    this.#change(this.#tools.get(toolId), (item) => (item.kind === "ask" ? item.call : undefined));
    this.#takeAsk(base, ask);
  }

  readonly #hands: Hands = {
    lane: (agentId) => this.#lane(agentId),
    add: (lane, item) => this.#add(lane, item),
    replace: (place, item) => this.#replace(place, item),
    startRun: (base) => {
      if (base.runId === null || base.runId === this.#runId) return;
      this.#runId = base.runId;
      this.#plan = null;
      this.#plans.clear();
      this.#asks.begin();
      this.#add(this.#main, { ...base, key: `r${base.runId}`, kind: "run" });
    },
    tools: this.#tools,
    changeTool: (toolId, change) =>
      this.#change(this.#tools.get(toolId), (item) => withCall(item, change)),
    asks: this.#asks,
    putAsk: (toolId, ask) => this.#putAsk(toolId, ask),
    part: (base, toolId, ask) => this.#part(base, toolId, ask),
    openAgent: (base, data) => this.#openAgent(base, data),
    endAgent: (base, data) => this.#endAgent(base, data),
    plan: (base, data) => this.#takePlan(base, data),
    todos: (base, data) => {
      const before = this.#todos;
      const changes = before === null ? null : todoChanges(before.todos, data.todos);
      this.#todos = { ...base, kind: "todos", ...data, changes };
      this.#add(this.#main, this.#todos);
    },
    usage: (base, data) => {
      this.#usage = { ...base, kind: "usage", ...data };
      this.#add(this.#main, this.#usage);
    },
  };

  #add(lane: OpenLane, item: Item): number {
    lane.items.push(item);
    lane.lastAt = item.at;
    if (lane.at === null) {
      this.#dirty = Math.min(this.#dirty, lane.items.length - 1);
    } else {
      this.#touch(lane, item.kind === "tool" ? 1 : 0);
    }
    return lane.items.length - 1;
  }

  #replace({ lane, index }: Place, item: Item | null): void {
    lane.items[index] = item;
    if (lane.at === null) this.#dirty = Math.min(this.#dirty, index);
    else this.#touch(lane, 0);
  }

  /** Says that a sub-agent's lane has changed by making its item anew. */
  #touch(lane: OpenLane, tools: number): void {
    const agent = lane.at === null ? null : this.#main.items[lane.at];
    if (lane.at === null || agent?.kind !== "agent") return;
    this.#replace(
      { lane: this.#main, index: lane.at },
      { ...agent, tools: agent.tools + tools, version: agent.version + 1 },
    );
  }

  /** The lane of an agent. One nobody announced yet gets a place of its own. */
  #lane(agentId: string | null): OpenLane {
    if (agentId === null) return this.#main;
    const known = this.#lanes.get(agentId);
    if (known !== undefined) return known;
    const lane: OpenLane = { agentId, items: [], at: null, lastAt: null };
    this.#lanes.set(agentId, lane);
    const at = this.#main.lastAt ?? 0;
    lane.at = this.#add(this.#main, {
      key: `a${agentId}`,
      at,
      runId: this.#runId,
      kind: "agent",
      agentId,
      label: "Sub-agent",
      agentType: null,
      status: "running",
      summary: null,
      tools: 0,
      durationMs: null,
      call: null,
      lane,
      version: 0,
    });
    return lane;
  }

  #openAgent(base: Base, data: TranscriptData["subagent.started"]): void {
    const lane = this.#lane(data.agentId);
    const agent = this.#agent(lane);
    if (lane.at === null || agent === null) return;
    const place = data.toolId === null ? undefined : this.#tools.get(data.toolId);
    const call = place === undefined ? null : (place.lane.items[place.index] ?? null);
    const asked = call?.kind === "tool" ? call : null;
    // The item stands where the agent was asked for, not where it was announced.
    const here = { lane: this.#main, index: lane.at };
    const at =
      place !== undefined && asked !== null && place.lane === this.#main ? place.index : lane.at;
    if (at !== lane.at) this.#replace(here, null);
    lane.at = at;
    this.#replace(
      { lane: this.#main, index: at },
      {
        ...agent,
        at: Math.min(agent.at === 0 ? base.at : agent.at, asked?.at ?? base.at),
        runId: base.runId,
        label: data.label,
        agentType: data.agentType,
        call: asked,
        version: agent.version + 1,
      },
    );
  }

  #endAgent(base: Base, data: TranscriptData["subagent.ended"]): void {
    const lane = this.#lane(data.agentId);
    const agent = this.#agent(lane);
    if (lane.at === null || agent === null) return;
    this.#replace(
      { lane: this.#main, index: lane.at },
      {
        ...agent,
        status: data.status,
        summary: data.summary ?? agent.summary,
        durationMs: agent.at === 0 ? null : Math.max(0, base.at - agent.at),
        version: agent.version + 1,
      },
    );
  }

  #agent(lane: OpenLane): AgentItem | null {
    const item = lane.at === null ? null : this.#main.items[lane.at];
    return item?.kind === "agent" ? item : null;
  }

  /** A plan that is being written takes the place of its former self. */
  #takePlan(base: Base, data: TranscriptData["plan.updated"]): void {
    const call = data.toolId === undefined ? undefined : this.#tools.get(data.toolId);
    const shown = call?.lane.items[call.index];
    // Its call stands there with the whole of it.
    if (shown?.kind === "ask" && isPlanOf(shown.ask, data)) return;
    const open = this.#plan;
    const before = open === null ? null : open.lane.items[open.index];
    if (open !== null && before?.kind === "plan") {
      this.#replace(open, { ...before, text: data.text, final: data.final });
    } else {
      const { text, final } = data;
      const index = this.#add(this.#main, { ...base, kind: "plan", text, final });
      this.#plan = { lane: this.#main, index };
    }
    if (!data.final || this.#plan === null) return;
    this.#plans.set(data.toolId ?? untold, this.#plan);
    this.#plan = null;
  }
}

/** Stands for the call of the newest plan that came without one. */
const untold = "";

/** Whether this is about exactly that plan. */
function isPlanOf(ask: Interaction, plan: Item | { readonly text: string }): boolean {
  if (ask.kind !== "plan_approval" || ("kind" in plan && plan.kind !== "plan")) return false;
  return ask.plan.trim() === plan.text.trim();
}

/** What the folds of single events may do. */
interface Hands {
  lane(agentId: string | null): OpenLane;
  add(lane: OpenLane, item: Item): number;
  replace(place: Place, item: Item | null): void;
  startRun(base: Base): void;
  readonly tools: Map<string, Place>;
  changeTool(toolId: string, change: (item: ToolItem) => ToolItem): boolean;
  readonly asks: TranscriptAsks;
  putAsk(toolId: string, ask: Interaction): boolean;
  part(base: Base, toolId: string, ask: Interaction): void;
  openAgent(base: Base, data: TranscriptData["subagent.started"]): void;
  endAgent(base: Base, data: TranscriptData["subagent.ended"]): void;
  plan(base: Base, data: TranscriptData["plan.updated"]): void;
  todos(base: Base, data: TranscriptData["todos.updated"]): void;
  usage(base: Base, data: TranscriptData["usage.updated"]): void;
}

type Fold = (hands: Hands, base: Base, data: unknown) => void;

const folds: {
  readonly [K in TranscriptEventType]: (hands: Hands, base: Base, data: TranscriptData[K]) => void;
} = {
  "user.message": (hands, base, { text, source }) => {
    hands.startRun(base);
    hands.add(hands.lane(null), { ...base, kind: "user", text, source });
  },
  "assistant.text": (hands, base, { text, agentId, partial }) => {
    if (text.trim() === "") return;
    hands.add(hands.lane(agentId), { ...base, kind: "text", text, partial });
  },
  "assistant.thinking": (hands, base, { text, agentId }) => {
    const lane = hands.lane(agentId);
    hands.add(lane, thinking(base, text, lane.lastAt));
  },
  "tool.call": takeCall,
  "tool.result": takeResult,
  "plan.updated": (hands, base, data) => hands.plan(base, data),
  "todos.updated": (hands, base, data) => hands.todos(base, data),
  "file.changed": (hands, base, { files }) => {
    hands.add(hands.lane(null), { ...base, kind: "files", files });
  },
  "usage.updated": (hands, base, data) => hands.usage(base, data),
  "subagent.started": (hands, base, data) => hands.openAgent(base, data),
  "subagent.ended": (hands, base, data) => hands.endAgent(base, data),
  "session.started": (hands, base, session) => {
    hands.add(hands.lane(null), { ...base, kind: "session", session });
  },
  "turn.ended": (hands, base, { outcome, durationMs }) => {
    hands.add(hands.lane(null), { ...base, kind: "end", outcome, durationMs });
  },
  error: (hands, base, { message, code, willRetry, agentId }) => {
    hands.add(hands.lane(agentId), { ...base, kind: "error", message, code, willRetry });
  },
  raw: (hands, base, { source, payload }) => {
    hands.add(hands.lane(null), { ...base, kind: "raw", source, payload });
  },
};

function thinking(base: Base, text: string, before: number | null): ThinkingItem {
  const durationMs = before === null ? null : Math.max(0, base.at - before);
  return { ...base, kind: "thinking", text, durationMs };
}

function takeCall(hands: Hands, base: Base, data: TranscriptData["tool.call"]): void {
  const { toolId, name, input, agentId } = data;
  let over = isOver(data.status);
  const update = (item: ToolItem): ToolItem => {
    over ||= isOver(item.status);
    return called(item, data);
  };
  if (!hands.changeTool(toolId, update)) {
    const lane = hands.lane(agentId);
    hands.tools.set(toolId, { lane, index: hands.add(lane, update(emptyTool(base, toolId))) });
  }
  // Its result is here: it waits for no answer.
  if (over) return;
  const waiting = hands.asks.called(toolId, { name, input, at: base.at });
  if (waiting === null || !hands.putAsk(toolId, waiting.ask)) return;
  if (waiting.row !== null) hands.replace({ lane: hands.lane(null), index: waiting.row }, null);
}

function takeResult(hands: Hands, base: Base, data: TranscriptData["tool.result"]): void {
  const wrong = hands.asks.finished(data.toolId, base.at);
  if (wrong !== null) hands.part(base, data.toolId, wrong);
  if (hands.changeTool(data.toolId, (item) => finished(item, base, data))) return;
  // Its call stands in an older page, or nowhere. Either way the result is not lost.
  const lane = hands.lane(data.agentId);
  const item = {
    ...finished(emptyTool(base, data.toolId), base, data),
    durationMs: data.durationMs,
  };
  hands.tools.set(data.toolId, { lane, index: hands.add(lane, item) });
}

import type { Event, NoticeData, TranscriptData, TranscriptEventType } from "../contract/event.ts";
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
  #runId: string | null = null;
  #plan: Place | null = null;
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
    else if (!event.type.includes("upserted") && !event.type.startsWith("interaction.")) {
      this.#add(this.#main, { ...base, kind: "raw", source: event.type, payload: event.data });
    }
  }

  readonly #hands: Hands = {
    lane: (agentId) => this.#lane(agentId),
    add: (lane, item) => this.#add(lane, item),
    replace: (place, item) => this.#replace(place, item),
    startRun: (base) => {
      if (base.runId === null || base.runId === this.#runId) return;
      this.#runId = base.runId;
      this.#plan = null;
      this.#add(this.#main, { ...base, key: `r${base.runId}`, kind: "run" });
    },
    tools: this.#tools,
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
    const open = this.#plan;
    const before = open === null ? null : open.lane.items[open.index];
    if (open !== null && before?.kind === "plan") {
      this.#replace(open, { ...before, text: data.text, final: data.final });
    } else {
      const index = this.#add(this.#main, { ...base, kind: "plan", ...data });
      this.#plan = { lane: this.#main, index };
    }
    if (data.final) this.#plan = null;
  }
}

/** What the folds of single events may do. */
interface Hands {
  lane(agentId: string | null): OpenLane;
  add(lane: OpenLane, item: Item): number;
  replace(place: Place, item: Item): void;
  startRun(base: Base): void;
  readonly tools: Map<string, Place>;
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
  const { toolId, name, kind: tool, title, input, status, agentId } = data;
  const place = hands.tools.get(toolId);
  const before = place?.lane.items[place.index];
  if (place !== undefined && before !== null && before !== undefined) {
    const update = (item: ToolItem): ToolItem => {
      const over = isOver(item.status) && !isOver(status);
      return { ...item, name, tool, title, input, status: over ? item.status : status };
    };
    if (before.kind === "tool") hands.replace(place, update(before));
    else if (before.kind === "agent" && before.call !== null) {
      hands.replace(place, { ...before, call: update(before.call), version: before.version + 1 });
    }
    return;
  }
  const lane = hands.lane(agentId);
  const item: ToolItem = { ...emptyTool(base, toolId), name, tool, title, input, status };
  hands.tools.set(toolId, { lane, index: hands.add(lane, item) });
}

function takeResult(hands: Hands, base: Base, data: TranscriptData["tool.result"]): void {
  const place = hands.tools.get(data.toolId);
  const before = place?.lane.items[place.index];
  if (place !== undefined && before?.kind === "tool") {
    hands.replace(place, finished(before, base, data));
    return;
  }
  if (place !== undefined && before?.kind === "agent" && before.call !== null) {
    const call = finished(before.call, base, data);
    hands.replace(place, { ...before, call, version: before.version + 1 });
    return;
  }
  // Its call stands in an older page, or nowhere. Either way the result is not lost.
  const lane = hands.lane(data.agentId);
  const item = {
    ...finished(emptyTool(base, data.toolId), base, data),
    durationMs: data.durationMs,
  };
  hands.tools.set(data.toolId, { lane, index: hands.add(lane, item) });
}

function finished(item: ToolItem, base: Base, data: TranscriptData["tool.result"]): ToolItem {
  const { status, output, truncated, blobId, diff, exitCode } = data;
  const durationMs = data.durationMs ?? Math.max(0, base.at - item.at);
  return { ...item, status, output, truncated, blobId, diff, exitCode, durationMs };
}

function emptyTool(base: Base, toolId: string): ToolItem {
  return {
    ...base,
    kind: "tool",
    toolId,
    name: "",
    tool: "other",
    title: "",
    input: null,
    status: "running",
    output: "",
    truncated: false,
    blobId: null,
    diff: null,
    exitCode: null,
    durationMs: null,
  };
}

function isOver(status: ToolItem["status"]): boolean {
  return status === "succeeded" || status === "failed" || status === "denied";
}

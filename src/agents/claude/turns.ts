import type { BackgroundTask, RunOutcome } from "../../contract/run.ts";
import type { AgentItem } from "../driver.ts";
import type { Context } from "./context.ts";
import type { Drafts } from "./drafts.ts";
import { turnFault } from "./faults.ts";
import { type Json, objectAt, objectsAt, stringAt } from "./json.ts";
import type { Meter } from "./meter.ts";
import { modeOf } from "./modes.ts";
import type { HookEvent, Spool, Told } from "./spool.ts";
import { readStatus } from "./status.ts";
import type { SubAgents } from "./subagents.ts";
import { toolTitle } from "./tools.ts";
import type { Transcript } from "./transcript.ts";

/** How long the end of a turn may be missing from the transcript of an idle Claude (M1). */
const lateMs = 3_000;
const lookMs = 250;
/** Between the hook that tells of a dialog and the status that shows it. */
const dialogMs = 5_000;

const nothing: Told = { items: [], change: {} };

export interface TurnParts {
  readonly context: Context;
  readonly main: Transcript;
  readonly spool: () => Spool;
  readonly agents: SubAgents;
  readonly drafts: Drafts;
  readonly meter: Meter;
}

/** Opens and closes turns from what the hooks tell, once the transcript has caught up (M1, M3). */
export class Turns {
  readonly #parts: TurnParts;
  #asked: { readonly what: string; readonly at: number } | null = null;

  constructor(parts: TurnParts) {
    this.#parts = parts;
  }

  /** True while Claude works on a message, or waits for work it left in the background. */
  get open(): boolean {
    const state = this.#parts.main.state;
    if (state === null) return false;
    return state.turn > Math.max(state.interrupted, this.#parts.spool().state.ended);
  }

  /** What Claude asks in a dialog that is open since `since` (epoch ms), or null. */
  asked(since: number): string | null {
    return this.#asked !== null && this.#asked.at >= since - dialogMs ? this.#asked.what : null;
  }

  async handle(event: HookEvent): Promise<Told> {
    const { payload, name } = event;
    if (name === "SessionStart") return this.#sessionStart(event);
    const conversation = stringAt(payload, "session_id");
    if (conversation !== this.#parts.context.ref.agentSessionId) return nothing;
    switch (name) {
      case "Stop":
        return this.#stop(event);
      case "StopFailure":
        return this.#failure(event);
      case "SubagentStart":
        // The turn it works for is on its way to us in the transcript.
        await this.#parts.context.beacon.until(() => this.open, lateMs);
        await this.#parts.agents.follow(stringAt(payload, "agent_id") ?? "");
        return nothing;
      case "SubagentStop":
        return this.#agentStop(event);
      case "PermissionRequest":
        this.#asked = { what: question(payload, this.#parts.context.data.cwd), at: event.at };
        return nothing;
      default:
        return nothing;
    }
  }

  /** Ends the open turn without a word of Claude's: it is idle and nothing more will come. */
  async settle(outcome: RunOutcome, notices: readonly AgentItem[] = []): Promise<void> {
    const { main, drafts } = this.#parts;
    const turn = main.state?.turn ?? 0;
    if (!this.open) return;
    const ended: AgentItem = {
      kind: "turn-ended",
      key: `s:${main.state?.sessionId ?? ""}:${turn}`,
      outcome,
      durationMs: main.state?.durationMs ?? null,
    };
    await this.#parts.spool().say([...notices, ...this.#noBackground(`b:${turn}`), ended], {
      ended: turn,
      background: [],
    });
    await drafts.clear(main.state?.promptId ?? null);
  }

  async #sessionStart(event: HookEvent): Promise<Told> {
    const { context, main } = this.#parts;
    const conversation = stringAt(event.payload, "session_id");
    const path = stringAt(event.payload, "transcript_path");
    const started = { items: [], change: { started: true } };
    if (conversation === null || path === null) return started;
    const known = context.ref.agentSessionId;
    if (main.state === null) {
      const { resumed } = context.data;
      await context.save({ agentSessionId: conversation }, { transcript: path });
      main.begin({ path, offset: 0, resumed, agentId: null, turn: 0 });
      return started;
    }
    if (conversation === known || main.state.path === path) return started;
    // `/clear` or `/resume` by hand: the same Claude in another conversation is still ours (M10).
    await main.change(path);
    await context.save({ agentSessionId: conversation }, { transcript: path });
    return { items: [conversationChanged(event.file)], change: { started: true } };
  }

  async #stop(event: HookEvent): Promise<Told> {
    const how = await this.#end(event);
    const tasks = backgroundOf(event.payload);
    const goesOn = how !== "superseded" && tasks.length === 0 && (await this.#reports(event));
    const state = this.#parts.main.state;
    if (how === "superseded" || state === null || !this.open) return nothing;
    const items: AgentItem[] = [...worksIn(event), ...(how === "late" ? [late(event.file)] : [])];
    if (tasks.length > 0 || goesOn) {
      items.push({ kind: "background", key: `${event.file}:background`, tasks });
      return { items, change: { background: tasks } };
    }
    await this.#parts.meter.heard();
    items.push(...this.#noBackground(`${event.file}:background`), {
      kind: "turn-ended",
      key: event.file,
      outcome: { kind: "succeeded" },
      durationMs: state.durationMs,
    });
    await this.#parts.drafts.clear(stringAt(event.payload, "prompt_id"));
    return { items, change: { ended: state.turn, background: [] } };
  }

  /**
   * True when a notification will go on with this run. Work that ended just before Stop is in none
   * of its lists, and its notification may come half a second later (2.1.330, observed).
   */
  async #reports(event: HookEvent): Promise<boolean> {
    const { context, main } = this.#parts;
    const reported = () =>
      main.state !== null &&
      (main.state.queue.includes("task") || main.state.reportedAt > event.at);
    const nothingOpen = () => main.state === null || main.state.unreported.length === 0;
    await context.beacon.until(() => reported() || nothingOpen() || context.gone, lateMs);
    return reported();
  }

  #noBackground(key: string): AgentItem[] {
    if (this.#parts.spool().state.background.length === 0) return [];
    return [{ kind: "background", key, tasks: [] }];
  }

  /**
   * Waits for the `turn_duration` that Claude writes behind its last text, some 100 ms after Stop.
   * A Stop hook of the person's own may keep Claude going; then the next Stop counts.
   */
  async #end(event: HookEvent): Promise<"ended" | "late" | "superseded"> {
    const { context, main, spool } = this.#parts;
    const written = () => (main.state?.endAt ?? 0) >= event.at;
    const seenAt = () => main.state?.seenAt ?? 0;
    // A new turn is only read once this event is settled, so a later Stop that the transcript has
    // reached belongs to this turn.
    const superseded = () =>
      (main.state?.interruptedAt ?? 0) >= event.at ||
      spool().waiting.some(
        ({ name, at }) => /^Stop(Failure)?$/.test(name) && at > event.at && at <= seenAt(),
      );
    let idleSince: number | null = null;
    while (!context.signal.aborted) {
      await context.beacon.until(() => written() || superseded() || context.gone, lookMs);
      if (superseded()) return "superseded";
      if (written()) return "ended";
      if (context.gone) return "ended";
      main.poke();
      const behind = !context.caughtUp || context.io.held();
      const busy = (await readStatus(context))?.kind === "busy" || behind;
      const now = context.io.clock.monotonic();
      idleSince = busy ? null : (idleSince ?? now);
      if (idleSince !== null && now - idleSince >= lateMs) return "late";
    }
    return "superseded";
  }

  async #failure(event: HookEvent): Promise<Told> {
    const { context, main, spool, drafts, meter } = this.#parts;
    const before = spool().state.errorAt;
    const written = () => (main.state?.errorAt ?? 0) > before;
    await context.beacon.until(() => written() || context.gone, lateMs);
    await meter.heard();
    const state = main.state;
    if (state === null || !this.open) return nothing;
    const fault = turnFault(
      stringAt(event.payload, "error"),
      stringAt(event.payload, "last_assistant_message"),
    );
    await drafts.clear(stringAt(event.payload, "prompt_id"));
    const items: AgentItem[] = [
      ...this.#noBackground(`${event.file}:background`),
      { kind: "turn-ended", key: event.file, outcome: { kind: "failed", fault }, durationMs: null },
    ];
    return { items, change: { ended: state.turn, errorAt: state.errorAt, background: [] } };
  }

  /** Ends a sub-agent no tool call announced; those that were announced end by notification. */
  async #agentStop(event: HookEvent): Promise<Told> {
    const { main, agents } = this.#parts;
    const agentId = stringAt(event.payload, "agent_id");
    if (agentId === null) return nothing;
    await agents.drain(agentId);
    if (main.state?.agents.includes(agentId) || !agents.introduced(agentId)) return nothing;
    const summary = stringAt(event.payload, "last_assistant_message");
    const item: AgentItem = {
      kind: "transcript",
      key: event.file,
      at: event.at,
      type: "subagent.ended",
      data: { agentId, status: "succeeded", summary },
    };
    return { items: [item], change: {} };
  }
}

/** What outlives the turn, as Stop lists it (2.1.330, observed). */
function backgroundOf(payload: Json): BackgroundTask[] {
  const tasks = objectsAt(payload, "background_tasks").map((task) => ({
    id: stringAt(task, "id") ?? "",
    kind: backgroundKind(stringAt(task, "type")),
    label: (stringAt(task, "description") ?? stringAt(task, "command") ?? "Background work").slice(
      0,
      300,
    ),
  }));
  const crons = objectsAt(payload, "session_crons").map((cron) => ({
    id: stringAt(cron, "id") ?? "",
    kind: "cron" as const,
    label: (stringAt(cron, "prompt") ?? stringAt(cron, "schedule") ?? "Scheduled work").slice(
      0,
      300,
    ),
  }));
  return [...tasks, ...crons];
}

function backgroundKind(type: string | null): BackgroundTask["kind"] {
  if (type === "shell") return "shell";
  return type === "subagent" || type === "agent" ? "agent" : "other";
}

/** What a permission dialog asks, in one line. */
function question(payload: Json, cwd: string): string {
  const name = stringAt(payload, "tool_name") ?? "a tool";
  if (name === "AskUserQuestion") return "Claude asks you a question";
  if (name === "ExitPlanMode") return "Claude has a plan and asks whether to go on";
  const title = toolTitle(name, objectAt(payload, "tool_input") ?? {}, cwd);
  return `Claude asks for permission to use ${name}: ${title}`;
}

function late(file: string): AgentItem {
  return {
    kind: "notice",
    key: `${file}:late`,
    notice: {
      level: "warning",
      code: "transcript_late",
      message: "Claude is done, but the end of its transcript did not arrive.",
      hint: "The last words may be missing here; the Terminal tab has them.",
    },
  };
}

/**
 * The mode Claude works in at the end of a turn. Its transcript says so only with a message or a
 * change by hand, not when an approved plan took it out of plan mode (2.1.330, observed).
 */
function worksIn({ file, payload }: HookEvent): AgentItem[] {
  const mode = modeOf(stringAt(payload, "permission_mode"));
  return mode === null ? [] : [{ kind: "mode", key: `${file}:mode`, mode }];
}

function conversationChanged(file: string): AgentItem {
  return {
    kind: "notice",
    key: `${file}:changed`,
    notice: {
      level: "info",
      code: "conversation_changed",
      message: "Claude went over to another conversation in its own terminal.",
      hint: null,
    },
  };
}

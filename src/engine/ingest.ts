import type { AgentItem, Batch } from "../agents/driver.ts";
import type { TranscriptData, TranscriptItem } from "../contract/event.ts";
import type { BackgroundTask } from "../contract/run.ts";
import { answeredByHand } from "../domain/by-hand.ts";
import { doing } from "../domain/live-line.ts";
import { TERMINAL } from "../domain/run-machine.ts";
import { countsOnCard, noStats, statsAfter } from "../domain/task-stats.ts";
import type { RunRecord, SessionRecord, TaskRecord } from "../store/types.ts";
import { exitOutcome } from "./agent-exit.ts";
import { openInteraction, withdraw } from "./asking.ts";
import type { Core, Work } from "./core.ts";
import { takeMode } from "./mode.ts";
import { storedResult } from "./output.ts";
import { changeRun, openRun } from "./run-changes.ts";
import { hearEcho, queuedByAgent, takeBack } from "./steered.ts";
import { noteLimits } from "./usage.ts";

/** What a batch meant, for those who show and count things after the commit. */
export interface Ingested {
  readonly transcriptEvents: number;
  /** A file may have changed: the card's numbers want another look. */
  readonly filesTouched: boolean;
  readonly statsChanged: boolean;
  readonly runEnded: boolean;
  readonly exited: boolean;
}

/** What one batch does to its task, gathered while its items are taken. */
interface Taking {
  readonly work: Work;
  readonly session: SessionRecord;
  readonly newId: () => string;
  readonly attaching: boolean;
  run: RunRecord | null;
  /** The card with what was said about it since it was read; null while nothing waits to be stored. */
  card: TaskRecord | null;
  transcriptEvents: number;
  filesTouched: boolean;
  statsChanged: boolean;
  exited: boolean;
}

/**
 * Takes what a session read: events, projections and the cursor in one transaction, so that a line
 * is never lost and never taken twice.
 */
export function ingest(
  core: Core,
  sessionId: string,
  batch: Batch,
  /** True while an earlier server's session is being taken up: an exit seen now happened unwatched. */
  attaching: boolean,
): Ingested {
  return core.commit("agent", (work) => {
    const session = work.tx.session(sessionId);
    if (session === null) {
      // The task was purged while the agent was still speaking.
      return nothingTaken;
    }
    work.tx.putCursor({
      sessionId,
      stream: batch.stream,
      generation: batch.cursor.generation,
      offset: batch.cursor.offset,
      state: batch.cursor.state,
    });
    const taking: Taking = {
      work,
      session,
      newId: core.deps.newId,
      attaching,
      run: currentRun(work, session.taskId),
      card: null,
      transcriptEvents: 0,
      filesTouched: false,
      statsChanged: false,
      exited: false,
    };
    const wasOpen = taking.run !== null && taking.run.phase.kind !== "ended";
    for (const item of batch.items) {
      take(taking, item);
    }
    storeCard(taking);
    const isOpen = taking.run !== null && taking.run.phase.kind !== "ended";
    return {
      transcriptEvents: taking.transcriptEvents,
      filesTouched: taking.filesTouched,
      statsChanged: taking.statsChanged,
      runEnded: wasOpen && !isOpen,
      exited: taking.exited,
    };
  });
}

const nothingTaken: Ingested = {
  transcriptEvents: 0,
  filesTouched: false,
  statsChanged: false,
  runEnded: false,
  exited: false,
};

function currentRun(work: Work, taskId: string): RunRecord | null {
  const task = work.tx.task(taskId);
  return task === null || task.runId === null ? null : work.tx.run(task.runId);
}

function take(taking: Taking, item: AgentItem): void {
  const { work, session } = taking;
  if (item.kind === "transcript") {
    takeTranscript(taking, item);
    return;
  }
  // What follows reads the card and stores it.
  storeCard(taking);
  switch (item.kind) {
    case "turn-started":
      takeTurnStarted(taking, item.messageId, item.text, item.key);
      return;
    case "working":
      command(taking, { type: "agent.working" });
      return;
    case "turn-ended":
      command(taking, { type: "agent.idle", outcome: item.outcome });
      return;
    case "background":
      takeBackground(taking, item.tasks);
      return;
    case "needs-terminal":
      command(taking, { type: "block", on: TERMINAL });
      work.notice(
        session.taskId,
        taking.run?.id ?? null,
        {
          level: "warning",
          code: "needs_terminal",
          message: item.why,
          hint: "Open the Terminal tab to see what the agent asks, and answer it in its own terminal.",
        },
        `${session.id}:${item.key}`,
      );
      return;
    case "terminal-answered":
      command(taking, { type: "unblock", on: TERMINAL });
      return;
    case "asked":
      takeQuestion(taking, item);
      return;
    case "no-longer-asked":
      takeWithdrawal(taking, item.ref, item.why);
      return;
    case "returned":
      if (taking.run !== null) {
        takeBack(work, taking.run, item, taking.newId);
      }
      return;
    case "mode":
      takeMode(work, session.id, item.mode);
      return;
    case "notice":
      work.notice(session.taskId, taking.run?.id ?? null, item.notice, `${session.id}:${item.key}`);
      return;
    case "exited":
      takeExit(taking, item);
      return;
  }
}

function takeQuestion(taking: Taking, item: Extract<AgentItem, { kind: "asked" }>): void {
  const { work, session } = taking;
  const { ref, request, toolId = null } = item;
  openInteraction(work, { session, ref, request, toolId, id: taking.newId() });
  taking.run = currentRun(work, session.taskId);
}

function takeWithdrawal(taking: Taking, ref: string, why: string): void {
  const { work, session } = taking;
  const record = work.tx.interactionByRef(session.id, ref);
  if (record !== null) {
    withdraw(work, record, why);
    taking.run = currentRun(work, session.taskId);
  }
}

function takeBackground(taking: Taking, background: readonly BackgroundTask[]): void {
  if (taking.run !== null && taking.run.phase.kind !== "ended") {
    taking.run = { ...taking.run, background };
    taking.work.putRun(taking.run);
  }
}

function command(taking: Taking, what: Parameters<typeof changeRun>[2]): void {
  if (taking.run === null) {
    return;
  }
  const changed = changeRun(taking.work, taking.run, what);
  if (changed.ok) {
    taking.run = changed.value;
  }
}

function takeTurnStarted(
  taking: Taking,
  messageId: string | null,
  text: string | null,
  key: string,
): void {
  const { run, work, session } = taking;
  if (run !== null && run.phase.kind !== "ended") {
    command(taking, { type: "agent.working" });
    return;
  }
  const ours = messageId === null ? null : queuedByAgent(work, session.taskId, messageId);
  if (text === null || messageId === run?.messageId || (messageId !== null && ours === null)) {
    // The echo of a run that is over already: it was cancelled while its message was on the way.
    return;
  }
  const task = work.tx.task(session.taskId);
  if (task === null || task.deletedAt !== null) {
    return;
  }
  // Someone typed into the agent's own terminal, or what was said into a turn came too late for
  // it: that is a run like any other.
  taking.run = openRun(work, {
    id: taking.newId(),
    task,
    prompt: ours?.text ?? text,
    messageId: messageId ?? `${session.id}:${key}`,
    sessionId: session.id,
    sessionRef: session.agentSessionId,
    phase: { kind: "working" },
  });
}

function takeTranscript(taking: Taking, item: Extract<AgentItem, { kind: "transcript" }>): void {
  const { work, session } = taking;
  if (item.type === "user.message" && item.data.messageId !== null && taking.run !== null) {
    storeCard(taking);
    hearEcho(work, taking.run, item.data.messageId);
  }
  if (item.type === "turn.ended" || (item.type === "user.message" && isShown(taking, item.data))) {
    // Both are said by the engine itself, once per run.
    return;
  }
  const run = speaker(taking, item.late === true);
  const shown =
    item.type === "tool.result" ? storedResult(work, taking.newId, item.data) : item.data;
  const stored = work.append({
    type: item.type,
    taskId: session.taskId,
    runId: run?.id ?? null,
    key: `${session.id}:${item.key}`,
    data: shown,
    ...(item.at === null ? {} : { at: item.at }),
  });
  if (stored === null) {
    return;
  }
  taking.transcriptEvents += 1;
  fillRun(taking, run, item);
  fillCard(taking, run, item);
  if (item.type === "tool.result") {
    settleByHand(taking, item.data.toolId, item.at ?? Number.POSITIVE_INFINITY);
  }
}

/** A result frees the card from the question its call was about; without a time it ends any. */
function settleByHand(taking: Taking, toolId: string, at: number): void {
  const { work, session, run } = taking;
  const open = work.tx.interactions(session.taskId);
  const call = open.length === 0 || run === null ? null : work.tx.toolCall(run.id, toolId);
  if (call === null || run === null) {
    return;
  }
  const unfinished = work.tx.unfinishedCalls(run.id, call.name);
  const asked = answeredByHand({ call, at, unfinished, open });
  const record = asked === null ? null : work.tx.interaction(asked.id);
  if (record !== null) {
    storeCard(taking);
    withdraw(work, record, "Answered in the agent's terminal");
    taking.run = currentRun(work, session.taskId);
  }
}

/** The message that opened the run, coming back: the engine showed it then. */
function isShown(taking: Taking, data: TranscriptData["user.message"]): boolean {
  const { run } = taking;
  return data.messageId !== null || (run !== null && run.prompt.trim() === data.text.trim());
}

/** The run an item is about: what comes late is about the last one of its session that has ended. */
function speaker({ run, work, session }: Taking, late: boolean): RunRecord | null {
  if (!late || run === null || run.phase.kind === "ended") {
    return run;
  }
  const [, before] = work.tx.runs(session.taskId, 2, null);
  return before?.sessionId === session.id ? before : run;
}

/** What a transcript event says about its run. */
function fillRun(taking: Taking, about: RunRecord | null, item: TranscriptItem): void {
  const { run, work } = taking;
  if (about !== null && item.type === "usage.updated") {
    const filled = { ...about, usage: item.data.usage };
    work.tx.putRun(filled);
    noteLimits(work, about.agent, item.data.rateLimits);
    if (run?.id === filled.id) {
      taking.run = filled;
    }
  }
  if (run === null) {
    return;
  }
  if (item.type === "session.started" && item.data.sessionRef !== null) {
    taking.run = { ...run, sessionRef: item.data.sessionRef };
    work.putRun(taking.run);
  }
}

/**
 * What a transcript event says about its card. The row is kept fresh without an event for each, and
 * without a write for each: an agent may say hundreds of things in one batch.
 */
function fillCard(taking: Taking, run: RunRecord | null, item: TranscriptItem): void {
  const { work, session } = taking;
  taking.filesTouched ||= touchesFiles(item);
  const line = run !== null && run.phase.kind !== "ended" ? doing(item) : null;
  if (line === null && !countsOnCard(item)) {
    return;
  }
  const card = taking.card ?? work.tx.task(session.taskId);
  if (card === null) {
    return;
  }
  const stats = statsAfter(card.stats ?? noStats, item, run?.usage?.costUsd ?? null);
  taking.card = {
    ...card,
    ...(stats === null ? {} : { stats }),
    ...(line === null ? {} : { live: { ...line, at: work.now } }),
  };
  taking.statsChanged ||= stats !== null;
}

/** Stores what waits for the card: before anybody else reads or stores it, and with the batch. */
function storeCard(taking: Taking): void {
  if (taking.card !== null) {
    taking.work.tx.putTask(taking.card);
    taking.card = null;
  }
}

function touchesFiles(item: TranscriptItem): boolean {
  return item.type === "file.changed" || item.type === "tool.result";
}

function takeExit(taking: Taking, item: Extract<AgentItem, { kind: "exited" }>): void {
  const { work, session } = taking;
  taking.exited = true;
  work.tx.putSession({ ...session, state: "closed", closedAt: work.now });
  // The end of a session says nothing about a run that another one is to serve.
  const served = taking.run?.sessionId === session.id;
  if (taking.run === null || taking.run.phase.kind === "ended" || !served) {
    return;
  }
  const changed = changeRun(
    work,
    taking.run,
    { type: "agent.gone", outcome: exitOutcome(item, taking.attaching) },
    { exitCode: item.code },
  );
  if (changed.ok) {
    taking.run = changed.value;
  }
}

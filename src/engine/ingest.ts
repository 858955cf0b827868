import type { AgentItem, Batch } from "../agents/driver.ts";
import type { TranscriptData, TranscriptItem } from "../contract/event.ts";
import { fault } from "../contract/fault.ts";
import type { RunOutcome } from "../contract/run.ts";
import type { TaskStats } from "../contract/task.ts";
import { sameCall } from "../domain/canonical.ts";
import { doing } from "../domain/live-line.ts";
import { TERMINAL } from "../domain/run-machine.ts";
import type { RunRecord, SessionRecord } from "../store/types.ts";
import { openInteraction, withdraw } from "./asking.ts";
import type { Core, Work } from "./core.ts";
import { storedResult } from "./output.ts";
import { changeRun, openRun } from "./run-changes.ts";

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
      transcriptEvents: 0,
      filesTouched: false,
      statsChanged: false,
      exited: false,
    };
    const wasOpen = taking.run !== null && taking.run.phase.kind !== "ended";
    for (const item of batch.items) {
      take(taking, item);
    }
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
  switch (item.kind) {
    case "transcript":
      takeTranscript(taking, item);
      return;
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
      if (taking.run !== null && taking.run.phase.kind !== "ended") {
        taking.run = { ...taking.run, background: item.tasks };
        work.putRun(taking.run);
      }
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
      openInteraction(work, { session, ref: item.ref, request: item.request, id: taking.newId() });
      taking.run = currentRun(work, session.taskId);
      return;
    case "no-longer-asked": {
      const record = work.tx.interactionByRef(session.id, item.ref);
      if (record !== null) {
        withdraw(work, record, item.why);
        taking.run = currentRun(work, session.taskId);
      }
      return;
    }
    case "notice":
      work.notice(session.taskId, taking.run?.id ?? null, item.notice, `${session.id}:${item.key}`);
      return;
    case "exited":
      takeExit(taking, item);
      return;
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
  if (messageId !== null || text === null) {
    // The echo of a run that is over already: it was cancelled while its message was on the way.
    return;
  }
  const task = work.tx.task(session.taskId);
  if (task === null || task.deletedAt !== null) {
    return;
  }
  // Someone typed into the agent's own terminal: that is a run like any other.
  taking.run = openRun(work, {
    id: taking.newId(),
    task,
    prompt: text,
    messageId: `${session.id}:${key}`,
    sessionId: session.id,
    sessionRef: session.agentSessionId,
    phase: { kind: "working" },
  });
}

function takeTranscript(taking: Taking, item: Extract<AgentItem, { kind: "transcript" }>): void {
  const { work, session } = taking;
  if (item.type === "turn.ended" || (item.type === "user.message" && isShown(taking, item.data))) {
    // Both are said by the engine itself, once per run.
    return;
  }
  const runId = taking.run?.id ?? null;
  const shown =
    item.type === "tool.result" ? storedResult(work, taking.newId, item.data) : item.data;
  const stored = work.append({
    type: item.type,
    taskId: session.taskId,
    runId,
    key: `${session.id}:${item.key}`,
    data: shown,
    ...(item.at === null ? {} : { at: item.at }),
  });
  if (stored === null) {
    return;
  }
  taking.transcriptEvents += 1;
  fillRun(taking, item);
  fillCard(taking, item);
  if (item.type === "tool.result") {
    settleApproval(taking, item.data.toolId);
  }
}

/** A tool that has its result no longer waits: its dialog was answered in the agent's own terminal. */
function settleApproval(taking: Taking, toolId: string): void {
  const { work, session, run } = taking;
  const open = work.tx
    .interactions(session.taskId)
    .filter(
      (one) =>
        one.kind === "approval" || one.kind === "ask_questions" || one.kind === "plan_approval",
    );
  const call = open.length === 0 || run === null ? null : work.tx.toolCall(run.id, toolId);
  if (call === null) {
    return;
  }
  const asked = open.find((one) =>
    one.kind === "approval"
      ? one.toolName === call.name && sameCall(one.toolInput, call.input)
      : call.name === dialogs[one.kind as keyof typeof dialogs],
  );
  const record = asked === undefined ? null : work.tx.interaction(asked.id);
  if (record !== null) {
    withdraw(work, record, "Answered in the agent's terminal");
    taking.run = currentRun(work, session.taskId);
  }
}

/** The tools behind questions and plans, as their calls are named. */
const dialogs = { ask_questions: "AskUserQuestion", plan_approval: "ExitPlanMode" } as const;

/** The message that opened the run, coming back: the engine showed it then. */
function isShown(taking: Taking, data: TranscriptData["user.message"]): boolean {
  const { run } = taking;
  return data.messageId !== null || (run !== null && run.prompt.trim() === data.text.trim());
}

/** What a transcript event says about its run. */
function fillRun(taking: Taking, item: TranscriptItem): void {
  const { run, work } = taking;
  if (run === null) {
    return;
  }
  if (item.type === "usage.updated") {
    taking.run = { ...run, usage: item.data.usage };
    work.tx.putRun(taking.run);
  }
  if (item.type === "session.started" && item.data.sessionRef !== null) {
    taking.run = { ...run, sessionRef: item.data.sessionRef };
    work.putRun(taking.run);
  }
}

/** What a transcript event says about its card. The row is kept fresh without an event for each. */
function fillCard(taking: Taking, item: TranscriptItem): void {
  const { work, session, run } = taking;
  const task = work.tx.task(session.taskId);
  if (task === null) {
    return;
  }
  const stats = statsAfter(task.stats ?? noStats, item);
  const line = run !== null && run.phase.kind !== "ended" ? doing(item) : null;
  if (stats === null && line === null) {
    taking.filesTouched ||= touchesFiles(item);
    return;
  }
  work.tx.putTask({
    ...task,
    ...(stats === null ? {} : { stats }),
    ...(line === null ? {} : { live: { ...line, at: work.now } }),
  });
  taking.statsChanged ||= stats !== null;
  taking.filesTouched ||= touchesFiles(item);
}

const noStats: TaskStats = {
  additions: 0,
  deletions: 0,
  files: 0,
  costUsd: null,
  contextPercent: null,
  todosDone: 0,
  todosTotal: 0,
};

function statsAfter(stats: TaskStats, item: TranscriptItem): TaskStats | null {
  if (item.type === "usage.updated") {
    const { usage, contextPercent } = item.data;
    return {
      ...stats,
      costUsd: usage.costUsd ?? stats.costUsd,
      contextPercent: contextPercent ?? stats.contextPercent,
    };
  }
  if (item.type === "todos.updated") {
    const done = item.data.todos.filter((todo) => todo.status === "completed").length;
    return { ...stats, todosDone: done, todosTotal: item.data.todos.length };
  }
  return null;
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

function exitOutcome(item: Extract<AgentItem, { kind: "exited" }>, attaching: boolean): RunOutcome {
  if (item.fault !== null) {
    return { kind: "failed", fault: item.fault };
  }
  const how = item.signal === null ? `with status ${item.code ?? "unknown"}` : `by ${item.signal}`;
  if (attaching) {
    return orphaned(`The agent ended ${how} while Agetor was not running.`);
  }
  return {
    kind: "failed",
    fault: fault(
      "agent_exited",
      `The agent ended ${how} before it was done.`,
      "Its conversation is kept: send a message to go on where it stopped.",
    ),
  };
}

/** The end of a run whose agent is gone and cannot say how far it came. */
export function orphaned(message: string): RunOutcome {
  return {
    kind: "orphaned",
    fault: fault(
      "orphaned",
      message,
      "Nothing it wrote is lost. Send a message to resume in a new session.",
    ),
  };
}

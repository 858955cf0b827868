import type { Fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { RunPhase } from "../contract/run.ts";
import { rankBetween } from "../domain/rank.ts";
import { columnChange, decide, evolve, type RunCommand } from "../domain/run-machine.ts";
import type { RunRecord, TaskRecord } from "../store/types.ts";
import type { Work } from "./core.ts";
import { closeAll } from "./interaction-rows.ts";
import { oweEnd } from "./snapshots.ts";

export interface NewRun {
  readonly id: string;
  readonly task: TaskRecord;
  readonly prompt: string;
  readonly messageId: string;
  readonly sessionId: string | null;
  readonly sessionRef: string | null;
  readonly phase: RunPhase;
}

/** Opens a run on a task, shows the person's message, and moves the card. */
export function openRun(work: Work, request: NewRun): RunRecord {
  const run: RunRecord = {
    id: request.id,
    taskId: request.task.id,
    agent: request.task.agent,
    prompt: request.prompt,
    messageId: request.messageId,
    sessionId: request.sessionId,
    sessionRef: request.sessionRef,
    phase: request.phase,
    startedAt: request.phase.kind === "working" ? work.now : null,
    endedAt: null,
    exitCode: null,
    usage: null,
    background: [],
    createdAt: work.now,
  };
  work.putRun(run);
  work.append({
    type: "user.message",
    taskId: run.taskId,
    runId: run.id,
    key: `message:${run.messageId}`,
    data: { text: run.prompt, messageId: run.messageId, source: "app" },
  });
  const column = columnChange(null, run.phase);
  work.putTask({
    ...request.task,
    ...(column === null ? {} : moved(work, request.task, column)),
    runId: run.id,
    live: null,
    unread: false,
    updatedAt: work.now,
  });
  work.poke(run.taskId);
  return run;
}

/**
 * Applies a command to a run: decides, stores run and task, shows the end of a turn. Answers the
 * run as it stands after; a fault changes nothing.
 */
export function changeRun(
  work: Work,
  run: RunRecord,
  command: RunCommand,
  extra: Partial<RunRecord> = {},
): Result<RunRecord, Fault> {
  const decision = decide(run.phase, command);
  if (!decision.ok) {
    return err(decision.fault);
  }
  const phase = decision.value.reduce(evolve, run.phase);
  if (decision.value.length === 0 && Object.keys(extra).length === 0) {
    return ok(run);
  }
  const next: RunRecord = { ...run, ...extra, phase, ...times(run, phase, work.now) };
  work.putRun(next);
  const ended = phase.kind === "ended" && run.phase.kind !== "ended";
  if (ended || (phase.kind === "cancelling" && run.phase.kind !== "cancelling")) {
    closeAll(work, run.id, phase.kind === "cancelling" ? "Stopped by you" : "The run has ended");
  }
  if (ended) {
    work.append({
      type: "turn.ended",
      taskId: run.taskId,
      runId: run.id,
      key: "turn.ended",
      data: {
        outcome: phase.outcome,
        durationMs: next.startedAt === null ? null : work.now - next.startedAt,
      },
    });
  }
  const task = work.tx.task(run.taskId);
  if (task !== null && ended) {
    oweEnd(work, task, run.id);
  }
  if (task !== null && task.runId === run.id) {
    const column = columnChange(run.phase, phase);
    work.putTask({
      ...task,
      ...(column === null || column === task.column ? {} : moved(work, task, column)),
      unread: ended ? true : task.unread,
      live: ended ? null : task.live,
      updatedAt: work.now,
    });
  }
  work.poke(run.taskId);
  return ok(next);
}

/** A card that moves by itself goes to the top of its new column. */
function moved(
  work: Work,
  task: TaskRecord,
  column: TaskRecord["column"],
): Pick<TaskRecord, "column" | "position"> {
  if (task.column === column) {
    return { column, position: task.position };
  }
  return { column, position: rankBetween(null, work.tx.ranks(column).first) };
}

function times(
  run: RunRecord,
  phase: RunPhase,
  now: number,
): Pick<RunRecord, "startedAt" | "endedAt"> {
  const began =
    run.startedAt ?? (phase.kind === "working" || phase.kind === "blocked" ? now : null);
  return { startedAt: began, endedAt: phase.kind === "ended" ? (run.endedAt ?? now) : null };
}

import type { Run } from "../contract/run.ts";
import type { Task } from "../contract/task.ts";
import { wishedMode } from "../domain/mode-wish.ts";
import { failureOf, statusOf } from "../domain/run-status.ts";
import { previewOf } from "../domain/text.ts";
import type { RunRecord, TaskView } from "../store/types.ts";

/** A task as the contract shows it; without its prompt, which only `GET /tasks/:id` carries. */
export function toTask(view: TaskView): Task {
  const { task, run, session } = view;
  return {
    id: task.id,
    title: task.title,
    prompt: null,
    promptPreview: previewOf(task.prompt),
    column: task.column,
    position: task.position,
    agent: task.agent,
    agentKind: task.agentKind,
    workdir: task.workdir,
    isolation: task.isolation,
    baseRef: task.baseRef,
    baseSha: task.baseSha,
    branch: task.branch,
    worktreePath: task.worktreePath,
    mode: task.mode,
    modeNow: session?.modeNow ?? null,
    modeNext: wishedMode(task.mode, session),
    model: task.model,
    effort: task.effort,
    references: [...task.references],
    runId: run?.id ?? null,
    runStatus: run === null ? null : statusOf(run.phase),
    phase: run?.phase ?? null,
    runStartedAt: run?.startedAt ?? null,
    pendingInteractions: view.pendingInteractions,
    queuedMessages: view.queuedMessages,
    queueEdited: view.queueEdited,
    unread: task.unread,
    failure: run === null ? null : failureOf(run.phase),
    stats: task.stats,
    live: task.live,
    pullRequest: task.pullRequest,
    conflicts: task.conflicts,
    archivedAt: task.archivedAt,
    createdAt: task.createdAt,
    updatedAt: task.updatedAt,
  };
}

/** A run as the contract shows it. */
export function toRun(run: RunRecord): Run {
  return {
    id: run.id,
    taskId: run.taskId,
    agent: run.agent,
    status: statusOf(run.phase),
    prompt: run.prompt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    exitCode: run.exitCode,
    error: failureOf(run.phase),
    sessionRef: run.sessionRef,
    usage: run.usage,
    phase: run.phase,
    background: [...run.background],
    createdAt: run.createdAt,
  };
}

import type { Interaction } from "../../contract/interaction.ts";
import type { Task } from "../../contract/task.ts";
import type { Frame } from "../wire/frames.ts";

/** A whole task for tests of this folder and of the board. */
export function aTask(id: string, over: Partial<Task> = {}): Task {
  return {
    id,
    title: `Task ${id}`,
    prompt: null,
    promptPreview: "",
    column: "backlog",
    position: "a0",
    agent: "claude-code",
    agentKind: "claude-code",
    workdir: "/code/web",
    isolation: "worktree",
    baseRef: null,
    baseSha: null,
    branch: null,
    worktreePath: null,
    mode: null,
    modeNow: null,
    modeNext: null,
    model: null,
    effort: null,
    references: [],
    runId: null,
    runStatus: null,
    phase: null,
    runStartedAt: null,
    pendingInteractions: 0,
    queuedMessages: 0,
    queueEdited: false,
    unread: false,
    failure: null,
    stats: null,
    live: null,
    pullRequest: null,
    conflicts: null,
    archivedAt: null,
    createdAt: 0,
    updatedAt: 0,
    ...over,
  };
}

export function anApproval(id: string, taskId: string, createdAt: number): Interaction {
  return {
    id,
    taskId,
    runId: "r",
    createdAt,
    expiresAt: null,
    state: "open",
    outcome: null,
    answer: null,
    answeredBy: null,
    resolvedAt: null,
    kind: "approval",
    toolName: "Bash",
    toolInput: { command: "ls" },
    title: "ls",
    cwd: "/",
    reason: null,
    diff: null,
    editable: false,
    risks: [],
    rememberable: [],
  };
}

export function upserted(task: Task, seq = 1): Frame {
  return {
    seq,
    at: task.updatedAt,
    type: "task.upserted",
    taskId: task.id,
    runId: null,
    data: task,
  };
}

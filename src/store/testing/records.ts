import type { Harness } from "../../contract/harness.ts";
import type { Interaction } from "../../contract/interaction.ts";
import type { EffectRecord, RunRecord, SessionRecord, TaskRecord, Tx } from "../types.ts";

/** A distinct id of 26 characters that sorts by its number. */
export function ulid(n: number): string {
  return String(n).padStart(26, "0");
}

export function aTask(id: string, change: Partial<TaskRecord> = {}): TaskRecord {
  return {
    id,
    title: `Task ${id}`,
    prompt: "Fix the login",
    column: "backlog",
    position: "a0",
    agent: "fake",
    agentKind: "fake",
    workdir: "/repo",
    commonDir: "/repo/.git",
    prefix: "",
    isolation: "worktree",
    baseRef: "main",
    baseSha: null,
    branch: null,
    worktreePath: null,
    mode: null,
    model: null,
    effort: null,
    references: [],
    runId: null,
    unread: false,
    stats: null,
    live: null,
    pullRequest: null,
    conflicts: null,
    archivedAt: null,
    deletedAt: null,
    trash: null,
    createdAt: 1_700_000_000_000,
    updatedAt: 1_700_000_000_000,
    ...change,
  };
}

export function aRun(id: string, taskId: string, change: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    taskId,
    agent: "fake",
    prompt: "Fix the login",
    messageId: `m${id}`,
    sessionId: null,
    sessionRef: null,
    phase: { kind: "working" },
    startedAt: 1,
    endedAt: null,
    exitCode: null,
    usage: null,
    background: [],
    createdAt: 1,
    ...change,
  };
}

export function aSession(
  id: string,
  taskId: string,
  change: Partial<SessionRecord> = {},
): SessionRecord {
  return {
    id,
    taskId,
    harnessId: "fake",
    kind: "fake",
    state: "opening",
    ref: null,
    agentSessionId: null,
    tokenHash: null,
    settings: null,
    program: null,
    createdAt: 1,
    closedAt: null,
    ...change,
  };
}

export function anEffect(
  id: string,
  taskId: string,
  change: Partial<EffectRecord> = {},
): EffectRecord {
  return { id, taskId, runId: null, kind: "spawn", attempt: 1, state: "started", at: 1, ...change };
}

export function aHarness(id: string, change: Partial<Harness> = {}): Harness {
  return {
    id,
    kind: "fake",
    label: id,
    builtin: false,
    enabled: true,
    bin: null,
    args: [],
    home: null,
    env: {},
    createdAt: 1,
    updatedAt: 1,
    ...change,
  };
}

export function aQuestion(id: string, taskId: string, runId: string): Interaction {
  return {
    id,
    taskId,
    runId,
    createdAt: 1,
    expiresAt: null,
    state: "open",
    outcome: null,
    answer: null,
    answeredBy: null,
    resolvedAt: null,
    kind: "question",
    question: "Which one?",
    choices: ["a", "b"],
    multi: false,
    allowText: true,
  };
}

type NewEvent = Parameters<Tx["appendEvent"]>[0];

export function anEvent(change: Partial<NewEvent> = {}): NewEvent {
  return {
    at: 1,
    type: "assistant.text",
    taskId: null,
    runId: null,
    key: null,
    cause: "test",
    data: { text: "hello" },
    ...change,
  };
}

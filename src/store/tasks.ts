import type { PullRequest } from "../contract/landing.ts";
import type { AgentKind, Column, Isolation } from "../contract/primitives.ts";
import type { LiveLine, Reference, TaskConflicts, TaskStats, Trash } from "../contract/task.ts";
import { fromJson, fromJsonOrNull, type Sql, toJson, toJsonOrNull } from "./sql.ts";
import type { TaskRecord } from "./types.ts";

export type TaskRow = {
  id: string;
  title: string;
  preview: string;
  column_name: string;
  position: string;
  agent: string;
  agent_kind: string;
  workdir: string;
  common_dir: string | null;
  prefix: string;
  isolation: string;
  base_ref: string | null;
  base_sha: string | null;
  branch: string | null;
  worktree_path: string | null;
  mode: string | null;
  model: string | null;
  effort: string | null;
  refs: string;
  run_id: string | null;
  unread: number;
  stats: string | null;
  live: string | null;
  pull_request: string | null;
  conflicts: string | null;
  archived_at: number | null;
  deleted_at: number | null;
  trash: string | null;
  created_at: number;
  updated_at: number;
};

const previewLength = 200;

/** The head of a text, cut between characters and never inside one. */
export function preview(text: string): string {
  if (text.length <= previewLength) return text;
  return [...text.slice(0, 2 * previewLength)].slice(0, previewLength).join("");
}

/** `prompt` is the whole text, or the row's preview in lists. */
export function taskRecord(row: TaskRow, prompt: string): TaskRecord {
  return {
    id: row.id,
    title: row.title,
    prompt,
    column: row.column_name as Column,
    position: row.position,
    agent: row.agent,
    agentKind: row.agent_kind as AgentKind,
    workdir: row.workdir,
    commonDir: row.common_dir,
    prefix: row.prefix,
    isolation: row.isolation as Isolation,
    baseRef: row.base_ref,
    baseSha: row.base_sha,
    branch: row.branch,
    worktreePath: row.worktree_path,
    mode: row.mode,
    model: row.model,
    effort: row.effort,
    references: fromJson<Reference[]>(row.refs),
    runId: row.run_id,
    unread: row.unread === 1,
    stats: fromJsonOrNull<TaskStats>(row.stats),
    live: fromJsonOrNull<LiveLine>(row.live),
    pullRequest: fromJsonOrNull<PullRequest>(row.pull_request),
    conflicts: fromJsonOrNull<TaskConflicts>(row.conflicts),
    archivedAt: row.archived_at,
    deletedAt: row.deleted_at,
    trash: fromJsonOrNull<Trash>(row.trash),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function taskRow(task: TaskRecord): TaskRow {
  return {
    id: task.id,
    title: task.title,
    preview: preview(task.prompt),
    column_name: task.column,
    position: task.position,
    agent: task.agent,
    agent_kind: task.agentKind,
    workdir: task.workdir,
    common_dir: task.commonDir,
    prefix: task.prefix,
    isolation: task.isolation,
    base_ref: task.baseRef,
    base_sha: task.baseSha,
    branch: task.branch,
    worktree_path: task.worktreePath,
    mode: task.mode,
    model: task.model,
    effort: task.effort,
    refs: toJson(task.references),
    run_id: task.runId,
    unread: task.unread ? 1 : 0,
    stats: toJsonOrNull(task.stats),
    live: toJsonOrNull(task.live),
    pull_request: toJsonOrNull(task.pullRequest),
    conflicts: toJsonOrNull(task.conflicts),
    archived_at: task.archivedAt,
    deleted_at: task.deletedAt,
    trash: toJsonOrNull(task.trash),
    created_at: task.createdAt,
    updated_at: task.updatedAt,
  };
}

const select =
  "SELECT task.*, task_text.prompt FROM task JOIN task_text ON task_text.task_id = task.id";

type FullRow = TaskRow & { prompt: string };

export function taskReads(sql: Sql) {
  return {
    task(id: string): TaskRecord | null {
      const row = sql.get<FullRow>(`${select} WHERE task.id = $id`, { id });
      return row === null ? null : taskRecord(row, row.prompt);
    },
    newestRunId(taskId: string): string | null {
      const text = "SELECT run_id FROM task WHERE id = $taskId";
      return sql.get<{ run_id: string | null }>(text, { taskId })?.run_id ?? null;
    },
    trashed(): TaskRecord[] {
      return sql
        .all<FullRow>(
          `${select} WHERE task.deleted_at IS NOT NULL ORDER BY task.deleted_at DESC, task.id DESC`,
        )
        .map((row) => taskRecord(row, row.prompt));
    },
    placed(): TaskRecord[] {
      return sql
        .all<FullRow>(
          `${select} WHERE task.worktree_path IS NOT NULL AND task.deleted_at IS NULL ORDER BY task.id`,
        )
        .map((row) => taskRecord(row, row.prompt));
    },
    /** Over every task of the column, archived and deleted too: a task that comes back keeps its own rank. */
    ranks(column: Column): { first: string | null; last: string | null } {
      const first = sql.get<{ position: string }>(
        "SELECT position FROM task WHERE column_name = $column ORDER BY position LIMIT 1",
        { column },
      );
      const last = sql.get<{ position: string }>(
        "SELECT position FROM task WHERE column_name = $column ORDER BY position DESC LIMIT 1",
        { column },
      );
      return { first: first?.position ?? null, last: last?.position ?? null };
    },
    /** Tasks in the trash do not count: they must not keep a harness from being removed. */
    tasksOfHarness(id: string): string[] {
      return sql
        .all<{ id: string }>(
          "SELECT id FROM task WHERE agent = $id AND deleted_at IS NULL ORDER BY id",
          { id },
        )
        .map((row) => row.id);
    },
    /** Without the trash: nobody is to be asked about a commit nothing starts from. */
    baseShas(commonDir: string): string[] {
      return sql
        .all<{ base_sha: string }>(
          `SELECT DISTINCT base_sha FROM task
           WHERE common_dir = $commonDir AND base_sha IS NOT NULL AND deleted_at IS NULL
           ORDER BY base_sha`,
          { commonDir },
        )
        .map((row) => row.base_sha);
    },
  };
}

export function taskWrites(sql: Sql) {
  return {
    putTask(task: TaskRecord): void {
      sql.put("task", "id", taskRow(task));
      // Written only when it changed: a card is updated many times, its prompt hardly ever.
      sql.run(
        `INSERT INTO task_text (task_id, prompt, folded) VALUES ($id, $prompt, $folded)
         ON CONFLICT (task_id) DO UPDATE SET prompt = excluded.prompt, folded = excluded.folded
         WHERE prompt <> excluded.prompt OR folded IS NOT excluded.folded`,
        { id: task.id, prompt: task.prompt, folded: folded(task) },
      );
    },
    purgeTask(id: string): void {
      for (const text of purge) sql.run(text, { id });
    },
  };
}

/** SQLite folds ASCII only: texts with other letters carry their own lower case for the search. */
function folded(task: TaskRecord): string | null {
  const text = `${task.title}\n${task.prompt}`;
  return /[^\p{ASCII}]/u.test(text) ? text.toLowerCase() : null;
}

/** Children before parents, blobs before the events that name them. */
const purge = [
  `DELETE FROM blob WHERE id IN (SELECT blob_id FROM event WHERE task_id = $id AND blob_id IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM event WHERE event.blob_id = blob.id AND event.task_id IS NOT $id)`,
  "DELETE FROM event WHERE task_id = $id",
  "DELETE FROM effect WHERE task_id = $id",
  "DELETE FROM review_comment WHERE task_id = $id",
  "DELETE FROM viewed_file WHERE task_id = $id",
  "DELETE FROM queued_message WHERE task_id = $id",
  "DELETE FROM approval_rule WHERE task_id = $id",
  "DELETE FROM interaction WHERE task_id = $id",
  "DELETE FROM cursor WHERE session_id IN (SELECT id FROM session WHERE task_id = $id)",
  "DELETE FROM session WHERE task_id = $id",
  "DELETE FROM run_text WHERE run_id IN (SELECT id FROM run WHERE task_id = $id)",
  "DELETE FROM run WHERE task_id = $id",
  "DELETE FROM attachment WHERE task_id = $id",
  "DELETE FROM worktree WHERE task_id = $id",
  "DELETE FROM task_text WHERE task_id = $id",
  "DELETE FROM task WHERE id = $id",
];

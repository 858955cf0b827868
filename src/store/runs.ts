import type { BackgroundTask, RunPhase, Usage } from "../contract/run.ts";
import { fromJson, fromJsonOrNull, type Sql, toJson, toJsonOrNull } from "./sql.ts";
import { preview } from "./tasks.ts";
import type { RunRecord, TurnPlace } from "./types.ts";
import { putUsage } from "./usage.ts";

type RunRow = {
  id: string;
  task_id: string;
  agent: string;
  preview: string;
  message_id: string;
  session_id: string | null;
  session_ref: string | null;
  phase: string;
  phase_kind: string;
  started_at: number | null;
  ended_at: number | null;
  exit_code: number | null;
  usage: string | null;
  background: string;
  created_at: number;
};

function runRecord(row: RunRow, prompt: string): RunRecord {
  return {
    id: row.id,
    taskId: row.task_id,
    agent: row.agent,
    prompt,
    messageId: row.message_id,
    sessionId: row.session_id,
    sessionRef: row.session_ref,
    phase: fromJson<RunPhase>(row.phase),
    startedAt: row.started_at,
    endedAt: row.ended_at,
    exitCode: row.exit_code,
    usage: fromJsonOrNull<Usage>(row.usage),
    background: fromJson<BackgroundTask[]>(row.background),
    createdAt: row.created_at,
  };
}

function runRow(run: RunRecord): RunRow {
  return {
    id: run.id,
    task_id: run.taskId,
    agent: run.agent,
    preview: preview(run.prompt),
    message_id: run.messageId,
    session_id: run.sessionId,
    session_ref: run.sessionRef,
    phase: toJson(run.phase),
    phase_kind: run.phase.kind,
    started_at: run.startedAt,
    ended_at: run.endedAt,
    exit_code: run.exitCode,
    usage: toJsonOrNull(run.usage),
    background: toJson(run.background),
    created_at: run.createdAt,
  };
}

const select = "SELECT run.*, run_text.prompt FROM run JOIN run_text ON run_text.run_id = run.id";

type FullRow = RunRow & { prompt: string };

const full = (row: FullRow): RunRecord => runRecord(row, row.prompt);

/** Runs with their prompt cut, by id: what the board needs of them. */
export function runsById(sql: Sql, ids: readonly string[]): ReadonlyMap<string, RunRecord> {
  const rows = sql.all<RunRow>(
    "SELECT run.* FROM run WHERE id IN (SELECT value FROM json_each($ids))",
    { ids: toJson(ids) },
  );
  return new Map(rows.map((row) => [row.id, runRecord(row, row.preview)]));
}

export function runReads(sql: Sql) {
  return {
    runOfMessage(messageId: string): RunRecord | null {
      const row = sql.get<FullRow>(`${select} WHERE run.message_id = $messageId`, { messageId });
      return row === null ? null : full(row);
    },
    run(id: string): RunRecord | null {
      const row = sql.get<FullRow>(`${select} WHERE run.id = $id`, { id });
      return row === null ? null : full(row);
    },
    runs(taskId: string, limit: number, cursor: string | null): RunRecord[] {
      const before =
        cursor === null
          ? Number.MAX_SAFE_INTEGER
          : (sql.get<{ n: number }>("SELECT n FROM run WHERE id = $cursor", { cursor })?.n ?? 0);
      return sql
        .all<FullRow>(
          `${select} WHERE run.task_id = $taskId AND run.n < $before ORDER BY run.n DESC LIMIT $limit`,
          { taskId, before, limit },
        )
        .map(full);
    },
    turn(id: string): TurnPlace {
      const row = sql.get<TurnPlace>(
        `SELECT
           (SELECT count(*) FROM run AS r WHERE r.task_id = run.task_id AND r.n <= run.n) AS number,
           (SELECT r.id FROM run AS r WHERE r.task_id = run.task_id AND r.n < run.n
             ORDER BY r.n DESC LIMIT 1) AS previous,
           (SELECT r.id FROM run AS r WHERE r.task_id = run.task_id AND r.n > run.n
             ORDER BY r.n LIMIT 1) AS next
         FROM run WHERE run.id = $id`,
        { id },
      );
      return row ?? { number: 0, previous: null, next: null };
    },
    openRuns(): RunRecord[] {
      return sql.all<FullRow>(`${select} WHERE run.phase_kind <> 'ended' ORDER BY run.n`).map(full);
    },
  };
}

export function runWrites(sql: Sql) {
  return {
    putRun(run: RunRecord): void {
      sql.put("run", "id", runRow(run));
      putUsage(sql, run);
      sql.run(
        `INSERT INTO run_text (run_id, prompt) VALUES ($id, $prompt)
         ON CONFLICT (run_id) DO UPDATE SET prompt = excluded.prompt
         WHERE prompt <> excluded.prompt`,
        { id: run.id, prompt: run.prompt },
      );
    },
  };
}

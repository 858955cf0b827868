import { type Column, columns } from "../contract/primitives.ts";
import { runReads, runsById } from "./runs.ts";
import { fromJsonOrNull, type Params, type Sql } from "./sql.ts";
import { type TaskRow, taskReads, taskRecord } from "./tasks.ts";
import type { SessionSettings, TaskFilter, TaskView } from "./types.ts";

type Beside = { pending: number; queued: number; edited: number; session: string | null };
type ViewRow = TaskRow & Beside;

const waiting = `(SELECT count(*) FROM interaction
     WHERE interaction.task_id = task.id AND interaction.state = 'open') AS pending,
   (SELECT count(*) FROM queued_message WHERE queued_message.task_id = task.id) AS queued,
   (SELECT count(*) FROM queued_message JOIN effect ON effect.id = queued_message.id || ':edit'
     WHERE queued_message.task_id = task.id AND effect.state = 'started') AS edited,
   (SELECT session.settings FROM session INDEXED BY session_task
     WHERE session.task_id = task.id AND session.state = 'live'
     ORDER BY session.n DESC LIMIT 1) AS session`;

/** The conditions word for word as in the partial indexes, which SQLite compares as text. */
function shelf(archived: boolean): { index: string; where: string } {
  return archived
    ? { index: "task_archive", where: "deleted_at IS NULL AND archived_at IS NOT NULL" }
    : { index: "task_board", where: "deleted_at IS NULL AND archived_at IS NULL" };
}

/** The cards of one column behind `after`, in rank order, straight from the index. */
function columnQuery(filter: TaskFilter, after: boolean): string {
  const { index, where } = shelf(filter.archived);
  const conditions = [where, "column_name = $column"];
  if (after) conditions.push("(position, id) > ($position, $id)");
  if (filter.agent !== undefined) conditions.push("agent = $agent");
  if (filter.workdir !== undefined) conditions.push("workdir = $workdir");
  if (filter.q !== undefined) {
    // instr and not LIKE: nothing in the asked text is a wildcard, and its length has no limit.
    conditions.push(`EXISTS (SELECT 1 FROM task_text AS x WHERE x.task_id = task.id
      AND instr(coalesce(x.folded, lower(task.title || char(10) || x.prompt)), $q) > 0)`);
  }
  return `SELECT task.*, ${waiting} FROM task INDEXED BY ${index}
    WHERE ${conditions.join(" AND ")} ORDER BY position, id LIMIT $limit`;
}

function readColumn(sql: Sql, filter: TaskFilter, column: Column, limit: number): ViewRow[] {
  const after = filter.after?.column === column ? filter.after : undefined;
  const params: Params = { column, limit };
  if (after !== undefined) {
    params["position"] = after.position;
    params["id"] = after.id;
  }
  if (filter.agent !== undefined) params["agent"] = filter.agent;
  if (filter.workdir !== undefined) params["workdir"] = filter.workdir;
  if (filter.q !== undefined) params["q"] = filter.q.toLowerCase();
  return sql.all<ViewRow>(columnQuery(filter, after !== undefined), params);
}

export function viewReads(sql: Sql) {
  const { task } = taskReads(sql);
  const { run } = runReads(sql);
  return {
    view(id: string): TaskView | null {
      const found = task(id);
      if (found === null) return null;
      const beside = sql.get<Beside>(`SELECT ${waiting} FROM task WHERE id = $id`, { id });
      return {
        task: found,
        run: found.runId === null ? null : run(found.runId),
        pendingInteractions: beside?.pending ?? 0,
        queuedMessages: beside?.queued ?? 0,
        queueEdited: (beside?.edited ?? 0) > 0,
        session: fromJsonOrNull<SessionSettings>(beside?.session ?? null),
      };
    },
    views(filter: TaskFilter): TaskView[] {
      const from = filter.after === undefined ? 0 : columns.indexOf(filter.after.column);
      const rows: ViewRow[] = [];
      for (const column of columns.slice(from)) {
        if (filter.column !== undefined && filter.column !== column) continue;
        if (rows.length >= filter.limit) break;
        rows.push(...readColumn(sql, filter, column, filter.limit - rows.length));
      }
      const runs = runsById(
        sql,
        rows.flatMap((row) => (row.run_id === null ? [] : [row.run_id])),
      );
      return rows.map((row) => ({
        task: taskRecord(row, row.preview),
        run: row.run_id === null ? null : (runs.get(row.run_id) ?? null),
        pendingInteractions: row.pending,
        queuedMessages: row.queued,
        queueEdited: row.edited > 0,
        session: fromJsonOrNull<SessionSettings>(row.session),
      }));
    },
    counts(archived: boolean): Record<Column, number> {
      const { index, where } = shelf(archived);
      const counts = { backlog: 0, ready: 0, running: 0, blocked: 0, review: 0, done: 0 };
      const rows = sql.all<{ column_name: Column; n: number }>(
        `SELECT column_name, count(*) AS n FROM task INDEXED BY ${index}
         WHERE ${where} GROUP BY column_name`,
      );
      for (const row of rows) counts[row.column_name] = row.n;
      return counts;
    },
  };
}

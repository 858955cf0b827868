import { type Event, type EventType, stateEventTypes } from "../contract/event.ts";
import { fromJson, type Params, type Sql, toJson } from "./sql.ts";
import type { EventFilter, Tx } from "./types.ts";

type EventRow = {
  seq: number;
  at: number;
  type: string;
  task_id: string | null;
  run_id: string | null;
  data: string;
};

const stateTypes: ReadonlySet<string> = new Set(stateEventTypes);

function eventRecord(row: EventRow): Event {
  return {
    seq: row.seq,
    at: row.at,
    type: row.type as EventType,
    taskId: row.task_id,
    runId: row.run_id,
    data: fromJson<unknown>(row.data),
  };
}

/** One range scan over one index: `scope` pins it, so that the plan never depends on statistics. */
function page(sql: Sql, filter: EventFilter, scope: Scope): EventRow[] {
  const conditions = ["seq > $after", ...scope.conditions];
  const params: Params = { after: filter.after, limit: filter.limit, ...scope.params };
  if (filter.upTo !== undefined) {
    conditions.push("seq <= $upTo");
    params["upTo"] = filter.upTo;
  }
  if (filter.only === "state") conditions.push("state = 1");
  return sql.all<EventRow>(
    `SELECT seq, at, type, task_id, run_id, data FROM event ${scope.hint}
     WHERE ${conditions.join(" AND ")} ORDER BY seq LIMIT $limit`,
    params,
  );
}

interface Scope {
  readonly hint: string;
  readonly conditions: readonly string[];
  readonly params: Params;
}

/**
 * The scans whose union is what the filter asks for. Several tasks are read one by one: each scan
 * stops at the limit, where one scan over all of them would have to sort all their events first.
 */
function scopes({ runId, taskIds, only }: EventFilter): Scope[] {
  if (runId !== undefined) {
    const conditions = ["run_id = $runId"];
    const params: Params = { runId };
    if (taskIds !== undefined) {
      conditions.push("task_id IN (SELECT value FROM json_each($taskIds))");
      params["taskIds"] = toJson(taskIds);
    }
    return [{ hint: "INDEXED BY event_run", conditions, params }];
  }
  if (taskIds !== undefined) {
    return [...new Set(taskIds)].map((taskId) => ({
      hint: "INDEXED BY event_task",
      conditions: ["task_id = $taskId"],
      params: { taskId },
    }));
  }
  return [
    {
      hint: only === "state" ? "INDEXED BY event_state" : "NOT INDEXED",
      conditions: [],
      params: {},
    },
  ];
}

export function eventReads(sql: Sql) {
  return {
    events(filter: EventFilter): Event[] {
      const pages = scopes(filter).map((scope) => page(sql, filter, scope));
      const rows = pages.length === 1 ? (pages[0] ?? []) : pages.flat();
      if (pages.length > 1) rows.sort((a, b) => a.seq - b.seq);
      return rows.slice(0, filter.limit).map(eventRecord);
    },
    eventsBefore(taskId: string, before: number, limit: number): Event[] {
      return sql
        .all<EventRow>(
          `SELECT seq, at, type, task_id, run_id, data FROM event INDEXED BY event_task
           WHERE task_id = $taskId AND seq < $before ORDER BY seq DESC LIMIT $limit`,
          { taskId, before, limit },
        )
        .reverse()
        .map(eventRecord);
    },
    said(runId: string, messageId: string): string | null {
      const row = sql.get<{ text: string }>(
        `SELECT data ->> '$.text' AS text FROM event INDEXED BY event_key
         WHERE ifnull(run_id, ifnull(task_id, '')) = $runId AND key = $key
         AND key IS NOT NULL AND type = 'user.message'`,
        { runId, key: `message:${messageId}` },
      );
      return row?.text ?? null;
    },
    tailSeq(taskId: string, n: number): number {
      const row = sql.get<{ seq: number }>(
        `SELECT seq FROM event INDEXED BY event_task WHERE task_id = $taskId
         ORDER BY seq DESC LIMIT 1 OFFSET $n`,
        { taskId, n },
      );
      return row?.seq ?? 0;
    },
    lastSeq(): number {
      // Not max(seq): a purge of the newest events must not make the stream run backwards.
      const row = sql.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'event'");
      return row?.seq ?? 0;
    },
    firstSeq(): number {
      return sql.get<{ seq: number | null }>("SELECT min(seq) AS seq FROM event")?.seq ?? 0;
    },
  };
}

export function toolCallReads(sql: Sql) {
  return {
    toolCall(runId: string, toolId: string): { name: string; input: unknown } | null {
      const row = sql.get<{ data: string }>(
        `SELECT data FROM event INDEXED BY event_run
         WHERE run_id = $runId AND type = 'tool.call' AND data ->> '$.toolId' = $toolId
         ORDER BY seq DESC LIMIT 1`,
        { runId, toolId },
      );
      return row === null ? null : (JSON.parse(row.data) as { name: string; input: unknown });
    },
    unfinishedCalls(runId: string, name: string): readonly { input: unknown }[] {
      return sql
        .all<{ input: string }>(
          // Of the updates of one call the newest: max() chooses the row of the bare columns.
          `SELECT data -> '$.input' AS input, max(seq) AS seq FROM event INDEXED BY event_run
           WHERE run_id = $runId AND type = 'tool.call' AND data ->> '$.name' = $name
           AND data ->> '$.toolId' NOT IN (
             SELECT data ->> '$.toolId' FROM event INDEXED BY event_run
             WHERE run_id = $runId AND type = 'tool.result')
           GROUP BY data ->> '$.toolId' ORDER BY seq`,
          { runId, name },
        )
        .map(({ input }) => ({ input: JSON.parse(input) as unknown }));
    },
  };
}

export function eventWrites(sql: Sql) {
  return {
    appendEvent(event: Parameters<Tx["appendEvent"]>[0]): Event | null {
      const row = sql.returning<{ seq: number }>(
        // Not ON CONFLICT: a duplicate would still use up a seq.
        `INSERT INTO event (at, type, task_id, run_id, key, cause, state, blob_id, data)
         SELECT $at, $type, $taskId, $runId, $key, $cause, $state, $blobId, $data
         WHERE $key IS NULL OR NOT EXISTS (
           SELECT 1 FROM event WHERE key = $key
           AND ifnull(run_id, ifnull(task_id, '')) = ifnull($runId, ifnull($taskId, '')))
         RETURNING seq`,
        {
          at: event.at,
          type: event.type,
          taskId: event.taskId,
          runId: event.runId,
          key: event.key,
          cause: event.cause,
          state: stateTypes.has(event.type) ? 1 : 0,
          blobId: blobOf(event.data),
          data: toJson(event.data),
        },
      );
      if (row === null) return null;
      if (!Number.isSafeInteger(row.seq)) throw new Error("store: out of event numbers");
      const { at, type, taskId, runId } = event;
      return { seq: row.seq, at, type, taskId, runId, data: event.data ?? null };
    },
  };
}

/** `tool.result` names the blob that holds its whole output. */
function blobOf(data: unknown): string | null {
  if (typeof data !== "object" || data === null || !("blobId" in data)) return null;
  return typeof data.blobId === "string" ? data.blobId : null;
}

import type { RateLimit } from "../contract/event.ts";
import type { Millis } from "../contract/primitives.ts";
import { fromJson, type Sql, toJson } from "./sql.ts";
import type { RunRecord, RunUsage } from "./types.ts";

type UsageRow = {
  run_id: string;
  task_id: string;
  harness_id: string;
  at: number;
  input: number;
  output: number;
  cache_read: number;
  cache_write: number;
  cost: number | null;
};

type LimitRow = { harness_id: string; at: number; limits: string };

/** Keeps what a run used; called whenever the run is stored. */
export function putUsage(sql: Sql, run: RunRecord): void {
  if (run.usage === null) return;
  const row: UsageRow = {
    run_id: run.id,
    task_id: run.taskId,
    harness_id: run.agent,
    at: run.startedAt ?? run.createdAt,
    input: run.usage.inputTokens,
    output: run.usage.outputTokens,
    cache_read: run.usage.cacheReadTokens,
    cache_write: run.usage.cacheWriteTokens,
    cost: run.usage.costUsd,
  };
  sql.put("run_usage", "run_id", row);
}

export function usageReads(sql: Sql) {
  return {
    usage(from: Millis, to: Millis): RunUsage[] {
      return sql
        .all<UsageRow & { title: string | null }>(
          `SELECT run_usage.*, task.title FROM run_usage LEFT JOIN task ON task.id = run_usage.task_id
           WHERE run_usage.at >= $from AND run_usage.at < $to ORDER BY run_usage.at`,
          { from, to },
        )
        .map((row) => ({
          taskId: row.task_id,
          title: row.title,
          harnessId: row.harness_id,
          at: row.at,
          usage: {
            inputTokens: row.input,
            outputTokens: row.output,
            cacheReadTokens: row.cache_read,
            cacheWriteTokens: row.cache_write,
            costUsd: row.cost,
          },
        }));
    },
    limits(): { harnessId: string; at: Millis; limits: RateLimit[] }[] {
      return sql
        .all<LimitRow>("SELECT * FROM account_limit ORDER BY harness_id")
        .map(({ harness_id, at, limits }) => ({
          harnessId: harness_id,
          at,
          limits: fromJson<RateLimit[]>(limits),
        }));
    },
  };
}

export function usageWrites(sql: Sql) {
  return {
    putLimits(harnessId: string, limits: readonly RateLimit[], at: Millis): void {
      const row: LimitRow = { harness_id: harnessId, at, limits: toJson(limits) };
      sql.put("account_limit", "harness_id", row);
    },
  };
}

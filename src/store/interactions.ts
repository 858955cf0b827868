import type { ApprovalRule, Interaction } from "../contract/interaction.ts";
import type { QueuedMessage } from "../contract/task.ts";
import { fromJson, fromJsonOrNull, type Sql, toJson, toJsonOrNull } from "./sql.ts";
import type { InteractionRecord } from "./types.ts";

type InteractionRow = {
  id: string;
  task_id: string;
  run_id: string;
  session_id: string;
  ref: string;
  kind: string;
  body: string;
  answer: string | null;
  state: string;
  created_at: number;
  resolved_at: number | null;
};

type RuleRow = {
  id: string;
  task_id: string;
  tool_name: string;
  match: string;
  created_at: number;
};

type QueuedRow = {
  id: string;
  task_id: string;
  text: string;
  position: string;
  created_at: number;
};

function recordOf(row: InteractionRow): InteractionRecord {
  return {
    interaction: fromJson<Interaction>(row.body),
    sessionId: row.session_id,
    ref: row.ref,
    state: row.state as InteractionRecord["state"],
    answer: fromJsonOrNull<unknown>(row.answer),
    resolvedAt: row.resolved_at,
  };
}

export function interactionReads(sql: Sql) {
  return {
    interactions(taskId: string | null): Interaction[] {
      const rows =
        taskId === null
          ? sql.all<InteractionRow>("SELECT * FROM interaction WHERE state = 'open' ORDER BY n")
          : sql.all<InteractionRow>(
              "SELECT * FROM interaction WHERE task_id = $taskId AND state = 'open' ORDER BY n",
              { taskId },
            );
      return rows.map((row) => fromJson<Interaction>(row.body));
    },
    interaction(id: string): InteractionRecord | null {
      const row = sql.get<InteractionRow>("SELECT * FROM interaction WHERE id = $id", { id });
      return row === null ? null : recordOf(row);
    },
    interactionByRef(sessionId: string, ref: string): InteractionRecord | null {
      const row = sql.get<InteractionRow>(
        "SELECT * FROM interaction WHERE session_id = $sessionId AND ref = $ref",
        { sessionId, ref },
      );
      return row === null ? null : recordOf(row);
    },
    interactionsOfRun(runId: string): InteractionRecord[] {
      return sql
        .all<InteractionRow>("SELECT * FROM interaction WHERE run_id = $runId ORDER BY n", {
          runId,
        })
        .map(recordOf);
    },
    rules(taskId: string): ApprovalRule[] {
      return sql
        .all<RuleRow>("SELECT * FROM approval_rule WHERE task_id = $taskId ORDER BY n", { taskId })
        .map((row) => ({
          id: row.id,
          taskId: row.task_id,
          toolName: row.tool_name,
          match: fromJson<ApprovalRule["match"]>(row.match),
          createdAt: row.created_at,
        }));
    },
  };
}

export function queueReads(sql: Sql) {
  return {
    queued(taskId: string): QueuedMessage[] {
      return sql
        .all<QueuedRow>(
          "SELECT * FROM queued_message WHERE task_id = $taskId ORDER BY position, id",
          { taskId },
        )
        .map((row) => ({
          id: row.id,
          taskId: row.task_id,
          text: row.text,
          createdAt: row.created_at,
        }));
    },
    tasksWithQueue(): string[] {
      return sql
        .all<{ task_id: string }>("SELECT DISTINCT task_id FROM queued_message ORDER BY task_id")
        .map((row) => row.task_id);
    },
    queuedRank(taskId: string): string | null {
      const row = sql.get<{ position: string | null }>(
        "SELECT max(position) AS position FROM queued_message WHERE task_id = $taskId",
        { taskId },
      );
      return row?.position ?? null;
    },
  };
}

export function interactionWrites(sql: Sql) {
  return {
    putInteraction(record: InteractionRecord): void {
      const { interaction, sessionId, ref, state, answer, resolvedAt } = record;
      const row: InteractionRow = {
        id: interaction.id,
        task_id: interaction.taskId,
        run_id: interaction.runId,
        session_id: sessionId,
        ref,
        kind: interaction.kind,
        body: toJson(interaction),
        answer: toJsonOrNull(answer),
        state,
        created_at: interaction.createdAt,
        resolved_at: resolvedAt,
      };
      sql.put("interaction", "id", row);
    },
    putRule(rule: ApprovalRule): void {
      const row: RuleRow = {
        id: rule.id,
        task_id: rule.taskId,
        tool_name: rule.toolName,
        match: toJson(rule.match),
        created_at: rule.createdAt,
      };
      sql.put("approval_rule", "id", row);
    },
    removeRule(id: string): boolean {
      return sql.run("DELETE FROM approval_rule WHERE id = $id", { id }) > 0;
    },
    putQueued(message: QueuedMessage & { readonly position: string }): void {
      const row: QueuedRow = {
        id: message.id,
        task_id: message.taskId,
        text: message.text,
        position: message.position,
        created_at: message.createdAt,
      };
      sql.put("queued_message", "id", row);
    },
    removeQueued(id: string): void {
      sql.run("DELETE FROM queued_message WHERE id = $id", { id });
    },
  };
}

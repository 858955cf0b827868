import { fromJson, type Sql, toJson } from "./sql.ts";
import type { EffectRecord, ReceiptRecord } from "./types.ts";

type EffectRow = {
  id: string;
  task_id: string;
  run_id: string | null;
  kind: string;
  attempt: number;
  state: string;
  at: number;
};

type ReceiptRow = {
  command_id: string;
  digest: string;
  status: number;
  answer: string;
  at: number;
};

function effectRecord(row: EffectRow): EffectRecord {
  return {
    id: row.id,
    taskId: row.task_id,
    runId: row.run_id,
    kind: row.kind,
    attempt: row.attempt,
    state: row.state as EffectRecord["state"],
    at: row.at,
  };
}

/** What was asked (receipts) and what is being done about it (effects). */
export function commandReads(sql: Sql) {
  return {
    effect(id: string): EffectRecord | null {
      const row = sql.get<EffectRow>("SELECT * FROM effect WHERE id = $id", { id });
      return row === null ? null : effectRecord(row);
    },
    openEffects(): EffectRecord[] {
      return sql
        .all<EffectRow>("SELECT * FROM effect WHERE state = 'started' ORDER BY at, id")
        .map(effectRecord);
    },
    receipt(commandId: string): ReceiptRecord | null {
      const row = sql.get<ReceiptRow>("SELECT * FROM receipt WHERE command_id = $commandId", {
        commandId,
      });
      if (row === null) return null;
      const { digest, status, at } = row;
      return { commandId, digest, status, answer: fromJson<unknown>(row.answer), at };
    },
  };
}

export function commandWrites(sql: Sql) {
  return {
    putEffect(effect: EffectRecord): void {
      const row: EffectRow = {
        id: effect.id,
        task_id: effect.taskId,
        run_id: effect.runId,
        kind: effect.kind,
        attempt: effect.attempt,
        state: effect.state,
        at: effect.at,
      };
      sql.put("effect", "id", row);
    },
    putReceipt(receipt: ReceiptRecord): void {
      const row: ReceiptRow = {
        command_id: receipt.commandId,
        digest: receipt.digest,
        status: receipt.status,
        answer: toJson(receipt.answer),
        at: receipt.at,
      };
      sql.put("receipt", "command_id", row);
    },
  };
}

import type { Database } from "bun:sqlite";
import type { Millis } from "../contract/primitives.ts";
import { writeBackup } from "./backup.ts";
import { blobReads, blobWrites } from "./blobs.ts";
import { commandReads, commandWrites } from "./commands.ts";
import { eventReads, eventWrites, toolCallReads } from "./events.ts";
import { interactionReads, interactionWrites, queueReads } from "./interactions.ts";
import type { Paths } from "./paths.ts";
import { reviewReads, reviewWrites } from "./reviews.ts";
import { runReads, runWrites } from "./runs.ts";
import { sessionReads, sessionWrites } from "./sessions.ts";
import { settingReads, settingWrites } from "./settings.ts";
import { Sql } from "./sql.ts";
import { taskReads, taskWrites } from "./tasks.ts";
import { tokenReads, tokenWrites } from "./tokens.ts";
import type { Reads, Store, Tx } from "./types.ts";
import { usageReads, usageWrites } from "./usage.ts";
import { viewReads } from "./views.ts";
import { worktreeReads, worktreeWrites } from "./worktrees.ts";

export interface StoreParts {
  readonly db: Database;
  readonly paths: Paths;
  readonly now: () => Millis;
  /** Closes the connection and lets go of the folder. */
  readonly close: () => void;
}

/** Puts the reads and writes of every noun together over one connection. */
export function createStore({ db, paths, now, close }: StoreParts): Store {
  const sql = new Sql(db);
  const reads: Reads = {
    ...taskReads(sql),
    ...viewReads(sql),
    ...runReads(sql),
    ...eventReads(sql),
    ...toolCallReads(sql),
    ...sessionReads(sql),
    ...interactionReads(sql),
    ...queueReads(sql),
    ...commandReads(sql),
    ...settingReads(sql),
    ...worktreeReads(sql),
    ...tokenReads(sql),
    ...blobReads(sql),
    ...reviewReads(sql),
    ...usageReads(sql),
  };
  const tx: Tx = {
    ...reads,
    ...taskWrites(sql),
    ...runWrites(sql),
    ...eventWrites(sql),
    ...sessionWrites(sql),
    ...interactionWrites(sql),
    ...commandWrites(sql),
    ...settingWrites(sql),
    ...worktreeWrites(sql),
    ...tokenWrites(sql),
    ...blobWrites(sql),
    ...reviewWrites(sql),
    ...usageWrites(sql),
  };
  let open = true;
  return {
    ...reads,
    transact: (work) => sql.transact(() => work(tx)),
    backup() {
      if (sql.inTransaction) throw new Error("store: a backup inside a transaction");
      return writeBackup(db, paths, now());
    },
    close() {
      if (!open) return;
      open = false;
      sql.finalize();
      close();
    },
  };
}

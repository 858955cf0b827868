import { SQLiteError } from "bun:sqlite";
import { type Fault, type FaultCode, fault } from "../contract/fault.ts";
import { newestBackup, type Paths } from "./paths.ts";

/** Why a store does not open; `details.reason` of the fault. */
export type OpenReason =
  | "not-a-directory"
  | "not-ours"
  | "shared-folder"
  | "not-writable"
  | "disk-full"
  | "in-use"
  | "busy"
  | "foreign"
  | "newer"
  | "migration-changed"
  | "migration-missing"
  | "migration-failed"
  | "corrupt"
  | "lost"
  | "unreadable";

const codes: Readonly<Record<OpenReason, FaultCode>> = {
  "not-a-directory": "not_a_directory",
  "not-ours": "forbidden",
  "shared-folder": "forbidden",
  "not-writable": "forbidden",
  "disk-full": "disk_full",
  "in-use": "locked",
  busy: "locked",
  foreign: "conflict",
  newer: "conflict",
  "migration-changed": "conflict",
  "migration-missing": "conflict",
  "migration-failed": "internal",
  corrupt: "internal",
  lost: "internal",
  unreadable: "internal",
};

/** A fault of opening, with the reason and what else is known in its details. */
export function openFault(
  reason: OpenReason,
  message: string,
  hint: string,
  more: Readonly<Record<string, unknown>> = {},
): Fault {
  return fault(codes[reason], message, hint, { reason, ...more });
}

/** The database cannot be read as one. It is left as it is; the hint names the way back. */
export function corruptFault(paths: Paths, why: string): Fault {
  const backup = newestBackup(paths);
  const aside = `Move ${paths.database}, ${paths.database}-wal and ${paths.database}-shm (as far as they exist) to another folder`;
  return openFault(
    "corrupt",
    `The database ${paths.database} is damaged (${why}). Nothing was changed.`,
    backup === null
      ? `${aside} and start again with an empty board; there is no backup.`
      : `${aside}, copy the newest backup ${backup} to ${paths.database} and start again.`,
    { path: paths.database, backup },
  );
}

/** There was a database and now there is none: a new one would hide that. */
export function lostFault(paths: Paths, backup: string | null): Fault {
  return openFault(
    "lost",
    `The database ${paths.database} is gone.`,
    backup === null
      ? `Put it back beside ${paths.database}-wal. To start with an empty board, delete that file first.`
      : `Copy the newest backup ${backup} to ${paths.database}. To start with an empty board, move the folder ${paths.backups} away first (and ${paths.database}-wal, if it is there).`,
    { path: paths.database, backup },
  );
}

/** What the file system or SQLite said while the store was being opened, as a fault. */
export function systemFault(paths: Paths, error: unknown): Fault {
  const code = errorCode(error);
  const why = error instanceof Error ? error.message : String(error);
  if (code === "ENOSPC" || code === "EDQUOT" || code === "SQLITE_FULL" || /SHMSIZE/.test(code)) {
    return openFault(
      "disk-full",
      `There is no space left for ${paths.dir}.`,
      "Free some disk space and start again.",
    );
  }
  if (code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT")) {
    return corruptFault(paths, why);
  }
  if (code.startsWith("SQLITE_BUSY")) {
    return openFault(
      "busy",
      `Another program holds the database ${paths.database}.`,
      "Close the program that has the database open (a database shell, a backup) and start again.",
    );
  }
  if (/^(EACCES|EPERM|EROFS|SQLITE_READONLY|SQLITE_CANTOPEN)/.test(code)) {
    return openFault(
      "not-writable",
      `The data folder ${paths.dir} cannot be written (${why}).`,
      "Make the folder writable for your user, or choose another one: `--data-dir DIR` (or AGETOR_DATA_DIR).",
    );
  }
  return openFault(
    "unreadable",
    `The data folder ${paths.dir} cannot be used (${why}).`,
    "Check the disk, or choose another folder: `--data-dir DIR` (or AGETOR_DATA_DIR).",
    { error: code },
  );
}

/** `ENOSPC`, `SQLITE_FULL`, …; empty when the error carries none. */
export function errorCode(error: unknown): string {
  if (error instanceof SQLiteError) return error.code ?? "";
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return "";
}

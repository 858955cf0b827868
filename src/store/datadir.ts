import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import type { Fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { errorCode, openFault, systemFault } from "./faults.ts";
import { listed, type Paths } from "./paths.ts";

/** What may lie in a data folder whose permissions we tighten. */
const known =
  /^(agetor\.sqlite.*|lock\.(db|pid)(-journal)?|closed\.json|agetor\.sock|agetor-core\.json|worktrees|sessions|setup|harnesses|attachments|backups|logs)$/;

/**
 * Makes the data folder, or takes the one that is there: ours alone, mode 0700, writable.
 * A folder with loose permissions is tightened only when nothing but our own files lie in it: a
 * mistyped data folder must never take a home or a temp folder away from others.
 */
export function prepareDataDir(paths: Paths): Result<null> {
  try {
    const { dir } = paths;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const stat = statSync(dir);
    if (!stat.isDirectory()) return err(notDirectory(dir));
    const uid = process.getuid?.();
    if (uid !== undefined && stat.uid !== uid) return err(notOurs(dir, stat.uid));
    if ((stat.mode & 0o777) !== 0o700) {
      if (!onlyOurs(dir, stat.mode)) return err(sharedFolder(dir));
      chmodSync(dir, 0o700);
    }
    // root passes every permission bit; on a read-only disk this still fails.
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok(null);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST" || code === "ENOTDIR") return err(notDirectory(paths.dir));
    return err(systemFault(paths, error));
  }
}

/**
 * Makes an empty file with mode 0600, or sets the mode of the one that is there. Never opens an
 * existing file: closing a second descriptor would drop the locks SQLite holds on it (POSIX).
 */
export function ensurePrivateFile(path: string): void {
  try {
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
  tighten(path);
  accessSync(path, constants.R_OK | constants.W_OK);
}

/** Sets mode 0600 when it is another one; a file that is not there is fine. */
export function tighten(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() && (stat.mode & 0o777) !== 0o600) chmodSync(path, 0o600);
}

function onlyOurs(dir: string, mode: number): boolean {
  const sticky = (mode & 0o1000) !== 0;
  return !sticky && dir !== homedir() && listed(dir).every((name) => known.test(name));
}

function notDirectory(dir: string): Fault {
  return openFault(
    "not-a-directory",
    `The data folder ${dir} is not a folder.`,
    "Remove the file that is in the way, or choose another folder: `--data-dir DIR` (or AGETOR_DATA_DIR).",
  );
}

function notOurs(dir: string, uid: number): Fault {
  return openFault(
    "not-ours",
    `The data folder ${dir} belongs to another user (uid ${uid}).`,
    "Run Agetor as that user, or choose a folder of your own: `--data-dir DIR` (or AGETOR_DATA_DIR).",
  );
}

function sharedFolder(dir: string): Fault {
  return openFault(
    "shared-folder",
    `Other users can open the data folder ${dir}, and it holds files that are not Agetor's.`,
    "Choose an empty folder with `--data-dir DIR` (or AGETOR_DATA_DIR), or run chmod 700 on this one yourself.",
  );
}

import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { isCode } from "./stamp.mjs";

/** A holder says that it lives by touching the file; its pid alone may have been given away. */
const HEARTBEAT_MS = 2_000;
const SILENT_FOR_MS = 60_000;
const LOOK_AGAIN_MS = 100;

/**
 * Does `work` while no other process holds the same lock file. A holder that died is replaced.
 * @template T
 * @param {string} file
 * @param {(holder: number) => void} onWait called once with the pid we wait for
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(file, onWait, work) {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!take(file)) {
    const holder = holderOf(file);
    if (holder !== null && !told) {
      told = true;
      onWait(holder);
    }
    await later(LOOK_AGAIN_MS);
  }
  const release = () => rmSync(file, { force: true });
  const beat = setInterval(() => touch(file), HEARTBEAT_MS);
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off("exit", release);
    release();
  }
}

/** @param {string} file @returns {boolean} whether it is ours now */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (cause) {
    if (!isCode(cause, "EEXIST")) throw cause;
  }
  if (!isAbandoned(file)) return false;
  // Whoever renames it, clears it away; if a live lock slipped in between, it is put back.
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (!isAbandoned(aside)) linkSync(aside, file);
  } catch (cause) {
    if (!isCode(cause, "ENOENT") && !isCode(cause, "EEXIST")) throw cause;
  }
  rmSync(aside, { force: true });
  return false;
}

/** @param {string} file */
function isAbandoned(file) {
  const age = ageOf(file);
  if (age === null) return false;
  const holder = holderOf(file);
  // Between its creation and the writing of its pid the file is empty for an instant.
  if (holder === null) return age > HEARTBEAT_MS;
  return !isAlive(holder) || age > SILENT_FOR_MS;
}

/** @param {string} file @returns {number | null} */
function ageOf(file) {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return null;
    throw cause;
  }
}

/** @param {string} file @returns {number | null} */
function holderOf(file) {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return null;
    throw cause;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return isCode(cause, "EPERM");
  }
}

/** @param {string} file */
function touch(file) {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch (cause) {
    if (!isCode(cause, "ENOENT")) throw cause;
  }
}

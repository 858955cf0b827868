import type { ChangedFile } from "../contract/changes.ts";

/**
 * Reads the answer of `git diff -z --raw --numstat --patch`: three sections, one behind the other.
 * It may be cut off anywhere. Bytes are read as Latin-1, so that names in any encoding survive
 * until they are shown.
 */

/** One file of a diff. */
export interface DiffEntry {
  readonly path: string;
  readonly oldPath: string | null;
  readonly status: ChangedFile["status"];
  /** Null on the side that lacks the file. */
  readonly oldMode: string | null;
  readonly newMode: string | null;
  readonly oldObject: string | null;
  /** The object on the new side; null when that is the worktree and git did not say. */
  readonly newObject: string | null;
  /** False when nothing of it is left to show: it differs in white space alone, and that is ignored. */
  readonly counted: boolean;
  readonly additions: number;
  readonly deletions: number;
  readonly binary: boolean;
  /** Null when the section with the patches was cut off before its end, or was not asked for. */
  readonly patch: string | null;
}

interface Raw {
  readonly path: string;
  readonly oldPath: string | null;
  readonly status: ChangedFile["status"];
  readonly oldMode: string | null;
  readonly newMode: string | null;
  readonly oldObject: string | null;
  readonly newObject: string | null;
}

const statuses: Readonly<Record<string, ChangedFile["status"]>> = {
  A: "added",
  C: "copied",
  D: "deleted",
  M: "modified",
  R: "renamed",
  T: "type",
  U: "modified",
};

/** Parses the whole answer; `cut` says that its end is missing. */
export function parseDiff(stdout: Buffer, cut: boolean): DiffEntry[] {
  const text = stdout.toString("latin1");
  const raws = new Map<string, Raw>();
  let at = readRaws(text, raws);
  const counts = new Map<string, { additions: number; deletions: number; binary: boolean }>();
  at = readCounts(text, at, counts);
  const patches = splitPatches(text.slice(at + 1), cut);
  return [...raws.values()].map((raw) => {
    const count = counts.get(raw.path);
    const patch = patches.get(headerOf(raw.oldPath ?? raw.path, raw.path)) ?? null;
    return {
      path: utf8(raw.path),
      oldPath: raw.oldPath === null ? null : utf8(raw.oldPath),
      status: raw.status,
      oldMode: raw.oldMode,
      newMode: raw.newMode,
      oldObject: raw.oldObject,
      newObject: raw.newObject,
      counted: count !== undefined,
      ...(count ?? { additions: 0, deletions: 0, binary: false }),
      patch: patch === null ? null : utf8(patch),
    };
  });
}

/** `:modes shas status NUL path NUL [path NUL]`, until something else begins. */
function readRaws(text: string, raws: Map<string, Raw>): number {
  let at = 0;
  while (text[at] === ":") {
    const head = field(text, at);
    if (head === null) return text.length;
    const [oldMode = "", newMode = "", oldObject = "", newObject = "", word = ""] = head.value
      .slice(1)
      .split(" ");
    const letter = /^([A-Z])/.exec(word)?.[1] ?? "M";
    const first = field(text, head.next);
    const paired = letter === "R" || letter === "C";
    const second = paired && first !== null ? field(text, first.next) : first;
    if (first === null || second === null) return text.length;
    const path = second.value;
    const oldPath = paired ? first.value : null;
    // An unmerged path is listed a second time, with what it holds now.
    if (letter !== "U" || !raws.has(path)) {
      raws.set(path, {
        path,
        oldPath,
        status: statuses[letter] ?? "modified",
        oldMode: known(oldMode),
        newMode: known(newMode),
        oldObject: known(oldObject),
        newObject: known(newObject),
      });
    }
    at = second.next;
  }
  return at;
}

/** Git writes zeros for the mode and the object of a file that is not there. */
function known(text: string): string | null {
  return /^0*$/.test(text) ? null : text;
}

/** `added TAB deleted TAB path NUL`, or with an empty path and two more fields for a rename. */
function readCounts(
  text: string,
  start: number,
  counts: Map<string, { additions: number; deletions: number; binary: boolean }>,
): number {
  let at = start;
  for (;;) {
    const head = field(text, at);
    const match = head === null ? null : /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(head.value);
    if (head === null || match === null) return at;
    let path = match[3] ?? "";
    at = head.next;
    if (path === "") {
      const old = field(text, at);
      const now = old === null ? null : field(text, old.next);
      if (now === null) return text.length;
      path = now.value;
      at = now.next;
    }
    const binary = match[1] === "-";
    counts.set(path, {
      additions: binary ? 0 : Number(match[1]),
      deletions: binary ? 0 : Number(match[2]),
      binary,
    });
  }
}

function field(text: string, at: number): { value: string; next: number } | null {
  const end = text.indexOf("\0", at);
  return end === -1 ? null : { value: text.slice(at, end), next: end + 1 };
}

/**
 * The patches by their first line. Within a patch every line begins with a sign of its own, and git
 * quotes line breaks in names, so `diff --git` at the start of a line is always a new patch. A file
 * that changed its type has two, a removal and a creation.
 */
function splitPatches(text: string, cut: boolean): Map<string, string> {
  const patches = new Map<string, string>();
  const starts = [...text.matchAll(/^diff --git .*$/gm)];
  starts.forEach((start, index) => {
    const next = starts[index + 1];
    if (next === undefined && cut) return;
    const header = start[0];
    const patch = text.slice(start.index, next?.index);
    patches.set(header, (patches.get(header) ?? "") + patch);
  });
  return patches;
}

function headerOf(oldPath: string, path: string): string {
  return `diff --git ${quoteName(`a/${oldPath}`)} ${quoteName(`b/${path}`)}`;
}

const escapes: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
};

/** A name as git writes it in a patch: in C quotes when a character of it asks for them. */
export function quoteName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what git escapes
  const body = name.replace(/["\\\x00-\x1f\x7f]/g, (byte) => {
    return escapes[byte] ?? `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });
  return body === name ? name : `"${body}"`;
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}

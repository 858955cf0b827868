import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { quoteName } from "../patch.ts";

/** A patch of one file, with its header made anew: only its hunks are the client's. */
export interface FilePatch {
  readonly text: string;
}

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * Takes the hunks out of what a client sends and gives them a header of ours, so that a patch never
 * touches another file than the one asked for. A rename or a mode above them is left alone: only
 * the hunks are to be taken back.
 */
export function readHunks(path: string, patch: string): Result<FilePatch> {
  const lines = patch.split("\n");
  const start = lines.findIndex((line) => line.startsWith("@@ "));
  if (start === -1) return err(unreadable("it has no hunks"));
  const header = lines.slice(0, start);
  if (header.filter((line) => line.startsWith("diff --git ")).length > 1) {
    return err(unreadable("it is about several files"));
  }
  const body = lines.slice(start);
  if (body.at(-1) === "") body.pop();
  const wrong = checkBody(body);
  if (wrong !== null) return err(unreadable(wrong));
  const added = header.find((line) => /^new file mode \d{6}$/.test(line));
  const deleted = header.find((line) => /^deleted file mode \d{6}$/.test(line));
  const [a, b] = [quoteName(`a/${path}`), quoteName(`b/${path}`)];
  const rows = [
    `diff --git ${a} ${b}`,
    ...[added, deleted].filter((line) => line !== undefined),
    `--- ${added === undefined ? a : "/dev/null"}`,
    `+++ ${deleted === undefined ? b : "/dev/null"}`,
    ...body,
    "",
  ];
  return ok({ text: rows.join("\n") });
}

/** Whether the hunks are whole: what is wrong, or null. */
function checkBody(lines: readonly string[]): string | null {
  let at = 0;
  while (at < lines.length) {
    const match = hunkHead.exec(lines[at] ?? "");
    if (match === null) return "something stands between its hunks";
    let olds = Number(match[2] ?? 1);
    let news = Number(match[4] ?? 1);
    at += 1;
    while (olds > 0 || news > 0 || (lines[at] ?? "").startsWith("\\")) {
      const sign = lines[at]?.[0] ?? (lines[at] === "" ? " " : "");
      if (sign === " " || sign === "-") olds -= 1;
      if (sign === " " || sign === "+") news -= 1;
      if (!" -+\\".includes(sign) || sign === "" || olds < 0 || news < 0) {
        return "a hunk does not have the lines it says";
      }
      at += 1;
    }
  }
  return null;
}

function unreadable(why: string): Fault {
  return fault(
    "invalid_request",
    `This patch cannot be read: ${why}.`,
    "Send the patch of one file as it was shown, cut down to whole hunks.",
  );
}

/**
 * Whether a hunk that git found at another line could have meant more than one place: then it is no
 * longer certain which lines the person saw.
 */
export function isAmbiguous(patch: FilePatch, content: string): boolean {
  const lines = content.split("\n");
  const body = patch.text.split("\n");
  for (let at = 0; at < body.length; at += 1) {
    if (!hunkHead.test(body[at] ?? "")) continue;
    const now: string[] = [];
    for (at += 1; at < body.length && !hunkHead.test(body[at] ?? ""); at += 1) {
      const line = body[at] ?? "";
      if (line.startsWith(" ") || line.startsWith("+")) now.push(line.slice(1));
    }
    at -= 1;
    if (now.length > 0 && occurrences(lines, now) > 1) return true;
  }
  return false;
}

function occurrences(lines: readonly string[], part: readonly string[]): number {
  let count = 0;
  for (let at = 0; at + part.length <= lines.length; at += 1) {
    if (part.every((line, index) => lines[at + index] === line)) count += 1;
  }
  return count;
}

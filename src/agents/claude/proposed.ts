import type { FileDiff } from "../../contract/event.ts";
import { type Json, objectsAt, stringAt } from "./json.ts";
import { shortPath } from "./patch.ts";

/** Beyond this a diff helps nobody decide, and the input is on the card anyway. */
const tooLong = 200_000;

/**
 * What Edit, MultiEdit and Write would change, from their input alone (Claude Code 2.1.330): the
 * file is not read, so line numbers are those of the replaced text. Null for other tools.
 */
export function proposedDiffs(toolName: string, input: Json, cwd: string): FileDiff[] | null {
  const path = stringAt(input, "file_path");
  const edits = editsOf(toolName, input);
  if (path === null || edits === null) return null;
  if (edits.some(({ before, after }) => before.length + after.length > tooLong)) return null;
  const hunks = edits.map(hunkOf);
  return [
    {
      path: shortPath(path, cwd),
      kind: toolName === "Write" ? "add" : "update",
      patch: hunks.map(({ patch }) => patch).join(""),
      additions: hunks.reduce((sum, { additions }) => sum + additions, 0),
      deletions: hunks.reduce((sum, { deletions }) => sum + deletions, 0),
    },
  ];
}

interface Edit {
  readonly before: string;
  readonly after: string;
}

function editsOf(toolName: string, input: Json): readonly Edit[] | null {
  if (toolName === "Write") return [{ before: "", after: stringAt(input, "content") ?? "" }];
  if (toolName === "Edit") return [editOf(input)];
  return toolName === "MultiEdit" ? objectsAt(input, "edits").map(editOf) : null;
}

function editOf(input: Json): Edit {
  return {
    before: stringAt(input, "old_string") ?? "",
    after: stringAt(input, "new_string") ?? "",
  };
}

/** One hunk: what both texts begin and end with is context. */
function hunkOf({ before, after }: Edit): {
  readonly patch: string;
  readonly additions: number;
  readonly deletions: number;
} {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const shorter = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < shorter && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
  const removed = old.slice(head, old.length - tail);
  const added = fresh.slice(head, fresh.length - tail);
  const lines = [
    ...old.slice(0, head).map((it) => ` ${it}`),
    ...removed.map((it) => `-${it}`),
    ...added.map((it) => `+${it}`),
    ...old.slice(old.length - tail).map((it) => ` ${it}`),
  ];
  const at = (count: number): string => `${count === 0 ? 0 : 1},${count}`;
  const header = `@@ -${at(old.length)} +${at(fresh.length)} @@`;
  const patch = lines.length === 0 ? "" : [header, ...lines].map((it) => `${it}\n`).join("");
  return { patch, additions: added.length, deletions: removed.length };
}

function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

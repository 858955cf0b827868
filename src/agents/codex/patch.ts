import type { FileDiff } from "../../contract/event.ts";
import { type Fields, fields, objects, text } from "./json.ts";
import { relativeTo } from "./words.ts";

/**
 * The changes of a `fileChange` item as unified diffs. codex-cli 0.169.0 gives an update as hunks,
 * a move as hunks followed by a line "Moved to: …", and the bare content for an added or deleted file.
 */
export function fileDiffs(item: Fields, cwd: string): FileDiff[] {
  return objects(item, "changes").flatMap((change) => {
    const path = text(change, "path");
    if (path === null) return [];
    return [fileDiff(change, path, cwd)];
  });
}

function fileDiff(change: Fields, path: string, cwd: string): FileDiff {
  const kind = fields(change, "kind");
  const type = text(kind, "type") ?? text(change, "kind");
  const diff = text(change, "diff") ?? "";
  if (type === "add") {
    return counted({ path: relativeTo(cwd, path), kind: "add", patch: whole(diff, "+") });
  }
  if (type === "delete") {
    return counted({ path: relativeTo(cwd, path), kind: "delete", patch: whole(diff, "-") });
  }
  const moved = text(kind, "move_path");
  if (moved === null) return counted({ path: relativeTo(cwd, path), kind: "update", patch: diff });
  const note = `\n\nMoved to: ${moved}`;
  const patch = diff.endsWith(note) ? diff.slice(0, -note.length) : diff;
  return counted({ path: relativeTo(cwd, moved), kind: "move", patch: withBreak(patch) });
}

/** Content as one hunk in which every line is added or deleted. */
function whole(content: string, sign: "+" | "-"): string {
  if (content === "" || content.startsWith("@@")) return content;
  const ended = content.endsWith("\n");
  const lines = (ended ? content.slice(0, -1) : content).split("\n");
  const range = lines.length === 1 ? "1" : `1,${lines.length}`;
  const head = sign === "+" ? `@@ -0,0 +${range} @@` : `@@ -${range} +0,0 @@`;
  const body = lines.map((line) => `${sign}${line}\n`).join("");
  return `${head}\n${body}${ended ? "" : "\\ No newline at end of file\n"}`;
}

function withBreak(patch: string): string {
  return patch === "" || patch.endsWith("\n") ? patch : `${patch}\n`;
}

function counted(diff: Pick<FileDiff, "path" | "kind" | "patch">): FileDiff {
  let additions = 0;
  let deletions = 0;
  // Codex writes no `+++`/`---` header, so every leading sign is a line of the file.
  for (const line of diff.patch.split("\n")) {
    if (line.startsWith("+")) additions += 1;
    if (line.startsWith("-")) deletions += 1;
  }
  return { ...diff, additions, deletions };
}

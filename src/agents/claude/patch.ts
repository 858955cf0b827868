import { isAbsolute, relative } from "node:path";
import type { FileDiff } from "../../contract/event.ts";
import { type Json, numberAt, objectsAt, stringAt } from "./json.ts";

/**
 * What a tool did to a file, from `toolUseResult` of Edit and Write (2.1.330, observed): hunks in
 * `structuredPatch`, and for a new file only its whole `content`.
 */
export function fileDiffs(result: Json | null, cwd: string): FileDiff[] | null {
  const path = stringAt(result, "filePath");
  if (result === null || path === null || !Array.isArray(result["structuredPatch"])) return null;
  const created = result["type"] === "create";
  const hunks = objectsAt(result, "structuredPatch");
  const patch = hunks.length > 0 ? hunks.map(hunkText).join("") : addition(result, created);
  const { additions, deletions } = count(patch);
  return [
    { path: shortPath(path, cwd), kind: created ? "add" : "update", patch, additions, deletions },
  ];
}

/** Relative to the working folder when it lies in there. */
export function shortPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path;
  const short = relative(cwd, path);
  return short === "" || short.startsWith("..") ? path : short;
}

function hunkText(hunk: Json): string {
  const at = (key: string) => numberAt(hunk, key) ?? 0;
  const head = `@@ -${at("oldStart")},${at("oldLines")} +${at("newStart")},${at("newLines")} @@`;
  const lines = Array.isArray(hunk["lines"]) ? hunk["lines"].filter(isString) : [];
  return [head, ...lines].map((line) => `${line}\n`).join("");
}

function addition(result: Json, created: boolean): string {
  const content = stringAt(result, "content");
  if (!created || content === null || content === "") return "";
  const ended = content.endsWith("\n");
  const lines = (ended ? content.slice(0, -1) : content).split("\n");
  const body = lines.map((line) => `+${line}\n`).join("");
  const note = ended ? "" : "\\ No newline at end of file\n";
  return `@@ -0,0 +1,${lines.length} @@\n${body}${note}`;
}

function count(patch: string): { additions: number; deletions: number } {
  let additions = 0;
  let deletions = 0;
  for (const line of patch.split("\n")) {
    if (line.startsWith("+")) additions += 1;
    if (line.startsWith("-")) deletions += 1;
  }
  return { additions, deletions };
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ok, type Result } from "../contract/result.ts";
import { fields } from "./kit.ts";
import type { View } from "./span.ts";

const attribute = "linguist-generated";
/** As git does, nothing is read of a larger one. */
const mostBytes = 1024 * 1024;

/**
 * What `.gitattributes` says of files: true = made by a tool, false = not so, whatever their name;
 * absent = nothing. The attributes are those of the worktree as it is now. Git is asked only where
 * a file of attributes names the attribute at all.
 */
export async function generatedMarks(
  view: View,
  paths: readonly string[],
): Promise<Result<ReadonlyMap<string, boolean>>> {
  const marks = new Map<string, boolean>();
  if (paths.length === 0 || !(await isNamed(view, paths))) return ok(marks);
  const input = paths.map((path) => `${path}\0`).join("");
  const output = await view.git(["check-attr", "-z", "--stdin", attribute], { input });
  if (!output.ok) return output;
  const answers = fields(output.value.stdout);
  for (let at = 0; at + 2 < answers.length; at += 3) {
    const [path = "", , value = ""] = answers.slice(at, at + 3);
    if (value === "set" || value === "true") marks.set(path, true);
    if (value === "unset" || value === "false") marks.set(path, false);
  }
  return ok(marks);
}

async function isNamed(view: View, paths: readonly string[]): Promise<boolean> {
  const folders = new Set(["."]);
  for (const path of paths) {
    for (let at = dirname(path); !folders.has(at) && at !== "/"; at = dirname(at)) folders.add(at);
  }
  const files = [...folders].map((folder) => join(view.site.top, folder, ".gitattributes"));
  const texts = await Promise.all([join(view.scratch, "info", "attributes"), ...files].map(read));
  return texts.some((text) => text.includes(attribute));
}

/** Never follows a link, never waits on a pipe. */
async function read(path: string): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => null);
  if (file === null) return "";
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > mostBytes) return "";
    return await file.readFile("latin1");
  } catch {
    return "";
  } finally {
    await file.close();
  }
}

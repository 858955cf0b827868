import { createHash } from "node:crypto";
import { lstat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ok, type Result } from "../contract/result.ts";
import { addedFiles } from "./changed-file.ts";
import { limits } from "./changes.ts";
import { fields, type Kit, rawPath } from "./kit.ts";
import { look, type Names, outputBytes, type Seen } from "./look.ts";
import { openSpan, type View } from "./span.ts";
import type { Shortstat, Span } from "./types.ts";

/** More ignored names than this are not remembered: they only keep a watcher from asking in vain. */
const mostIgnored = 20_000;

/** See `Git.shortstat`. */
export function shortstat(kit: Kit, span: Span, signal: AbortSignal): Promise<Result<Shortstat>> {
  return openSpan(kit, span, signal, async (view) => {
    const ignored: string[] = [];
    // What the shadow takes for checked out: `status` would list every file of an unborn branch.
    await writeFile(join(view.scratch, "HEAD"), `${view.from}\n`);
    const seen = await look(view, { patches: false }, (one) => status(one, ignored));
    if (!seen.ok) return seen;
    const { entries, untracked } = seen.value;
    const added = await addedFiles(view, untracked.slice(0, limits.files), {
      all: limits.untrackedBytes,
      each: limits.patchBytes,
    });
    const sum = (key: "additions" | "deletions") =>
      entries.reduce((total, entry) => total + entry[key], 0);
    return ok({
      files: entries.length + untracked.length,
      additions: sum("additions") + added.reduce((total, file) => total + file.additions, 0),
      deletions: sum("deletions"),
      ignored,
      stamp: await stampOf(view, seen.value),
    });
  });
}

/** What git does not track, and into `ignored` what it ignores: both from one process. */
async function status(view: View, ignored: string[]): Promise<Result<Names>> {
  const args = [
    ...["status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=dirty"],
    ...["--untracked-files=all", "--ignored=matching", "--no-ahead-behind"],
  ];
  const output = await view.git(args, { maxBytes: outputBytes, cutOff: true });
  if (!output.ok) return output;
  const rows = fields(output.value.stdout, "latin1");
  if (output.value.cut) rows.pop();
  const marked = (mark: string) =>
    rows.filter((row) => row.startsWith(mark)).map((row) => row.slice(mark.length));
  for (const name of marked("!! ").slice(0, mostIgnored)) {
    ignored.push(Buffer.from(name, "latin1").toString("utf8"));
  }
  return ok({ names: marked("?? "), cut: output.value.cut });
}

/** Changes with everything a person could see of the changes; git's own files stand for its refs. */
async function stampOf(view: View, { entries, untracked }: Seen): Promise<string> {
  const hash = createHash("sha256");
  const { gitDir, top } = view.site;
  const named = [
    ...["HEAD", "index", "logs/HEAD"].map((name) => Buffer.from(join(gitDir, name))),
    ...entries.slice(0, limits.files).map((entry) => Buffer.from(join(top, entry.path))),
    ...untracked.slice(0, limits.files).map((name) => rawPath(top, name)),
  ];
  const times = await Promise.all(
    named.map((path) =>
      lstat(path).then(
        (found) => `${found.ino}:${found.size}:${found.mtimeMs}:${found.mode}`,
        () => "gone",
      ),
    ),
  );
  hash.update(times.join("\0")).update(JSON.stringify(entries)).update(untracked.join("\0"));
  return hash.digest("hex");
}

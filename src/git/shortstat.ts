import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { ok, type Result } from "../contract/result.ts";
import { addedFiles } from "./changed-file.ts";
import { limits } from "./changes.ts";
import { type Kit, rawPath } from "./kit.ts";
import { look, type Seen, statusOf } from "./look.ts";
import { openSpan, type View } from "./span.ts";
import type { Shortstat, Span } from "./types.ts";

/** More ignored names than this are not remembered: they only keep a watcher from asking in vain. */
const mostIgnored = 20_000;

/** See `Git.shortstat`. */
export function shortstat(kit: Kit, span: Span, signal: AbortSignal): Promise<Result<Shortstat>> {
  return openSpan(kit, span, signal, async (view) => {
    let ignored: readonly string[] = [];
    const seen = await look(view, { patches: false }, async (one) => {
      const names = await statusOf(one, true);
      if (names.ok) ignored = names.value.ignored.slice(0, mostIgnored);
      return names;
    });
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

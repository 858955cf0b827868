import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { unchanged } from "./changes.ts";
import type { Kit } from "./kit.ts";
import { look, plainDiff, stageUntracked } from "./look.ts";
import { openSpan } from "./span.ts";
import type { Span } from "./types.ts";

/** Bytes of the largest patch that is sent. */
const mostBytes = 64 * 1024 * 1024;

/** See `Git.patch`. */
export function wholePatch(
  kit: Kit,
  span: Span,
  paths: readonly string[] | null,
  signal: AbortSignal,
): Promise<Result<Buffer>> {
  // Without its white space a patch would fit no file.
  return openSpan(kit, { ...span, ignoreSpace: false }, signal, async (view) => {
    const seen = await look(view, { patches: false });
    if (!seen.ok) return seen;
    const { entries, untracked } = seen.value;
    const files = untracked.filter((name) => !name.endsWith("/"));
    const names = new Map(
      files.map((name) => [Buffer.from(name, "latin1").toString("utf8"), name]),
    );
    const known = new Map(entries.map((entry) => [entry.path, entry.oldPath]));
    const missing = paths?.find((path) => !names.has(path) && !known.has(path));
    if (missing !== undefined) return err(unchanged(missing));
    const wanted = paths?.flatMap((path) => [path, known.get(path) ?? []].flat()) ?? [];
    const added = paths === null ? files : paths.flatMap((path) => names.get(path) ?? []);
    const staged = await stageUntracked(view, added, Number.POSITIVE_INFINITY);
    if (!staged.ok) return staged;
    const args = [
      ...["-c", "core.quotePath=false", "diff", "--binary", "--full-index", ...plainDiff],
      ...[...view.ends, "--", ...wanted],
    ];
    const output = await view.git(args, { maxBytes: mostBytes, cutOff: true });
    if (!output.ok) return output;
    return output.value.cut ? err(tooMuch()) : ok(output.value.stdout);
  });
}

function tooMuch() {
  return fault(
    "too_large",
    "The patch is larger than Agetor sends.",
    "Ask for fewer files, or make it with git in the worktree.",
    { limit: mostBytes },
  );
}

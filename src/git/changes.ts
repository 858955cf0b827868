import type { ChangedFile } from "../contract/changes.ts";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { addedFiles, changedFiles, withMarks } from "./changed-file.ts";
import type { Kit } from "./kit.ts";
import { bigFile, entriesOf, look, type Seen } from "./look.ts";
import type { DiffEntry } from "./patch.ts";
import { commitOf } from "./refs.ts";
import { openSpan, type View } from "./span.ts";
import type { Compared, Span } from "./types.ts";

/** How much of a change is shown: a person reads no more, and a browser holds no more. */
export const limits = {
  /** Files that are listed. */
  files: 1_000,
  /** Files that carry their patch. */
  patches: 200,
  /** Bytes of one patch. */
  patchBytes: 400 * 1024,
  /** Bytes of all patches. */
  allPatchBytes: 8 * 1024 * 1024,
  /** Bytes read of untracked files. */
  untrackedBytes: 32 * 1024 * 1024,
  bigFile,
  /** Bytes of the patch of a file that is asked for alone. */
  onePatchBytes: 20 * 1024 * 1024,
} as const;

const room = { all: limits.untrackedBytes, each: limits.patchBytes };

/** See `Git.changes`. */
export function changes(kit: Kit, span: Span, signal: AbortSignal): Promise<Result<Compared>> {
  return openSpan(kit, span, signal, async (view) => {
    const { gitDir, commonDir, top } = view.site;
    const [head, seen] = await Promise.all([
      // Without the worktree nothing is checked out.
      top === commonDir ? ok(view.to) : commitOf(kit, gitDir, "HEAD"),
      look(view, { patches: true }),
    ]);
    if (!head.ok) return head;
    if (!seen.ok) return seen;
    const files = await listed(view, seen.value);
    if (!files.ok) return files;
    const { entries, untracked, cut } = seen.value;
    return ok({
      headSha: head.value ?? view.from,
      files: withinBudget(files.value.files),
      additions: sum(entries, "additions") + sum(files.value.added, "additions"),
      deletions: sum(entries, "deletions"),
      truncated: cut || entries.length + untracked.length > limits.files,
    });
  });
}

/** The first of the files, in order. */
async function listed(
  view: View,
  { entries, untracked }: Seen,
): Promise<Result<{ files: ChangedFile[]; added: ChangedFile[] }>> {
  const first = entries.slice(0, limits.files);
  const tracked = await changedFiles(view, first);
  if (!tracked.ok) return tracked;
  const added = await addedFiles(view, untracked.slice(0, limits.files - first.length), room);
  const marked = await withMarks(view, [...tracked.value, ...added]);
  if (!marked.ok) return marked;
  return ok({ files: marked.value.sort((a, b) => (a.path < b.path ? -1 : 1)), added });
}

/** See `Git.changedFile`. */
export function changedFile(
  kit: Kit,
  span: Span,
  path: string,
  signal: AbortSignal,
): Promise<Result<ChangedFile>> {
  return openSpan(kit, span, signal, async (view) => {
    const seen = await look(view, { patches: false });
    if (!seen.ok) return seen;
    const known = seen.value.entries.find((entry) => entry.path === path);
    const name = Buffer.from(path).toString("latin1");
    const files =
      known === undefined
        ? ok(
            await addedFiles(
              view,
              seen.value.untracked.filter((one) => one === name),
              { all: limits.onePatchBytes, each: limits.onePatchBytes },
            ),
          )
        : await wholeFile(view, known);
    if (!files.ok) return files;
    const file = files.value.find((one) => one.path === path);
    if (file === undefined) return err(unchanged(path));
    if (file.tooLarge) return err(tooLarge(path));
    const marked = await withMarks(view, [file]);
    return marked.ok ? ok(marked.value[0] ?? file) : marked;
  });
}

async function wholeFile(view: View, known: DiffEntry): Promise<Result<ChangedFile[]>> {
  const paths = [known.oldPath ?? [], known.path].flat();
  const whole = { patches: true, paths, bigFile: limits.onePatchBytes };
  const found = await entriesOf(view, { ...whole, maxBytes: limits.onePatchBytes });
  if (!found.ok) return found;
  const entries = found.value.entries.map((entry) => ({ ...entry, status: known.status }));
  return changedFiles(view, entries, limits.onePatchBytes);
}

/** No change of this name between the ends of the span. */
export function unchanged(path: string) {
  return fault("not_found", `${path} is not among the changes.`, "Load the changes again.", {
    path,
  });
}

/** More of one file than is sent. */
export function tooLarge(path: string) {
  return fault(
    "too_large",
    `${path} is larger than Agetor shows.`,
    "Open it in an editor, or look at it with git in the worktree.",
    { path, limit: limits.onePatchBytes },
  );
}

/** Takes away the patches that are too long, and all of them once there are too many. */
function withinBudget(files: readonly ChangedFile[]): ChangedFile[] {
  let left: number = limits.allPatchBytes;
  let count = 0;
  return files.map((file) => {
    if (file.patch === null) return file;
    const size = Buffer.byteLength(file.patch);
    if (size > limits.patchBytes || size > left || count >= limits.patches) {
      return { ...file, patch: null, tooLarge: true };
    }
    left -= size;
    count += 1;
    return file;
  });
}

function sum<K extends string>(rows: readonly Readonly<Record<K, number>>[], key: K): number {
  return rows.reduce((total, row) => total + row[key], 0);
}

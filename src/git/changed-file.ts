import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { ChangedFile } from "../contract/changes.ts";
import { ok, type Result } from "../contract/result.ts";
import { isGenerated, kindOf } from "../domain/changed-file.ts";
import { changeId, type Half, objectOfFile } from "./change-id.ts";
import { generatedMarks } from "./generated.ts";
import { bigFile } from "./look.ts";
import type { DiffEntry } from "./patch.ts";
import type { View } from "./span.ts";
import { describeUntracked } from "./untracked.ts";

/** What git tracks on either side, in the contract's words; `big` = what git was told not to look into. */
export async function changedFiles(
  view: View,
  entries: readonly DiffEntry[],
  big: number = bigFile,
): Promise<Result<ChangedFile[]>> {
  const sizes = await sizesOf(view, entries);
  if (!sizes.ok) return sizes;
  const files = entries.map((entry) =>
    changedFile(view, entry, (sizes.value.get(entry) ?? 0) > big),
  );
  return ok(await Promise.all(files));
}

async function changedFile(view: View, entry: DiffEntry, isBig: boolean): Promise<ChangedFile> {
  const { oldObject, newObject: _, counted: __, ...rest } = entry;
  const patch = entry.binary ? null : entry.patch;
  return {
    ...rest,
    kind: kindOf(rest),
    generated: isGenerated(rest.path),
    id: changeId(
      rest.oldPath === null ? rest.path : `${rest.oldPath}\0${rest.path}`,
      { mode: rest.oldMode, object: oldObject },
      await newHalf(view, entry),
    ),
    patch,
    tooLarge: isBig || (patch === null && !entry.binary),
  };
}

/** What stands on the new side; git says nothing of a file it has not stored. */
async function newHalf(view: View, entry: DiffEntry): Promise<Half> {
  const { path, newMode: mode, newObject, patch } = entry;
  if (mode === "160000") {
    const commit = /^\+Subproject commit ([0-9a-f]+)/m.exec(patch ?? "")?.[1];
    return { mode, object: newObject ?? commit ?? null };
  }
  if (mode === null || view.to !== null) return { mode, object: newObject };
  return { mode, object: await objectOfFile(view.site.top, path) };
}

/** Bytes of the files that git took for binary: some are only too large to be looked into. */
type Sizes = ReadonlyMap<DiffEntry, number>;

async function sizesOf(view: View, entries: readonly DiffEntry[]): Promise<Result<Sizes>> {
  const sizes = new Map<DiffEntry, number>();
  const stored: { readonly entry: DiffEntry; readonly object: string }[] = [];
  for (const entry of entries) {
    if (!entry.binary) continue;
    const inWorktree = view.to === null && entry.newMode !== null;
    const object = entry.newMode === null ? entry.oldObject : entry.newObject;
    if (inWorktree) {
      const found = await lstat(join(view.site.top, entry.path)).catch(() => null);
      sizes.set(entry, found?.size ?? 0);
    } else if (object !== null) stored.push({ entry, object });
  }
  if (stored.length === 0) return ok(sizes);
  const input = stored.map(({ object }) => `${object}\n`).join("");
  const output = await view.git(["cat-file", "--batch-check=%(objectsize)"], { input });
  if (!output.ok) return output;
  const lines = output.value.stdout.toString("utf8").split("\n");
  for (const [index, { entry }] of stored.entries()) {
    sizes.set(entry, Number(lines[index]) || 0);
  }
  return ok(sizes);
}

/** Untracked files; once `room` bytes have been read of them, the rest is named only. */
export async function addedFiles(
  view: View,
  names: readonly string[],
  room: { readonly all: number; readonly each: number },
): Promise<ChangedFile[]> {
  const files: ChangedFile[] = [];
  let left = room.all;
  for (const name of names) {
    if (view.signal.aborted) break;
    const most = Math.min(room.each, left);
    const file = await describeUntracked(view.site.top, name, most);
    if (file === null) continue;
    left -= Math.min(most, file.bytes);
    files.push(file.entry);
  }
  return files;
}

/** Folds and unfolds files as `.gitattributes` says. */
export async function withMarks(
  view: View,
  files: readonly ChangedFile[],
): Promise<Result<ChangedFile[]>> {
  const marks = await generatedMarks(
    view,
    files.map((file) => file.path),
  );
  if (!marks.ok) return marks;
  return ok(
    files.map((file) => ({ ...file, generated: marks.value.get(file.path) ?? file.generated })),
  );
}

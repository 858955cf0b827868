import { lstat } from "node:fs/promises";
import { ok, type Result } from "../contract/result.ts";
import { fields, rawPath } from "./kit.ts";
import { type DiffEntry, parseDiff } from "./patch.ts";
import type { View } from "./span.ts";

/** Above this git takes a file for binary and does not look into it, unless it is asked for alone. */
export const bigFile = 2 * 1024 * 1024;
/** Bytes read of git before it is stopped. */
export const outputBytes = 32 * 1024 * 1024;

export interface DiffOptions {
  readonly patches: boolean;
  /** Bytes of the largest file that is looked into. */
  readonly bigFile?: number;
  readonly maxBytes?: number;
  /** Only these, taken literally; of a renamed file both its names. */
  readonly paths?: readonly string[];
}

/** What differs between the two ends of a span. */
export interface Seen {
  readonly entries: readonly DiffEntry[];
  /** Files (a repository inside: its folder, with a slash) git does not track, as Latin-1. */
  readonly untracked: readonly string[];
  /** Something is missing at the end: there was too much of it. */
  readonly cut: boolean;
}

/** Names of files, as Latin-1: they need not be text. */
export interface Names {
  readonly names: readonly string[];
  readonly cut: boolean;
}

/**
 * Looks with two git processes, side by side: what differs, and what git does not track. What is
 * not tracked now but stands in the old state (a snapshot holds such files) would seem deleted; it
 * is put into the shadow's index, and git looks again.
 */
export async function look(
  view: View,
  options: DiffOptions,
  untrackedOf: (view: View) => Promise<Result<Names>> = untrackedFiles,
): Promise<Result<Seen>> {
  if (view.to !== null) {
    const found = await entriesOf(view, options);
    return found.ok ? ok({ ...found.value, untracked: [] }) : found;
  }
  const [first, others] = await Promise.all([entriesOf(view, options), untrackedOf(view)]);
  if (!first.ok) return first;
  if (!others.ok) return others;
  const known = knownBefore(first.value.entries, others.value.names);
  if (known.size === 0) {
    const cut = first.value.cut || others.value.cut;
    return ok({ entries: first.value.entries, untracked: others.value.names, cut });
  }
  const staged = await stage(view, [...known.values()]);
  if (!staged.ok) return staged;
  const again = await entriesOf(view, options);
  if (!again.ok) return again;
  const untracked = others.value.names.filter((name) => !known.has(name));
  return ok({ entries: again.value.entries, untracked, cut: again.value.cut || others.value.cut });
}

/** The entries of a diff; those that differ in white space alone are left out when that is ignored. */
export async function entriesOf(
  view: View,
  options: DiffOptions,
): Promise<Result<{ readonly entries: readonly DiffEntry[]; readonly cut: boolean }>> {
  const output = await view.git(diffArgs(view, options), {
    maxBytes: options.maxBytes ?? outputBytes,
    cutOff: true,
  });
  if (!output.ok) return output;
  const { stdout, cut } = output.value;
  const entries = parseDiff(stdout, cut);
  const shown = view.ignoreSpace && !cut ? entries.filter((entry) => entry.counted) : entries;
  return ok({ entries: shown, cut });
}

/** Everything a person's own settings could change about a diff is given here. */
export const plainDiff: readonly string[] = [
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--no-relative",
  "--ignore-submodules=dirty",
  "--submodule=short",
  "--find-renames",
  "-l1000",
  "-U3",
  "--inter-hunk-context=0",
  "--diff-algorithm=myers",
  "-O/dev/null",
  "--src-prefix=a/",
  "--dst-prefix=b/",
];

function diffArgs(view: View, options: DiffOptions): string[] {
  return [
    "-c",
    `core.bigFileThreshold=${options.bigFile ?? bigFile}`,
    "-c",
    "core.quotePath=false",
    "diff",
    "-z",
    "--raw",
    "--no-abbrev",
    "--numstat",
    ...(options.patches ? ["--patch"] : []),
    ...plainDiff,
    ...(view.ignoreSpace ? ["--ignore-all-space"] : []),
    ...view.ends,
    "--",
    ...(options.paths ?? []),
  ];
}

/** What git does not track; ignored files aside. */
export async function untrackedFiles(view: View): Promise<Result<Names>> {
  const args = ["ls-files", "-z", "-o", "--exclude-standard"];
  const output = await view.git(args, { maxBytes: outputBytes, cutOff: true });
  if (!output.ok) return output;
  const names = fields(output.value.stdout, "latin1");
  // The last name may be half of one.
  if (output.value.cut) names.pop();
  return ok({ names, cut: output.value.cut });
}

interface Staged {
  readonly name: string;
  readonly mode: string;
  readonly object: string;
}

/** The untracked among the files that seem gone, with what they were. */
function knownBefore(
  entries: readonly DiffEntry[],
  untracked: readonly string[],
): ReadonlyMap<string, Staged> {
  const gone = new Map<string, Omit<Staged, "name">>();
  for (const entry of entries) {
    if (entry.status !== "deleted" && entry.status !== "renamed") continue;
    if (entry.oldMode === null || entry.oldObject === null) continue;
    gone.set(entry.oldPath ?? entry.path, { mode: entry.oldMode, object: entry.oldObject });
  }
  const known = new Map<string, Staged>();
  if (gone.size === 0) return known;
  for (const name of untracked) {
    const path = Buffer.from(name, "latin1").toString("utf8").replace(/\/$/, "");
    const before = gone.get(path);
    if (before !== undefined) known.set(name, { name: name.replace(/\/$/, ""), ...before });
  }
  return known;
}

/** An object every repository knows of: a name for content that git has not seen yet. */
const emptyBlobs: Readonly<Record<number, string>> = {
  40: "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
  64: "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
};

/**
 * Puts untracked files into the shadow's index, so that a diff takes them like any other. No object
 * is written: an entry without times makes git read the file itself.
 */
export async function stageUntracked(view: View, names: readonly string[]): Promise<Result<null>> {
  const object = emptyBlobs[view.from.length] ?? "";
  const found = await Promise.all(
    names.map(async (name) => {
      const stats = await lstat(rawPath(view.site.top, name)).catch(() => null);
      if (stats?.isSymbolicLink()) return [{ name, mode: "120000", object }];
      return stats?.isFile() ? [{ name, mode: "100644", object }] : [];
    }),
  );
  return stage(view, found.flat());
}

async function stage(view: View, files: readonly Staged[]): Promise<Result<null>> {
  if (files.length === 0) return ok(null);
  const rows = files.map(({ name, mode, object }) => `${mode} ${object} 0\t${name}\0`);
  const input = Buffer.from(rows.join(""), "latin1");
  const output = await view.git(["update-index", "-z", "--index-info"], { input });
  return output.ok ? ok(null) : output;
}

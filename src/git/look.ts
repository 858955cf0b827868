import { lstat } from "node:fs/promises";
import { ok, type Result } from "../contract/result.ts";
import { fields, rawPath } from "./kit.ts";
import { type DiffEntry, parseDiff } from "./patch.ts";
import type { View } from "./span.ts";

/** Untracked files that are put into an index before it is known whether that is needed. */
const mostStaged = 2_000;
/** Above this git takes a file for binary and does not look into it, unless it is asked for alone. */
export const bigFile = 2 * 1024 * 1024;
/** Bytes read of git before it is stopped. */
const outputBytes = 32 * 1024 * 1024;

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

/** What git says of files it does not track. */
export interface Names {
  /** As Latin-1: they need not be text. */
  readonly names: readonly string[];
  /** Ignored ones, if they were asked for. */
  readonly ignored: readonly string[];
  readonly cut: boolean;
}

type Others = (view: View) => Promise<Result<Names>>;

/**
 * Looks with two git processes, side by side: what differs, and what git does not track. What is
 * not tracked now but stands in the old state (a snapshot holds such files) would seem deleted; it
 * is put into the shadow's index, and git looks again.
 */
export async function look(
  view: View,
  options: DiffOptions,
  untrackedOf: Others = listUntracked,
): Promise<Result<Seen>> {
  if (view.to !== null) {
    const found = await entriesOf(view, options);
    return found.ok ? ok({ ...found.value, untracked: [] }) : found;
  }
  if (view.holdsUntracked) return lookThrough(view, options, untrackedOf);
  const [first, others] = await Promise.all([entriesOf(view, options), untrackedOf(view)]);
  if (!first.ok) return first;
  if (!others.ok) return others;
  await keepIndex(view);
  const settled = await settle(view, options, first.value, others.value.names);
  return settled.ok
    ? ok({ ...settled.value, cut: settled.value.cut || others.value.cut })
    : settled;
}

/**
 * For an old state that is known to hold untracked files: they are put into the shadow's index first,
 * so that one look is enough. Not large ones, for git would read them to the end, and not too many.
 */
async function lookThrough(
  view: View,
  options: DiffOptions,
  untrackedOf: Others,
): Promise<Result<Seen>> {
  const others = await untrackedOf(view);
  if (!others.ok) return others;
  await keepIndex(view);
  const { names, cut } = others.value;
  const staged = await stageUntracked(view, names.slice(0, mostStaged), bigFile);
  if (!staged.ok) return staged;
  const found = await entriesOf(view, options);
  if (!found.ok) return found;
  const shown = new Set([...staged.value].map(asShown));
  const entries = found.value.entries.map((entry) =>
    entry.status === "added" && shown.has(entry.path)
      ? { ...entry, status: "untracked" as const }
      : entry,
  );
  const rest = names.filter((name) => !staged.value.has(name));
  const settled = await settle(view, options, { ...found.value, entries }, rest);
  return settled.ok ? ok({ ...settled.value, cut: settled.value.cut || cut }) : settled;
}

/** Looks again when something that seems gone is only untracked now. */
async function settle(
  view: View,
  options: DiffOptions,
  first: Entries,
  names: readonly string[],
): Promise<Result<Seen>> {
  const known = knownBefore(first.entries, names);
  if (known.size === 0) return ok({ ...first, untracked: names });
  const staged = await stage(view, [...known.values()]);
  if (!staged.ok) return staged;
  const again = await entriesOf(view, options);
  if (!again.ok) return again;
  const before = new Map(first.entries.map((entry) => [entry.path, entry.status]));
  const entries = again.value.entries.map((entry) =>
    before.get(entry.path) === "untracked" ? { ...entry, status: "untracked" as const } : entry,
  );
  return ok({ ...again.value, entries, untracked: names.filter((name) => !known.has(name)) });
}

/** Git has gone through the index, and nothing was staged yet. */
async function keepIndex(view: View): Promise<void> {
  if (view.index?.isFresh === false) await view.index.keep();
}

function asShown(name: string): string {
  return Buffer.from(name, "latin1").toString("utf8");
}

interface Entries {
  readonly entries: readonly DiffEntry[];
  readonly cut: boolean;
}

/** The entries of a diff; those that differ in white space alone are left out when that is ignored. */
export async function entriesOf(view: View, options: DiffOptions): Promise<Result<Entries>> {
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

/**
 * What git does not track, ignored files aside. An index that may be bettered is gone through on the
 * way (see index-cache.ts).
 */
function listUntracked(view: View): Promise<Result<Names>> {
  return view.index?.isFresh === false ? statusOf(view, false) : untrackedFiles(view);
}

async function untrackedFiles(view: View): Promise<Result<Names>> {
  const args = ["ls-files", "-z", "-o", "--exclude-standard"];
  const rows = await rowsOf(view, args);
  return rows.ok ? ok({ names: rows.value.rows, ignored: [], cut: rows.value.cut }) : rows;
}

/** The same, and what git ignores if that is wanted, from one process that goes through the index. */
export async function statusOf(view: View, withIgnored: boolean): Promise<Result<Names>> {
  const found = await rowsOf(view, [
    ...[
      "-c",
      "diff.orderFile=/dev/null",
      "status",
      "--porcelain=v1",
      "-z",
      "--no-renames",
      "--ignore-submodules=dirty",
    ],
    ...["--untracked-files=all", `--ignored=${withIgnored ? "matching" : "no"}`],
  ]);
  if (!found.ok) return found;
  const { rows, cut } = found.value;
  const marked = (mark: string) =>
    rows.filter((row) => row.startsWith(mark)).map((row) => row.slice(mark.length));
  return ok({ names: marked("?? "), ignored: marked("!! ").map(asShown), cut });
}

async function rowsOf(
  view: View,
  args: readonly string[],
): Promise<Result<{ readonly rows: readonly string[]; readonly cut: boolean }>> {
  const output = await view.git(args, { maxBytes: outputBytes, cutOff: true });
  if (!output.ok) return output;
  const rows = fields(output.value.stdout, "latin1");
  // The last one may be half of one.
  if (output.value.cut) rows.pop();
  return ok({ rows, cut: output.value.cut });
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
    const path = asShown(name).replace(/\/$/, "");
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
 * Puts untracked files into the shadow's index, so that a diff takes them like any other; answers
 * which: no folders, and none above `maxBytes`. No object is written: an entry without times makes
 * git read the file itself.
 */
export async function stageUntracked(
  view: View,
  names: readonly string[],
  maxBytes: number,
): Promise<Result<ReadonlySet<string>>> {
  const object = emptyBlobs[view.from.length] ?? "";
  const found = await Promise.all(
    names.map(async (name) => {
      const stats = await lstat(rawPath(view.site.top, name)).catch(() => null);
      if (stats?.isSymbolicLink()) return [{ name, mode: "120000", object }];
      return stats?.isFile() && stats.size <= maxBytes ? [{ name, mode: "100644", object }] : [];
    }),
  );
  const files = found.flat();
  const staged = await stage(view, files);
  return staged.ok ? ok(new Set(files.map(({ name }) => name))) : staged;
}

async function stage(view: View, files: readonly Staged[]): Promise<Result<null>> {
  if (files.length === 0) return ok(null);
  const rows = files.map(({ name, mode, object }) => `${mode} ${object} 0\t${name}\0`);
  const input = Buffer.from(rows.join(""), "latin1");
  const output = await view.git(["update-index", "-z", "--index-info"], { input });
  return output.ok ? ok(null) : output;
}

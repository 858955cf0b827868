import { createHash } from "node:crypto";
import { structuredPatch } from "diff";
import type {
  ChangedFile,
  ChangeScope,
  Changes,
  FileLines,
  TaskCommit,
} from "../../../src/contract/changes.ts";

/** A file of a tree: its text, or its bytes when it is none. */
export interface Entry {
  readonly text: string | null;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly mode?: string;
  /** It was there under this path before. */
  readonly from?: string;
  readonly generated?: boolean;
}

export type Tree = ReadonlyMap<string, Entry>;

export function treeOf(files: Readonly<Record<string, string | Entry>>): Tree {
  return new Map(
    Object.entries(files).map(([path, one]) => [
      path,
      typeof one === "string" ? { text: one } : one,
    ]),
  );
}

export interface Turn {
  readonly run: string;
  readonly start: Tree;
  /** Null while it goes on. */
  end: Tree | null;
}

export interface Commit extends Omit<TaskCommit, "files" | "additions" | "deletions"> {
  readonly tree: Tree;
  readonly parent: Tree;
}

export interface Query {
  readonly scope: ChangeScope;
  readonly run: string | null;
  readonly commit: string | null;
  readonly whitespace: "show" | "ignore";
}

/** Patches above this are not sent with the list, as with the real server. */
const mostPatch = 400 * 1024;

/** The files of one task over time, in memory; everything is compared when it is asked for. */
export class StubRepo {
  readonly base: Tree;
  readonly commits: Commit[] = [];
  readonly turns: Turn[] = [];
  mark: { readonly tree: Tree; readonly at: number } | null = null;
  now: Tree;

  constructor(base: Tree, now: Tree) {
    this.base = base;
    this.now = now;
  }

  /** Commits what stands there now. */
  commit(subject: string, at: number): void {
    const parent = this.head();
    const sha = createHash("sha1").update(`${subject}${at}`).digest("hex");
    this.commits.unshift({ sha, subject, body: "", author: "Ada", at, tree: this.now, parent });
  }

  head(): Tree {
    return this.commits[0]?.tree ?? this.base;
  }

  sides({ scope, run, commit }: Query): readonly [Tree, Tree] {
    switch (scope) {
      case "base":
        return [this.base, this.now];
      case "uncommitted":
        return [this.head(), this.now];
      case "turn": {
        const turn = run === null ? this.turns.at(-1) : this.turns.find((one) => one.run === run);
        return turn === undefined ? [this.now, this.now] : [turn.start, turn.end ?? this.now];
      }
      case "review":
        return [this.mark?.tree ?? this.base, this.now];
      case "commit": {
        const found =
          commit === null ? this.commits[0] : this.commits.find((c) => c.sha === commit);
        return found === undefined ? [this.now, this.now] : [found.parent, found.tree];
      }
    }
  }

  changes(query: Query): Changes {
    const [from, to] = this.sides(query);
    const files = changedFiles(from, to, query.whitespace === "ignore").map(capped);
    const past = query.scope === "commit" || to !== this.now;
    return {
      scope: query.scope,
      from: {
        label: this.#labelOf(query),
        sha: from === this.base ? "b".repeat(40) : "f".repeat(40),
        at: query.scope === "review" ? (this.mark?.at ?? null) : null,
      },
      to: { label: past ? "then" : "now", sha: past ? "a".repeat(40) : null, at: null },
      baseSha: "b".repeat(40),
      headSha: this.commits[0]?.sha ?? "b".repeat(40),
      files,
      additions: files.reduce((sum, file) => sum + file.additions, 0),
      deletions: files.reduce((sum, file) => sum + file.deletions, 0),
      truncated: false,
    };
  }

  #labelOf({ scope, run }: Query): string {
    if (scope === "turn") {
      const at = run === null ? this.turns.length : this.turns.findIndex((t) => t.run === run) + 1;
      return `before turn ${at}`;
    }
    return { base: "main", uncommitted: "last commit", review: "your review", commit: "parent" }[
      scope
    ];
  }

  file(query: Query, path: string): ChangedFile | null {
    const [from, to] = this.sides(query);
    const ignore = query.whitespace === "ignore";
    return changedFiles(from, to, ignore).find((file) => file.path === path) ?? null;
  }

  lines(query: Query, path: string, side: string, start: number, end: number): FileLines | null {
    const tree = this.sides(query)[side === "old" ? 0 : 1];
    const text = tree.get(path)?.text ?? null;
    if (text === null) return null;
    const all = linesOf(text);
    return { start, lines: all.slice(start - 1, end), total: all.length };
  }

  listCommits(): readonly TaskCommit[] {
    return this.commits.map(({ tree, parent, ...commit }) => {
      const files = changedFiles(parent, tree, false);
      const sum = (of: "additions" | "deletions") => files.reduce((s, file) => s + file[of], 0);
      return {
        ...commit,
        files: files.length,
        additions: sum("additions"),
        deletions: sum("deletions"),
      };
    });
  }
}

export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function capped(file: ChangedFile): ChangedFile {
  const large = (file.patch?.length ?? 0) > mostPatch;
  return large ? { ...file, patch: null, tooLarge: true } : file;
}

const compared = new WeakMap<Tree, WeakMap<Tree, Map<boolean, ChangedFile[]>>>();

/** Two trees never change, so they are compared once. */
function changedFiles(from: Tree, to: Tree, ignoreWhitespace: boolean): ChangedFile[] {
  const others = compared.get(from) ?? new WeakMap<Tree, Map<boolean, ChangedFile[]>>();
  const held = others.get(to) ?? new Map<boolean, ChangedFile[]>();
  const files = held.get(ignoreWhitespace) ?? compareTrees(from, to, ignoreWhitespace);
  compared.set(from, others.set(to, held.set(ignoreWhitespace, files)));
  return files;
}

function compareTrees(from: Tree, to: Tree, ignoreWhitespace: boolean): ChangedFile[] {
  const moved = new Set([...to.values()].flatMap((entry) => (entry.from ? [entry.from] : [])));
  const paths = new Set([...from.keys(), ...to.keys()]);
  return [...paths].sort().flatMap((path) => {
    const after = to.get(path);
    const oldPath = after?.from !== undefined && !from.has(path) ? after.from : path;
    const before = from.get(oldPath);
    if (after === undefined && moved.has(path) && !to.has(path)) return [];
    if (before === after || same(before, after)) return oldPath === path ? [] : [changed()];
    const one = changed();
    return ignoreWhitespace && one.patch === "" ? [] : [one];

    function changed(): ChangedFile {
      return changedFile(path, oldPath, before, after, ignoreWhitespace);
    }
  });
}

function same(a: Entry | undefined, b: Entry | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.text === b.text &&
    a.mode === b.mode &&
    a.bytes === b.bytes
  );
}

const images = /\.(png|gif|webp|jpe?g)$/;

function changedFile(
  path: string,
  oldPath: string,
  before: Entry | undefined,
  after: Entry | undefined,
  ignoreWhitespace: boolean,
): ChangedFile {
  const moved = oldPath !== path;
  const binary = (after ?? before)?.text === null;
  const oldMode = before === undefined ? null : (before.mode ?? "100644");
  const newMode = after === undefined ? null : (after.mode ?? "100644");
  const { patch, additions, deletions } = binary
    ? { patch: null, additions: 0, deletions: 0 }
    : patchOf(path, oldPath, before, after, ignoreWhitespace);
  const status =
    before === undefined
      ? "added"
      : after === undefined
        ? "deleted"
        : moved
          ? "renamed"
          : "modified";
  const mode = newMode ?? oldMode;
  return {
    path,
    oldPath: moved ? oldPath : null,
    status,
    additions,
    deletions,
    binary,
    kind: images.test(path)
      ? "image"
      : binary
        ? "binary"
        : mode === "160000"
          ? "submodule"
          : mode === "120000"
            ? "symlink"
            : "text",
    oldMode,
    newMode,
    generated: (after ?? before)?.generated ?? false,
    id: createHash("sha1")
      .update(`${path} ${newMode} ${after?.text ?? after?.bytes?.length}`)
      .digest("hex"),
    patch,
    tooLarge: false,
  };
}

function patchOf(
  path: string,
  oldPath: string,
  before: Entry | undefined,
  after: Entry | undefined,
  ignoreWhitespace: boolean,
): { patch: string; additions: number; deletions: number } {
  const old = before?.text ?? "";
  const { hunks } = structuredPatch(oldPath, path, old, after?.text ?? "", "", "", {
    context: 3,
    ignoreWhitespace,
  });
  const oldLines = old.split("\n");
  const body = hunks.map((hunk) => {
    const range = (start: number, count: number) => `${start}${count === 1 ? "" : `,${count}`}`;
    const head = `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`;
    const section = oldLines
      .slice(0, Math.max(0, hunk.oldStart - 1))
      .findLast((l) => /^[\w$]/.test(l));
    return `${head}${section === undefined ? "" : ` ${section.slice(0, 60)}`}\n${hunk.lines.join("\n")}\n`;
  });
  const all = hunks.flatMap(({ lines }) => lines);
  const head =
    `diff --git a/${oldPath} b/${path}\n` +
    `--- ${before === undefined ? "/dev/null" : `a/${oldPath}`}\n` +
    `+++ ${after === undefined ? "/dev/null" : `b/${path}`}\n`;
  const bare = hunks.length === 0 && before !== undefined && after !== undefined;
  const sameMode = (before?.mode ?? "100644") === (after?.mode ?? "100644");
  return {
    patch: bare && sameMode && oldPath === path ? "" : `${head}${body.join("")}`,
    additions: all.filter((line) => line.startsWith("+")).length,
    deletions: all.filter((line) => line.startsWith("-")).length,
  };
}

import type { ChangedFile } from "../../../contract/changes.ts";

/** One row of the tree of changed files. */
export type TreeRow =
  | {
      readonly kind: "folder";
      /** Its whole path, which names it. */
      readonly path: string;
      /** What is shown: folders with nothing else in them stand in one row. */
      readonly name: string;
      readonly depth: number;
      readonly open: boolean;
    }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly name: string;
      readonly depth: number;
      readonly file: ChangedFile;
    };

interface Folder {
  readonly path: string;
  readonly folders: Map<string, Folder>;
  readonly files: ChangedFile[];
}

function grow(files: readonly ChangedFile[]): Folder {
  const root: Folder = { path: "", folders: new Map(), files: [] };
  for (const file of files) {
    let at = root;
    const parts = file.path.split("/");
    for (const name of parts.slice(0, -1)) {
      const path = at.path === "" ? name : `${at.path}/${name}`;
      const next = at.folders.get(name) ?? { path, folders: new Map(), files: [] };
      at.folders.set(name, next);
      at = next;
    }
    at.files.push(file);
  }
  return root;
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function* walk(folder: Folder, depth: number, closed: ReadonlySet<string>): Generator<TreeRow> {
  for (const [name, child] of [...folder.folders].sort(([a], [b]) => byName(a, b))) {
    const [shown, inner] = single(name, child);
    const open = !closed.has(inner.path);
    yield { kind: "folder", path: inner.path, name: shown, depth, open };
    if (open) yield* walk(inner, depth + 1, closed);
  }
  for (const file of [...folder.files].sort((a, b) => byName(a.path, b.path))) {
    const name = file.path.slice(file.path.lastIndexOf("/") + 1);
    yield { kind: "file", path: file.path, name, depth, file };
  }
}

/** A folder that holds one folder and nothing else is shown with it in one row. */
function single(name: string, folder: Folder): readonly [string, Folder] {
  let [shown, at] = [name, folder];
  while (at.files.length === 0 && at.folders.size === 1) {
    const [next] = at.folders;
    if (next === undefined) break;
    shown = `${shown}/${next[0]}`;
    at = next[1];
  }
  return [shown, at];
}

const nothing: ReadonlySet<string> = new Set();

/** The rows of the tree, folders first, from top to bottom; what is in a closed folder is left out. */
export function treeRows(
  files: readonly ChangedFile[],
  closed: ReadonlySet<string> = nothing,
): readonly TreeRow[] {
  return [...walk(grow(files), 0, closed)];
}

/** The files in the order in which the tree shows them: the order in which they are read. */
export function inTreeOrder(files: readonly ChangedFile[]): readonly ChangedFile[] {
  return treeRows(files).flatMap((row) => (row.kind === "file" ? [row.file] : []));
}

/** The files whose path has every word of the filter in it. */
export function filterFiles(files: readonly ChangedFile[], text: string): readonly ChangedFile[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return files;
  return files.filter(({ path, oldPath }) => {
    const names = `${path}\n${oldPath ?? ""}`.toLowerCase();
    return words.every((word) => names.includes(word));
  });
}

/** What a key does in the tree. */
export type TreeAct =
  | { readonly kind: "go"; readonly row: TreeRow }
  | { readonly kind: "fold"; readonly path: string; readonly shut: boolean }
  | { readonly kind: "mark"; readonly row: TreeRow }
  /** On to the lines of the file. */
  | { readonly kind: "read" };

/** Null when the key means nothing where the reader is. */
export function treeKey(rows: readonly TreeRow[], index: number, key: string): TreeAct | null {
  const row = rows[index];
  const to = (target: TreeRow | undefined): TreeAct | null =>
    target === undefined ? null : { kind: "go", row: target };
  switch (key) {
    case "ArrowDown":
      return to(rows[index + 1]);
    case "ArrowUp":
      return to(rows[index - 1]);
    case "Home":
      return to(rows[0]);
    case "End":
      return to(rows.at(-1));
    case "ArrowLeft":
      return row?.kind === "folder" && row.open ? fold(row) : to(parentOf(rows, index));
    case "ArrowRight":
      if (row?.kind === "file") return { kind: "read" };
      return row?.open === false ? fold(row) : to(rows[index + 1]);
    case "Enter":
      return row === undefined ? null : row.kind === "folder" ? fold(row) : { kind: "read" };
    case " ":
      return row === undefined ? null : row.kind === "folder" ? fold(row) : { kind: "mark", row };
    default:
      return null;
  }
}

function fold({ path, open }: Extract<TreeRow, { kind: "folder" }>): TreeAct {
  return { kind: "fold", path, shut: open };
}

function parentOf(rows: readonly TreeRow[], index: number): TreeRow | undefined {
  const depth = rows[index]?.depth ?? 0;
  return rows.slice(0, Math.max(0, index)).findLast((row) => row.depth < depth);
}

import { useMemo, useRef } from "react";
import type { ChangedFile } from "../../../contract/changes.ts";
import { type Hunk, parsePatch } from "../../diff/patch.ts";
import { useFacts } from "../data/context.ts";
import { useReader } from "../data/reader.ts";
import { nothingFetched } from "../rows/gaps.ts";
import { type FileRows, type RowsInput, rowsOf } from "../rows/rows.ts";
import type { Placed } from "../rows/threads.ts";

const parsed = new WeakMap<ChangedFile, readonly Hunk[]>();

/** The hunks of a file; read once for each state of it. */
export function hunksOf(file: ChangedFile): readonly Hunk[] {
  const held = parsed.get(file);
  if (held !== undefined) return held;
  const hunks = parsePatch(file.patch ?? "");
  parsed.set(file, hunks);
  return hunks;
}

const nobody: readonly Placed[] = [];

/** What was said on the whole stands before the first file, as if it were one without a name. */
export const wholePath = "";
const whole: ChangedFile = {
  path: wholePath,
  oldPath: null,
  status: "modified",
  additions: 0,
  deletions: 0,
  binary: false,
  kind: "text",
  oldMode: null,
  newMode: null,
  generated: false,
  id: "",
  patch: "@@",
  tooLarge: false,
};

interface Known {
  readonly input: RowsInput;
  readonly rows: FileRows;
}

/** The rows of every file. A file that did not change keeps the ones it had. */
export function useRows(split: boolean): readonly FileRows[] {
  const { shown, seen, placing } = useFacts();
  const folds = useReader((reader) => reader.folds);
  const open = useReader((reader) => reader.shown);
  const fetched = useReader((reader) => reader.fetched);
  const alone = useReader((reader) => (reader.alone ? reader.current : null));
  const known = useRef(new Map<string, Known>());
  return useMemo(() => {
    const before = known.current;
    const next = new Map<string, Known>();
    const take = (input: RowsInput): FileRows => {
      const { path } = input.file;
      const held = before.get(path);
      const one =
        held !== undefined && same(held.input, input) ? held : { input, rows: rowsOf(input) };
      next.set(path, one);
      return one.rows;
    };
    const files = alone === null ? shown.files : shown.files.filter(({ path }) => path === alone);
    const said = placing.whole.length > 0 ? [{ ...plain, file: whole, placed: placing.whole }] : [];
    const rows = [
      ...said.map((input) => take({ ...input, split })),
      ...files.map((file) =>
        take({
          file,
          hunks: hunksOf(file),
          split,
          folded: folds.get(file.path) ?? seen.of(file) === "yes",
          shown: open.has(file.id),
          fetched: fetched.get(file.id) ?? nothingFetched,
          placed: placing.files.get(file.path) ?? nobody,
        }),
      ),
    ];
    known.current = next;
    return rows;
  }, [shown.files, seen, placing, folds, open, fetched, alone, split]);
}

const plain = { hunks: [], folded: false, shown: true, fetched: nothingFetched } as const;

function same(a: RowsInput, b: RowsInput): boolean {
  return (
    a.file === b.file &&
    a.hunks === b.hunks &&
    a.split === b.split &&
    a.folded === b.folded &&
    a.shown === b.shown &&
    a.fetched === b.fetched &&
    samePlaced(a.placed, b.placed)
  );
}

function samePlaced(a: readonly Placed[], b: readonly Placed[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, at) => {
      const other = b[at];
      return one.id === other?.id && one.line === other.line && one.side === other.side;
    })
  );
}

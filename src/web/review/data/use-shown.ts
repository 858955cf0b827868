import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ChangedFile, Changes } from "../../../contract/changes.ts";
import { inTreeOrder } from "../tree/tree.ts";
import { type Held, holdBack, withHeld } from "./held.ts";
import { useReader, useReaderStore } from "./reader.ts";

export interface ShownFiles {
  /** In the order in which they are read. */
  readonly files: readonly ChangedFile[];
  readonly held: ReadonlyMap<string, Held>;
  /** Shows what a held file has become. */
  readonly release: (path: string) => void;
  /** The person changes these files themselves, so they are not held when they come; null = all. */
  readonly expect: (paths: readonly string[] | null) => void;
}

interface Screen {
  readonly source: Changes | undefined;
  readonly what: string;
  readonly held: ReadonlyMap<string, Held>;
  readonly files: readonly ChangedFile[];
}

const noHeld: ReadonlyMap<string, Held> = new Map();
const empty: Screen = { source: undefined, what: "", held: noHeld, files: [] };

/**
 * The files as they are shown. What changes under the reader waits until they ask for it or go on;
 * `what` names the comparison: another one is shown at once.
 */
export function useShown(changes: Changes | undefined, what: string): ShownFiles {
  const [screen, setScreen] = useState<Screen>(empty);
  const store = useReaderStore();
  const current = useReader((reader) => reader.current);
  const typing = useReader((reader) => reader.typing);
  const expected = useRef<Expected>(null);

  const reading = useMemo(() => {
    const paths = [current, typing].filter((path) => path !== null);
    return new Set(paths);
  }, [current, typing]);
  const next = advance(screen, changes, what, reading, expected.current);
  if (next !== screen) {
    setScreen(next);
    if (next.source !== screen.source) expected.current = null;
  }

  const release = useCallback((path: string) => {
    setScreen((before) => settle(before, (one) => one !== path));
  }, []);
  const expect = useCallback((paths: readonly string[] | null) => {
    const wanted = paths === null ? ("all" as const) : new Set(paths);
    expected.current = wanted;
    // What was done may have been seen before its answer came, and held back.
    setScreen((before) => settle(before, (path) => !isExpected(wanted, path)));
  }, []);
  const loaded = useReader((reader) => reader.loaded);
  const files = useMemo(
    () => next.files.map((file) => loaded.get(file.id) ?? file),
    [next.files, loaded],
  );
  // A link may name a file that is not part of this; then reading begins with the first.
  useEffect(() => {
    const [first] = files;
    const there = files.some(({ path }) => path === store.getState().current);
    if (first !== undefined && !there) store.setState({ current: first.path });
  }, [files, store]);
  const { held } = next;
  return useMemo(() => ({ files, held, release, expect }), [files, held, release, expect]);
}

/** Files that are to be shown at once when they come: the person changed them just now. */
type Expected = ReadonlySet<string> | "all" | null;

function isExpected(expected: Expected, path: string): boolean {
  return expected === "all" || expected?.has(path) === true;
}

function advance(
  screen: Screen,
  changes: Changes | undefined,
  what: string,
  reading: ReadonlySet<string>,
  expected: Expected,
): Screen {
  if (changes !== screen.source || what !== screen.what) {
    const incoming = inTreeOrder(changes?.files ?? []);
    const same = what === screen.what;
    const kept = [...reading].filter((path) => !isExpected(expected, path));
    const held = same ? holdBack(screen.files, incoming, new Set(kept)) : noHeld;
    return { source: changes, what, held, files: inTreeOrder(withHeld(incoming, held)) };
  }
  const left = [...screen.held.keys()].some((path) => !reading.has(path));
  return left ? settle(screen, (path) => reading.has(path)) : screen;
}

/** Keeps only some of the held files as they were. */
function settle(screen: Screen, keep: (path: string) => boolean): Screen {
  const held = new Map([...screen.held].filter(([path]) => keep(path)));
  const incoming = screen.source?.files ?? [];
  return { ...screen, held, files: inTreeOrder(withHeld(incoming, held)) };
}

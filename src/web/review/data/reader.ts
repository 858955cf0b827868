import { createContext, use, useEffect, useRef } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { ChangedFile } from "../../../contract/changes.ts";
import { type Editors, keepEditors, readEditors } from "../comments/drafts.ts";
import type { Cursor } from "../rows/cursor.ts";
import type { Fetched } from "../rows/gaps.ts";

/** Where the reader is and what they have opened: what nobody else needs to know. */
export interface Reader {
  /** The file at the top of what is seen. */
  readonly current: string | null;
  readonly cursor: Cursor | null;
  /** Files folded or opened by hand, by path. */
  readonly folds: ReadonlyMap<string, boolean>;
  /** Files made by a tool that are to be shown all the same, by id. */
  readonly shown: ReadonlySet<string>;
  /** Files whose lines were left out at first and have been fetched since, by id. */
  readonly loaded: ReadonlyMap<string, ChangedFile>;
  /** Lines around hunks, by the file's id. */
  readonly fetched: ReadonlyMap<string, Fetched>;
  readonly editors: Editors;
  /** The comment or field that is to be seen and to have the focus, once it is there. */
  readonly wish: string | null;
  /** The file a comment is being typed in. */
  readonly typing: string | null;
  /** Only the current file is shown. */
  readonly alone: boolean;
}

export type ReaderStore = StoreApi<Reader>;

export function createReader(taskId: string, current: string | null): ReaderStore {
  const store = createStore<Reader>(() => ({
    current,
    cursor: null,
    folds: new Map(),
    shown: new Set(),
    loaded: new Map(),
    fetched: new Map(),
    editors: readEditors(taskId),
    wish: null,
    typing: null,
    alone: false,
  }));
  store.subscribe((now, before) => {
    if (now.editors !== before.editors) keepEditors(taskId, now.editors);
  });
  return store;
}

export const ReaderContext = createContext<ReaderStore | null>(null);

export function useReaderStore(): ReaderStore {
  const store = use(ReaderContext);
  if (store === null) throw new Error("a part of the review stands outside of it");
  return store;
}

export function useReader<T>(select: (reader: Reader) => T): T {
  return useStore(useReaderStore(), select);
}

/** Folds a file or opens it. */
export function setFold(store: ReaderStore, path: string, folded: boolean): void {
  store.setState(({ folds }) => ({ folds: new Map(folds).set(path, folded) }));
}

/** Forgets what was opened by hand: it belonged to another comparison. */
export function startAnew(store: ReaderStore): void {
  store.setState({ cursor: null, folds: new Map(), loaded: new Map(), fetched: new Map() });
}

/** Shows a comment or a field, wherever it stands, and gives it the focus. */
export function wishFor(store: ReaderStore, id: string, path: string | null): void {
  if (path !== null && path !== "") setFold(store, path, false);
  store.setState({ wish: id });
}

/** Whether this is what was asked for; says so until it has been seen to. */
export function useWish(id: string, see: () => void): void {
  const store = useReaderStore();
  const wished = useReader(({ wish }) => wish === id);
  const latest = useRef(see);
  latest.current = see;
  useEffect(() => {
    if (!wished) return;
    latest.current();
    store.setState({ wish: null });
  }, [wished, store]);
}

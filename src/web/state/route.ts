import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

/**
 * Where the page is. The page is always `/`; everything else stands in the query string, so a link
 * says what is open and which cards are shown, and never meets an API path.
 */
export interface Route {
  readonly task: string | null;
  readonly tab: string | null;
  readonly q: string;
  readonly agent: string | null;
  readonly project: string | null;
  readonly column: string | null;
  /** An open dialog: `new`. */
  readonly dialog: string | null;
  /** Another page than the board: `inbox`, `trash`, `doctor`…, or `review` for the open task. */
  readonly view: string | null;
  /** In the settings: which part, such as `accounts/codex`. */
  readonly section: string | null;
  /** In the review: what is compared, with whose run or which commit, and the file that is read. */
  readonly scope: string | null;
  readonly run: string | null;
  readonly commit: string | null;
  readonly file: string | null;
}

const empty: Route = {
  task: null,
  tab: null,
  q: "",
  agent: null,
  project: null,
  column: null,
  dialog: null,
  view: null,
  section: null,
  scope: null,
  run: null,
  commit: null,
  file: null,
};

export function parseRoute(search: string): Route {
  const query = new URLSearchParams(search);
  return {
    task: query.get("task"),
    tab: query.get("tab"),
    q: query.get("q") ?? "",
    agent: query.get("agent"),
    project: query.get("project"),
    column: query.get("column"),
    dialog: query.get("dialog"),
    view: query.get("view"),
    section: query.get("section"),
    scope: query.get("scope"),
    run: query.get("run"),
    commit: query.get("commit"),
    file: query.get("file"),
  };
}

export function formatRoute(route: Route): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(route)) {
    if (value !== null && value !== "") query.set(name, value);
  }
  const search = query.toString();
  return search === "" ? "/" : `/?${search}`;
}

export const route = createStore<Route>(() =>
  typeof location === "undefined" ? empty : parseRoute(location.search),
);

/** What only one page knows does not stay in the address of another. */
const outside = { scope: null, run: null, commit: null, file: null } as const;

/** Goes somewhere. `replace` for what is not worth a step back, like typing in the filter. */
export function go(change: Partial<Route>, how: "push" | "replace" = "push"): void {
  const wanted = { ...route.getState(), ...change };
  const next = {
    ...wanted,
    ...(wanted.view === "review" ? {} : outside),
    ...(wanted.view === "settings" ? {} : { section: null }),
  };
  const url = formatRoute(next);
  if (url === formatRoute(route.getState())) return;
  if (how === "push") history.pushState(null, "", url);
  else history.replaceState(history.state, "", url);
  route.setState(next, true);
}

/** Follows the browser's back and forward; the answer stops it. */
export function followHistory(): () => void {
  const back = (): void => route.setState(parseRoute(location.search), true);
  addEventListener("popstate", back);
  return () => removeEventListener("popstate", back);
}

export function useRoute<T>(select: (state: Route) => T): T {
  return useStore(route, select);
}

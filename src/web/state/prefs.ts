import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { Column } from "../../contract/primitives.ts";
import { call } from "../wire/client.ts";

export type Theme = "system" | "light" | "dark";

/** What was picked last for a project; null fields mean the agent's own default. */
export interface LastPicks {
  readonly agent?: string;
  readonly model?: string | null;
  readonly mode?: string | null;
  readonly effort?: string | null;
  readonly isolation?: "worktree" | "none";
}

/** The preferences this UI knows. They live on the server, so every browser shows the same. */
export interface Prefs {
  readonly "ui.theme": Theme;
  readonly "ui.rail": "open" | "closed";
  readonly "ui.collapsed": readonly Column[];
  readonly "ui.panelWidth": number;
  readonly "ui.detail": "summary" | "normal" | "verbose";
  /** Whether a hidden tab tells of what waits, where the browser lets it. */
  readonly "ui.notify": boolean;
  /** How diffs are shown in the review. */
  readonly "ui.diffLayout": "split" | "unified";
  readonly "ui.diffWrap": boolean;
  readonly "ui.diffWhitespace": "show" | "ignore";
  /** Whether the first screen has done its work. */
  readonly "ui.welcomed": boolean;
  readonly "ui.lastProject": string | null;
  readonly "ui.lastPicks": Readonly<Record<string, LastPicks>>;
}

const defaults: Prefs = {
  "ui.theme": "system",
  "ui.rail": "open",
  "ui.collapsed": ["done"],
  "ui.panelWidth": 760,
  "ui.detail": "normal",
  "ui.notify": true,
  "ui.diffLayout": "split",
  "ui.diffWrap": false,
  "ui.diffWhitespace": "show",
  "ui.welcomed": false,
  "ui.lastProject": null,
  "ui.lastPicks": {},
};

/** The theme of the last visit, so a reload does not flash before preferences are here. */
const themeHint = "agetor.theme";

export const prefs = createStore<Prefs>(() => ({ ...defaults, "ui.theme": hintedTheme() }));

/** Whether the server has been asked what the person prefers, with success or not. */
export const prefsRead = createStore(() => ({ read: false }));

function hintedTheme(): Theme {
  if (typeof sessionStorage === "undefined") return "system";
  const hint = sessionStorage.getItem(themeHint);
  return hint === "light" || hint === "dark" ? hint : "system";
}

export async function loadPrefs(): Promise<void> {
  try {
    const { preferences } = await call("GET /preferences");
    const known = Object.entries(preferences).filter(
      ([key, value]) => key in defaults && sameShape(value, defaults[key as keyof Prefs]),
    );
    prefs.setState(Object.fromEntries(known) as Partial<Prefs>);
  } finally {
    prefsRead.setState({ read: true });
  }
}

/** A value some other program stored under our key must not break the page. */
function sameShape(value: unknown, model: unknown): boolean {
  if (model === null) return value === null || typeof value === "string";
  if (Array.isArray(model)) return Array.isArray(value);
  return typeof value === typeof model && value !== null && !Array.isArray(value);
}

/** Sets one preference here at once and on the server soon; resolves when it is stored. */
export async function setPref<K extends keyof Prefs>(key: K, value: Prefs[K]): Promise<void> {
  prefs.setState({ [key]: value } as Pick<Prefs, K>);
  await call("PUT /preferences/:key", { params: { key }, body: { value } });
}

export function usePref<K extends keyof Prefs>(key: K): Prefs[K] {
  return useStore(prefs, (state) => state[key]);
}

/** Puts the theme on the page, now and whenever it changes. */
export function applyTheme(): () => void {
  const apply = ({ "ui.theme": theme }: Prefs): void => {
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    sessionStorage.setItem(themeHint, theme);
  };
  apply(prefs.getState());
  return prefs.subscribe(apply);
}

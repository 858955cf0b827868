import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { PreferenceName, PreferenceValue } from "../../contract/preference.ts";
import { call } from "../wire/client.ts";

export type { LastPicks } from "../../contract/preference.ts";
export type Theme = PreferenceValue<"ui.theme">;

type Own = Extract<PreferenceName, `ui.${string}`>;
type Nullable = "ui.lastProject";

/** The preferences this UI knows. They live on the server, so every browser shows the same. */
export type Prefs = {
  readonly [K in Own]: PreferenceValue<K> | (K extends Nullable ? null : never);
};

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
    // The server answers only what fits; null stands for the default.
    const known = Object.entries(preferences).filter(
      ([key, value]) => key in defaults && value !== null,
    );
    prefs.setState(Object.fromEntries(known) as Partial<Prefs>);
  } finally {
    prefsRead.setState({ read: true });
  }
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

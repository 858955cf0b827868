import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { StreamState } from "../wire/frames.ts";

export interface Connection extends StreamState {
  /** When the stream last carried or confirmed anything: how old the board is while it is lost. */
  readonly goodAt: number;
  /** Since when requests have had no answer though the stream stands; null when they have. */
  readonly silentSince: number | null;
}

export const connection = createStore<Connection>(() => ({
  kind: "connecting",
  since: Date.now(),
  goodAt: Date.now(),
  silentSince: null,
}));

/** Agents work on while the server is away, so what is shown stays; it is only older. */
export function noteState(state: StreamState): void {
  connection.setState((before) => ({
    ...state,
    goodAt: state.kind === "open" || before.kind === "open" ? state.since : before.goodAt,
  }));
}

/** The server takes requests and does not answer them, or does so again. */
export function noteSilence(silentSince: number | null): void {
  connection.setState({ silentSince });
}

export function useConnection<T>(select: (state: Connection) => T): T {
  return useStore(connection, select);
}

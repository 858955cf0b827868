import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { Trust } from "../../contract/project.ts";

/** A repository that wants to be trusted before the first agent works in it. */
export interface TrustRequest {
  readonly trust: Trust;
  /** The task that waits for it. */
  readonly title: string;
  /** What goes on once the person said yes. */
  readonly accepted: () => void;
  readonly otherwise?: () => void;
}

const asked = createStore<{ readonly request: TrustRequest | null }>(() => ({ request: null }));

export function askForTrust(request: TrustRequest): void {
  asked.setState({ request });
}

export function closeTrust(): void {
  asked.setState({ request: null });
}

export function useTrustRequest(): TrustRequest | null {
  return useStore(asked, (state) => state.request);
}

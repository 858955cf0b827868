import type { IconName } from "./icons.tsx";

export interface ToastSpec {
  readonly text: string;
  /** A second, quieter line: what was kept, or what to do. */
  readonly detail?: string | null;
  readonly tone?: "plain" | "bad" | "good";
  readonly icon?: IconName;
  readonly action?: { readonly label: string; readonly icon?: IconName; readonly run: () => void };
  /** Milliseconds; an undo shows them as a count-down. */
  readonly timeout?: number;
  readonly countdown?: boolean;
}

/** Toasts that were asked for before their layer was loaded. */
let waiting: ToastSpec[] = [];
let wanted = false;
let show: ((spec: ToastSpec) => void) | null = null;
const listeners = new Set<() => void>();

/** Says something at the bottom right. Use it for news and failures, not for what stands there. */
export function toast(spec: ToastSpec): void {
  if (show !== null) {
    show(spec);
    return;
  }
  waiting.push(spec);
  wanted = true;
  for (const listener of listeners) listener();
}

/** The layer calls this when it is there. */
export function attachToasts(next: (spec: ToastSpec) => void): void {
  show = next;
  const early = waiting;
  waiting = [];
  for (const spec of early) next(spec);
}

/** Whether the layer is needed yet, and how to hear of it. */
export function onFirstToast(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function toastsWanted(): boolean {
  return wanted;
}

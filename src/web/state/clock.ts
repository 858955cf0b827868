import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
  // Aligned to the full second, so all clocks on the board turn together.
  timer = setTimeout(tick, 1000 - (Date.now() % 1000) + 5);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) tick();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearTimeout(timer);
    timer = undefined;
  };
}

/** The time, new every second. With `step` the component is drawn again only every `step` ms. */
export function useNow(step = 1000): number {
  return useSyncExternalStore(subscribe, () => (step <= 1000 ? now : now - (now % step)));
}

import { useSyncExternalStore } from "react";

let polite = "";
let assertive = "";
const listeners = new Set<() => void>();

/** Says something to a screen reader. Two equal sentences in a row are both read. */
export function announce(text: string, urgency: "polite" | "assertive" = "polite"): void {
  const nudge = (before: string): string => (before === text ? `${text}\u00A0` : text);
  if (urgency === "polite") polite = nudge(polite);
  else assertive = nudge(assertive);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where announcements stand; mount it once. */
export function LiveRegion() {
  const calm = useSyncExternalStore(subscribe, () => polite);
  const urgent = useSyncExternalStore(subscribe, () => assertive);
  return (
    <>
      <div className="sr" role="status" aria-live="polite">
        {calm}
      </div>
      <div className="sr" role="alert" aria-live="assertive">
        {urgent}
      </div>
    </>
  );
}

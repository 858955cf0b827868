import { lazy, Suspense, useSyncExternalStore } from "react";
import { onFirstToast, toastsWanted } from "./toast.ts";

const Layer = lazy(() => import("./toast-layer.tsx"));

/** Where toasts stand; mount it once. Its code is fetched with the first toast. */
export function Toasts() {
  const needed = useSyncExternalStore(onFirstToast, toastsWanted);
  return needed ? (
    <Suspense fallback={null}>
      <Layer />
    </Suspense>
  ) : null;
}

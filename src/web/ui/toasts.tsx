import { lazy, Suspense, useSyncExternalStore } from "react";
import { Boundary } from "./boundary.tsx";
import { patient } from "./patient.ts";
import { onFirstToast, toastsWanted } from "./toast.ts";

const Layer = lazy(patient(() => import("./toast-layer.tsx")));

/** Where toasts stand; mount it once. Its code is fetched with the first toast. */
export function Toasts() {
  const needed = useSyncExternalStore(onFirstToast, toastsWanted);
  return needed ? (
    <Boundary what="The messages" floating>
      <Suspense fallback={null}>
        <Layer />
      </Suspense>
    </Boundary>
  ) : null;
}

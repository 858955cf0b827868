import { useSyncExternalStore } from "react";
import { Boundary } from "./boundary.tsx";
import { part } from "./part.tsx";
import { onFirstToast, toastsWanted } from "./toast.ts";

const Layer = part(() => import("./toast-layer.tsx"));

/** Where toasts stand; mount it once. Its code is fetched with the first toast. */
export function Toasts() {
  const needed = useSyncExternalStore(onFirstToast, toastsWanted);
  return needed ? (
    <Boundary what="The messages" floating>
      <Layer />
    </Boundary>
  ) : null;
}

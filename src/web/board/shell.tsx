import { lazy, Suspense } from "react";
import { go, useRoute } from "../state/route.ts";

const RunPanel = lazy(() => import("../run/RunPanel.tsx"));

export function Shell() {
  const task = useRoute((state) => state.task);
  return (
    <div className="app">
      {task !== null && (
        <Suspense fallback={null}>
          <RunPanel taskId={task} onClose={() => go({ task: null, tab: null })} />
        </Suspense>
      )}
    </div>
  );
}

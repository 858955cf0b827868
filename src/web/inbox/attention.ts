import { useEffect } from "react";
import { useBoard, useTask, waitingCount } from "../state/board.ts";
import { useRoute } from "../state/route.ts";
import { paintBadge } from "./badge.ts";
import { notifyOfAsks } from "./notify.ts";

/** Tells of what waits where nobody looks at the page: title, icon, notifications. */
export function useAttention(): void {
  const waiting = useBoard(waitingCount);
  const inbox = useRoute((state) => state.view === "inbox");
  const task = useTask(useRoute((state) => state.task));
  useEffect(() => {
    const place = inbox ? "Needs you" : (task?.title ?? null);
    const name = place === null ? "Agetor" : `${place} · Agetor`;
    document.title = waiting === 0 ? name : `(${waiting}) ${name}`;
  }, [waiting, task, inbox]);
  useEffect(() => paintBadge(waiting), [waiting]);
  useEffect(notifyOfAsks, []);
}

import { useEffect, useRef } from "react";
import { later, markSeen } from "../state/actions.ts";
import { board, useTask } from "../state/board.ts";
import { useConnection } from "../state/connection.ts";

/**
 * An open task in a visible window has been looked at. A try that fails puts the dot back, which must
 * not start the next one: that waits until the task is shown anew or the connection is back.
 */
export function useSeen(taskId: string): void {
  const unread = useTask(taskId)?.unread === true;
  const connected = useConnection((state) => state.kind === "open");
  const showing = `${taskId} ${connected}`;
  const failedIn = useRef<string | null>(null);
  useEffect(() => {
    if (!unread) return;
    const look = (): void => {
      if (document.visibilityState !== "visible" || failedIn.current === showing) return;
      // Until it is answered it counts as failed: the dot is put back before the answer is known here.
      failedIn.current = showing;
      const tried = async (): Promise<void> => {
        if (!(await markSeen(taskId)) || failedIn.current !== showing) return;
        failedIn.current = null;
        // Something new came while the answer was under way.
        if (board.getState().tasks.get(taskId)?.unread === true) look();
      };
      later(tried());
    };
    const shownAgain = (): void => {
      failedIn.current = null;
      look();
    };
    look();
    document.addEventListener("visibilitychange", shownAgain);
    return () => document.removeEventListener("visibilitychange", shownAgain);
  }, [taskId, unread, showing]);
}

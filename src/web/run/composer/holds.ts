import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ulid } from "ulid";
import { later } from "../../state/actions.ts";
import { call } from "../../wire/client.ts";
import { inTurn } from "./in-turn.ts";
import { queueKey } from "./queue-actions.ts";

/** Between two signs of life. A hidden page is let run once a minute: the hold outlives that. */
const beatMs = 20_000;
const holdMs = 75_000;
/** What a page that goes away asks for: as long as a reload takes. */
const leavingMs = 5_000;

/** This page among all that may edit the same message. */
let editor: string | null = null;
const editorId = (): string => {
  editor ??= ulid();
  return editor;
};

async function hold(
  client: QueryClient,
  message: { readonly id: string; readonly taskId: string },
  forMs: number,
): Promise<void> {
  const { id: messageId, taskId } = message;
  try {
    await inTurn(messageId, () =>
      call("POST /tasks/:id/queue/:messageId/hold", {
        params: { id: taskId, messageId },
        body: { editor: editorId(), forMs },
        // The page may be on its way out.
        keepalive: true,
      }),
    );
  } catch {
    // It has gone, or the server has: the list tells of the one, the page of the other.
    await client.invalidateQueries({ queryKey: queueKey(taskId) });
  }
}

/** Keeps a waiting message from being sent for as long as the caller is mounted. */
export function useHold(taskId: string, messageId: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const message = { id: messageId, taskId };
    const say = (forMs: number): void => later(hold(client, message, forMs));
    const here = (): void => say(holdMs);
    const seen = (): void => {
      if (document.visibilityState === "visible") here();
    };
    const leave = (): void => say(leavingMs);
    here();
    const timer = setInterval(here, beatMs);
    document.addEventListener("visibilitychange", seen);
    addEventListener("pagehide", leave);
    addEventListener("pageshow", seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", seen);
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", seen);
      say(0);
    };
  }, [client, taskId, messageId]);
}

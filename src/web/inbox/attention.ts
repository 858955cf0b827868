import { useEffect } from "react";
import type { Interaction } from "../../contract/interaction.ts";
import { headline, summary } from "../ask/words.ts";
import { board, useBoard, useTask, waitingCount } from "../state/board.ts";
import { prefs } from "../state/prefs.ts";
import { go, useRoute } from "../state/route.ts";
import { splitHidden } from "../ui/text.tsx";
import { paintBadge } from "./badge.ts";

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
  useEffect(watch, []);
}

/** Notifications that stand, by interaction; they go when it is answered, wherever that was. */
const standing = new Map<string, Notification>();

function watch(): () => void {
  let before = board.getState();
  return board.subscribe((now) => {
    const was = before;
    before = now;
    if (was.interactions === now.interactions) return;
    for (const [id, notification] of standing) {
      if (now.interactions.has(id)) continue;
      notification.close();
      standing.delete(id);
    }
    // What waited already when the page came is no news.
    if (!was.loaded) return;
    for (const [id, ask] of now.interactions) {
      if (!was.interactions.has(id)) tell(ask);
    }
  });
}

function tell(ask: Interaction): void {
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  if (document.visibilityState === "visible" || !prefs.getState()["ui.notify"]) return;
  const title = board.getState().tasks.get(ask.taskId)?.title ?? "A task";
  // One tag for all tabs: they show the same one, not one each.
  const notification = new Notification(`${title} needs you`, {
    body: `${headline(ask)} ${inPlainSight(summary(ask))}`,
    tag: `agetor.${ask.id}`,
  });
  notification.addEventListener("click", () => {
    window.focus();
    go({ view: "inbox", task: null, tab: null });
    notification.close();
  });
  standing.set(ask.id, notification);
}

const longest = 160;

/** A notification has no markup: what cannot be seen is written out. */
function inPlainSight(text: string): string {
  const seen = splitHidden(text)
    .map((part) => (part.hidden ? `[${part.text}]` : part.text))
    .join("");
  return seen.length > longest ? `${seen.slice(0, longest)}…` : seen;
}

import type { Interaction } from "../../contract/interaction.ts";
import { headline, summary } from "../ask/words.ts";
import { later } from "../state/actions.ts";
import { board } from "../state/board.ts";
import { prefs } from "../state/prefs.ts";
import { go } from "../state/route.ts";
import { splitHidden } from "../ui/text.tsx";

/** Held by every tab that can be seen: who looks at one needs to be told by no other. */
const lookedAt = "agetor.looked-at";

/** What takes a notification back, by interaction; it goes when that is answered, wherever. */
const standing = new Map<string, () => void>();

/**
 * Tells of every question that comes while no tab can be seen, once over all tabs of a browser.
 * Answers how to stop.
 */
export function notifyOfAsks(): () => void {
  const unhold = holdWhileVisible();
  let before = board.getState();
  const unsubscribe = board.subscribe((now) => {
    const was = before;
    before = now;
    if (was.interactions === now.interactions) return;
    for (const [id, takeBack] of standing) {
      if (!now.interactions.has(id)) takeBack();
    }
    // What waited already when the page came is no news.
    if (!was.loaded) return;
    for (const [id, ask] of now.interactions) {
      if (!was.interactions.has(id)) later(tell(ask));
    }
  });
  return () => {
    unsubscribe();
    unhold();
  };
}

function holdWhileVisible(): () => void {
  let release: (() => void) | null = null;
  const look = (): void => {
    if (document.visibilityState !== "visible") {
      release?.();
      release = null;
    } else if (release === null && "locks" in navigator) {
      const held = Promise.withResolvers<void>();
      release = held.resolve;
      later(navigator.locks.request(lookedAt, { mode: "shared" }, () => held.promise));
    }
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    release?.();
  };
}

async function tell(ask: Interaction): Promise<void> {
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  if (document.visibilityState === "visible" || !prefs.getState()["ui.notify"]) return;
  const { held } = await navigator.locks.query();
  if (held?.some(({ name }) => name === lookedAt) === true) return;
  // The first tab to come tells; the others find it taken for as long as its notification stands.
  await navigator.locks.request(`agetor.tell.${ask.id}`, { ifAvailable: true }, (lock) =>
    lock === null || !board.getState().interactions.has(ask.id) ? null : show(ask),
  );
}

/** Resolves when the notification is gone. */
function show(ask: Interaction): Promise<void> {
  const gone = Promise.withResolvers<void>();
  const title = board.getState().tasks.get(ask.taskId)?.title ?? "A task";
  const notification = new Notification(`${inPlainSight(title)} needs you`, {
    body: `${headline(ask)} ${inPlainSight(summary(ask))}`,
    tag: `agetor.${ask.id}`,
  });
  const over = (): void => {
    standing.delete(ask.id);
    gone.resolve();
  };
  standing.set(ask.id, () => {
    notification.close();
    over();
  });
  notification.addEventListener("click", () => {
    window.focus();
    go({ view: "inbox", task: null, tab: null });
    notification.close();
  });
  notification.addEventListener("close", over);
  return gone.promise;
}

const longest = 160;

/** A notification has no markup: what cannot be seen is written out. */
function inPlainSight(text: string): string {
  const seen = splitHidden(text)
    .map((part) => (part.hidden ? `[${part.text}]` : part.text))
    .join("");
  return seen.length > longest ? `${seen.slice(0, longest)}…` : seen;
}

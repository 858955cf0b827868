import { connect } from "./connection.ts";
import type { Frame, StreamState, ToHub, ToTab } from "./frames.ts";
import { StreamHub } from "./hub.ts";
import { realClock } from "./real-clock.ts";
import sharedUrl from "./stream.shared.ts?sharedworker&url";
import { scriptUrl } from "./trusted.ts";

export interface StreamHandlers {
  /** A batch in the order of the stream. */
  frames(frames: readonly Frame[]): void;
  state(state: StreamState): void;
  /** See `ToTab.live`. */
  live(tasks: readonly string[], gap: boolean): void;
}

export interface Stream {
  /** Adds a task's transcript to the stream until the answer is called. */
  watch(taskId: string): () => void;
  /** Tries at once instead of waiting for the next attempt. */
  retry(): void;
  close(): void;
}

interface Link {
  send(message: ToHub): void;
}

const pingEvery = 30_000;

/** Joins the browser's one stream, or opens one of its own where there is no SharedWorker. */
export function openStream(token: string, handlers: StreamHandlers): Stream {
  const watched = new Map<string, number>();
  const receive = (message: ToTab): void => {
    switch (message.type) {
      case "frames":
        handlers.frames(message.frames);
        break;
      case "state":
        handlers.state(message.state);
        break;
      case "live":
        handlers.live(message.tasks, message.gap);
        break;
      case "stranger":
        hello();
        break;
    }
  };
  let link: Link = sharedLink(receive, () => {
    link = localLink(receive);
    hello();
  });
  const hello = (): void => link.send({ type: "hello", token, tasks: [...watched.keys()] });
  const tell = (): void => link.send({ type: "watch", tasks: [...watched.keys()] });
  hello();

  const ping = setInterval(() => link.send({ type: "ping" }), pingEvery);
  const awake = (): void => {
    if (document.visibilityState === "visible") link.send({ type: "ping" });
  };
  const online = (): void => link.send({ type: "retry" });
  const leave = (): void => link.send({ type: "bye" });
  document.addEventListener("visibilitychange", awake);
  addEventListener("online", online);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", awake);

  return {
    watch(taskId) {
      watched.set(taskId, (watched.get(taskId) ?? 0) + 1);
      tell();
      return () => {
        const left = (watched.get(taskId) ?? 1) - 1;
        if (left > 0) watched.set(taskId, left);
        else watched.delete(taskId);
        tell();
      };
    },
    retry: () => link.send({ type: "retry" }),
    close() {
      clearInterval(ping);
      document.removeEventListener("visibilitychange", awake);
      removeEventListener("online", online);
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", awake);
      leave();
    },
  };
}

function sharedLink(receive: (message: ToTab) => void, broken: () => void): Link {
  if (typeof SharedWorker === "undefined") return localLink(receive);
  try {
    const worker = new SharedWorker(scriptUrl(sharedUrl), { type: "module", name: "agetor" });
    worker.addEventListener("error", broken, { once: true });
    worker.port.addEventListener("message", (event: MessageEvent<ToTab>) => receive(event.data));
    worker.port.start();
    return { send: (message) => worker.port.postMessage(message) };
  } catch {
    return localLink(receive);
  }
}

function localLink(receive: (message: ToTab) => void): Link {
  const hub = new StreamHub(connect, realClock);
  const port = { post: receive };
  return { send: (message) => hub.receive(port, message) };
}

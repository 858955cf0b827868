/** The SharedWorker: one stream for all tabs of this browser. */
import { connect } from "./connection.ts";
import type { ToHub } from "./frames.ts";
import { type HubPort, StreamHub } from "./hub.ts";
import { realClock } from "./real-clock.ts";

const hub = new StreamHub(connect, realClock);

addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0];
  if (port === undefined) return;
  const tab: HubPort = { post: (message) => port.postMessage(message) };
  port.addEventListener("message", (message: MessageEvent<ToHub>) => {
    hub.receive(tab, message.data);
  });
  port.addEventListener("close", () => hub.receive(tab, { type: "bye" }));
  port.start();
});

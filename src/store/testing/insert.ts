/** Appends events without end; the seq of each is printed when its transaction has committed. */
import { writeSync } from "node:fs";
import { openStore } from "../open.ts";

const store = openStore({ dataDir: process.argv[2] ?? "", clock: Date });
if (!store.ok) throw new Error(store.fault.message);
for (let n = 1; ; n += 1) {
  const seq = store.value.transact((tx) => {
    const event = tx.appendEvent({
      at: n,
      type: "assistant.text",
      taskId: null,
      runId: null,
      key: null,
      cause: "test",
      data: { text: "x".repeat(300), n },
    });
    return event?.seq;
  });
  writeSync(1, `${seq}\n`);
}

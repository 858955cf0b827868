import { expect, test } from "bun:test";
import { opened, program, tempDir } from "./testing/harness.ts";
import { anEvent } from "./testing/records.ts";

test("kill -9 in the middle of writing loses no acknowledged row, again and again", async () => {
  using dir = tempDir();
  let acknowledged = 0;
  for (const rows of [1, 20, 50]) {
    const writer = await program("insert.ts", dir.path);
    const from = acknowledged;
    while (acknowledged < from + rows) acknowledged = Number(await writer.line());
    writer.child.kill("SIGKILL");
    await writer.child.exited;
    // What it had said before the signal reached it counts as well.
    for (;;) {
      const line = await writer.line();
      if (line === null) break;
      acknowledged = Number(line);
    }
    const store = opened(dir.path);
    const events = store.events({ after: 0, limit: 1_000_000 });
    expect(events.length).toBeGreaterThanOrEqual(acknowledged);
    // At most the one whose commit came but whose word did not.
    expect(events.length).toBeLessThanOrEqual(acknowledged + 1);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    acknowledged = events.length;
    store.close();
  }
  const store = opened(dir.path);
  expect(store.transact((tx) => tx.appendEvent(anEvent()))?.seq).toBe(acknowledged + 1);
  store.close();
});

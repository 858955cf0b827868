import { afterAll, describe, expect, test } from "bun:test";
import { closeSync, constants, openSync } from "node:fs";
import { openFifo } from "./fifo-writer.ts";
import { Workspace } from "./testing/workspace.ts";
import type { LineWriter } from "./types.ts";

const work = new Workspace();
const readers: Bun.Subprocess[] = [];
afterAll(() => {
  for (const reader of readers) reader.kill("SIGKILL");
  work.remove();
});

let made = 0;
function fifo(): string {
  made += 1;
  const path = work.path(`in${made}`);
  Bun.spawnSync(["mkfifo", path]);
  return path;
}

/** A program that holds the FIFO open and copies it to a file; paused by SIGSTOP at will. */
async function reader(path: string, script = "exec cat") {
  const out = `${path}.out`;
  const child = Bun.spawn(["sh", "-c", `exec 0<>"$0" 1>"$1"; ${script}`, path, out], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  readers.push(child);
  await work.file(out);
  return { child, out, text: async () => Bun.file(out).text() };
}

function opened(path: string): LineWriter {
  const writer = openFifo(path);
  if (!writer.ok) throw new Error(writer.fault.message);
  return writer.value;
}

describe("a line writer", () => {
  test("begins with a line break and keeps the order", async () => {
    const path = fifo();
    const agent = await reader(path);
    const writer = opened(path);
    const lines = Array.from({ length: 500 }, (_, index) => `${index}`.padEnd(index * 7, "☃"));
    const results = await Promise.all(lines.map((line) => writer.write(line)));
    expect(results.every((result) => result.ok)).toBe(true);
    const wanted = `\n${lines.join("\n")}\n`;
    const size = Buffer.byteLength(wanted);
    await work.until(() => (Bun.file(agent.out).size >= size ? true : null), agent.out);
    expect(await agent.text()).toBe(wanted);
    writer.close();
  });

  test("nobody holds the FIFO: the agent is gone", () => {
    expect(openFifo(fifo())).toMatchObject({ ok: false, fault: { code: "host_failed" } });
    expect(openFifo(work.path("nothing"))).toMatchObject({ ok: false });
  });

  test("10 MB in one line pass, and the event loop goes on while the agent does not read", async () => {
    const path = fifo();
    const agent = await reader(path);
    agent.child.kill("SIGSTOP");
    const writer = opened(path);
    const line = "x".repeat(10 * 1024 * 1024);
    let settled = false;
    const written = writer.write(line).then((result) => {
      settled = true;
      return result;
    });
    const behind = writer.write("behind");
    // The loop turns freely: a hundred rounds of timers pass while the FIFO is full.
    let longest = 0;
    for (let round = 0; round < 100; round += 1) {
      const before = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      longest = Math.max(longest, performance.now() - before);
    }
    expect(longest).toBeLessThan(200);
    expect(settled).toBe(false);
    agent.child.kill("SIGCONT");
    expect(await written).toEqual({ ok: true, value: null });
    expect(await behind).toEqual({ ok: true, value: null });
    const size = line.length + 2 + "behind\n".length;
    await work.until(() => (Bun.file(agent.out).size >= size ? true : null), agent.out);
    expect(await agent.text()).toBe(`\n${line}\nbehind\n`);
    writer.close();
  });

  test("the agent ends in the middle: every waiting write is told", async () => {
    const path = fifo();
    const agent = await reader(path, "exec sleep 600");
    const writer = opened(path);
    const results = Promise.all([writer.write("x".repeat(1_000_000)), writer.write("behind")]);
    agent.child.kill("SIGKILL");
    for (const result of await results) {
      expect(result).toMatchObject({ ok: false, fault: { code: "host_failed" } });
    }
    expect(await writer.write("later")).toMatchObject({ ok: false });
    expect(openFifo(path)).toMatchObject({ ok: false });
  });

  test("a line torn by one writer is ended by the next (M6)", async () => {
    const path = fifo();
    const agent = await reader(path);
    agent.child.kill("SIGSTOP");
    const first = opened(path);
    const torn = first.write("t".repeat(1_000_000));
    first.close();
    expect(await torn).toMatchObject({ ok: false });
    agent.child.kill("SIGCONT");
    const second = opened(path);
    expect(await second.write("whole")).toMatchObject({ ok: true });
    await work.until(
      async () => ((await agent.text()).endsWith("whole\n") ? true : null),
      agent.out,
    );
    const [empty, piece, whole] = (await agent.text()).split("\n");
    expect(empty).toBe("");
    expect(piece).toMatch(/^t+$/);
    expect(piece?.length).toBeLessThan(1_000_000);
    expect(whole).toBe("whole");
    second.close();
    second.close();
  });

  test("a line break inside a line is a bug, not two messages", () => {
    const path = fifo();
    const holder = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const writer = opened(path);
    expect(() => writer.write("a\nb")).toThrow();
    writer.close();
    closeSync(holder);
  });
});

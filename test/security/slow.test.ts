import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import { openSocket } from "./support/raw.ts";
import { startServer, type TestServer, token } from "./support/server.ts";

let server: TestServer;
beforeAll(() => {
  server = startServer({ idleSeconds: 1 });
});
afterAll(() => server.stop());

/** Median of some requests, in milliseconds. */
async function latency(): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 21; n++) {
    const began = performance.now();
    expect((await server.fetch("/tasks")).status).toBe(200);
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[10] ?? 0;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    socket.once("close", () => resolve());
    // A reset is one way of being closed.
    socket.on("error", () => undefined);
    socket.resume();
  });
}

/**
 * What Bun 1.4.5 does: a connection whose head is not complete is ended 8 to 12 s after it was
 * opened, however steadily single bytes drip; one that is idle, or whose body drips, is ended at
 * the idle timeout (counted in steps of four seconds). Nobody is let in by then, so what 400 such
 * connections cost is 400 file descriptors for a few seconds.
 */
describe("HTTP-12: slow and silent connections", () => {
  test("200 that drip their head and 200 idle ones delay nobody, and are ended", async () => {
    const dripping = await Promise.all(Array.from({ length: 200 }, () => openSocket(server.port)));
    const idle = await Promise.all(Array.from({ length: 200 }, () => openSocket(server.port)));
    for (const socket of dripping) {
      socket.write(`GET /tasks HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nX-Slow: `);
    }
    for (const socket of idle) {
      socket.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
    }
    const ends = [...dripping, ...idle].map(closed);
    const drip = setInterval(() => {
      for (const socket of dripping) if (socket.writable) socket.write("a");
    }, 1000);
    expect(await latency()).toBeLessThan(50);
    await Promise.all(ends);
    clearInterval(drip);
    expect(server.listening.pending()).toBe(0);
  }, 30_000);

  test("a body that drips is not waited for before its sender is known", async () => {
    const socket = await openSocket(server.port);
    const end = closed(socket);
    socket.write(
      `POST /tasks HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer x${token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n`,
    );
    await end;
    expect(server.engine.commands).toBe(0);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { monotonicFactory } from "ulid";
import { rawRequest } from "./support/raw.ts";
import { startServer, type TestServer, token } from "./support/server.ts";

let server: TestServer;
beforeAll(() => {
  server = startServer();
});
afterAll(() => server.stop());

const newId = monotonicFactory();
const templates = [
  ["GET", (id: string) => `/tasks/${id}`],
  ["DELETE", (id: string) => `/tasks/${id}`],
  ["POST", (id: string) => `/tasks/${id}/start`],
  ["GET", (id: string) => `/tasks/${id}/events`],
  ["POST", (id: string) => `/runs/${id}/cancel`],
  ["GET", (id: string) => `/runs/${id}/events`],
  ["GET", (id: string) => `/harnesses/${id}`],
  ["GET", (id: string) => `/blobs/${id}`],
  ["GET", (id: string) => `/attachments/${id}`],
] as const;

async function isNothing(id: string): Promise<void> {
  for (const [method, url] of templates) {
    const response = await server.fetch(url(encodeURIComponent(id)), { method });
    // 400: the path itself is refused (a slash, a NUL). Never a 500, never a hit.
    expect([id, [400, 404].includes(response.status)]).toEqual([id, true]);
    await response.body?.cancel();
  }
}

describe("HTTP-18: ids that are none", () => {
  test.each([
    "x",
    "' OR 1=1 --",
    "%",
    "_",
    "*",
    "__proto__",
    "constructor",
    "0",
    "null",
    "😀",
    "\u202e",
    "01j00000000000000000000000",
    "550e8400-e29b-41d4-a716-446655440000",
    "01J00000000000000000000000\n",
    "a/b",
    "a\0b",
  ])("%p", isNothing);

  test("an id as long as a path may be, and longer", async () => {
    await isNothing("9".repeat(1500));
    const reply = await rawRequest(server.port, `GET /tasks/${"9".repeat(10_240)} HTTP/1.1`, [
      ["Host", `127.0.0.1:${server.port}`],
      ["Authorization", `Bearer ${token}`],
    ]);
    expect([400, 404, 431]).toContain(reply.status);
  });

  test("whatever a random text says", async () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 });
    // A URL resolves these two away: another address is asked for.
    const id = text.filter((one) => one !== "." && one !== "..");
    await fc.assert(fc.asyncProperty(id, isNothing), { numRuns: 60 });
  });

  test("an id in lower case is another id", async () => {
    const id = newId();
    await server.fetch("/tasks", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id, prompt: "p", workdir: "/tmp" }),
    });
    expect((await server.fetch(`/tasks/${id}`)).status).toBe(200);
    expect((await server.fetch(`/tasks/${id.toLowerCase()}`)).status).toBe(404);
  });

  test("no bug was met on the way", () => {
    expect(server.reported).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { monotonicFactory } from "ulid";
import { startServer, type TestServer } from "./support/server.ts";

let server: TestServer;
beforeAll(() => {
  server = startServer();
});
afterAll(() => server.stop());

const newId = monotonicFactory();

function send(method: string, path: string, key: string, body: string): Promise<Response> {
  return server.fetch(path, {
    method,
    headers: { "content-type": "application/json", "idempotency-key": key },
    body,
  });
}

describe("HTTP-19: one command, however often it is sent", () => {
  test("fifty at once have one effect and fifty equal answers", async () => {
    const key = newId();
    const before = server.engine.effects;
    const body = JSON.stringify({ prompt: "p", workdir: "/tmp" });
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const response = await send("POST", "/tasks", key, body);
        return `${response.status} ${await response.text()}`;
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toStartWith("201 ");
    expect(server.engine.effects - before).toBe(1);
  });

  test("the same key with another body, path or method is refused", async () => {
    const key = newId();
    expect((await send("PATCH", "/preferences", key, '{"a":1}')).status).toBe(200);
    for (const [method, path, body] of [
      ["PATCH", "/preferences", '{"a":2}'],
      ["PUT", "/preferences/a", '{"value":1}'],
      ["POST", "/projects", '{"path":"/tmp"}'],
      ["DELETE", "/projects?path=/a", "{}"],
    ] as const) {
      const response = await send(method, path, key, body);
      expect(response.status).toBe(409);
      expect(await response.json()).toMatchObject({ code: "key_reused" });
    }
  });

  test("spaces and the order of fields make no other body; the query does", async () => {
    const key = newId();
    const first = await send("POST", "/tasks", key, '{"prompt":"p","workdir":"/tmp"}');
    const again = await send("POST", "/tasks", key, '{ "workdir": "/tmp", "prompt": "p" }');
    expect(await again.text()).toBe(await first.text());
    const other = newId();
    await send("DELETE", "/projects?path=/a", other, "{}");
    const reused = await send("DELETE", "/projects?path=/b", other, "{}");
    expect(reused.status).toBe(409);
  });

  test.each(["x", "01j00000000000000000000000", `${newId()}, ${newId()}`])(
    "a key that is no ULID is refused: %s",
    async (key) => {
      const before = server.engine.commands;
      expect((await send("PATCH", "/preferences", key, "{}")).status).toBe(400);
      expect(server.engine.commands).toBe(before);
    },
  );

  test("writes that leave no trace in the journal repeat their answer too", async () => {
    const key = newId();
    const first = await (await send("POST", "/auth/code", key, "{}")).text();
    expect(await (await send("POST", "/auth/code", key, "{}")).text()).toBe(first);
    const reused = await send("DELETE", "/auth/tokens/x", key, "{}");
    expect(await reused.json()).toMatchObject({ code: "key_reused" });
  });

  test("an attachment is recognised by its bytes", async () => {
    const key = newId();
    const upload = (byte: number) =>
      server.fetch("/attachments", {
        method: "POST",
        headers: { "content-type": "image/png", "idempotency-key": key },
        body: new Uint8Array(2048).fill(byte),
      });
    const before = server.engine.uploads.length;
    const first = await (await upload(1)).text();
    expect(await (await upload(1)).text()).toBe(first);
    expect((await upload(2)).status).toBe(409);
    expect(server.engine.uploads.length).toBe(before + 1);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openStore } from "../../src/store/open.ts";
import type { Reply } from "../support/client.ts";
import { TestServer } from "../support/server.ts";

type Answer = { readonly preferences: Readonly<Record<string, unknown>> };

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.dispose());

async function all(): Promise<Answer["preferences"]> {
  return (await server.client.get<Answer>("/preferences")).body.preferences;
}

const put = (name: string, value: unknown): Promise<Reply<Answer>> =>
  server.client.call("PUT", `/preferences/${name}`, { value });

describe("a preference we know", () => {
  test.each([
    ["ui.detail", "loud", '"summary", "normal" or "verbose"'],
    ["ui.theme", 1, '"system", "light" or "dark"'],
    ["ui.notify", "yes", "true or false"],
    ["ui.panelWidth", -1, "a number from 100 to 10000"],
    ["ui.collapsed", ["nope"], "backlog, ready, running, blocked, review, done"],
    ["ui.lastPicks", { "/code": { agent: "A B" } }, "{agent, model, mode, effort, isolation}"],
    ["landing.after", "burn", '"keep", "archive" or "delete"'],
    ["hibernateMinutes", -5, "a whole number from 1 to 10080"],
    ["hibernateMinutes", 1.5, "a whole number from 1 to 10080"],
    ["defaultAgent", "nope", "claude-code"],
  ])("%s is refused as %j, with what fits", async (name, value, takes) => {
    const refused = await put(name, value);
    expect(refused).toMatchObject({
      status: 400,
      body: {
        code: "invalid_request",
        error: expect.stringContaining(`"${name === "defaultAgent" ? value : name}"`),
        hint: expect.stringContaining(takes),
        details: { issues: [{ path: [name], message: expect.stringContaining(takes) }] },
      },
    });
    expect(await all()).not.toHaveProperty([name]);
  });

  test.each([
    ["ui.detail", "verbose"],
    ["ui.theme", "dark"],
    ["ui.rail", "closed"],
    ["ui.collapsed", []],
    ["ui.panelWidth", 760.5],
    ["ui.notify", false],
    ["ui.diffLayout", "unified"],
    ["ui.diffWrap", true],
    ["ui.diffWhitespace", "ignore"],
    ["ui.welcomed", true],
    ["ui.lastProject", "/code/web"],
    ["ui.lastPicks", { "/code/web": { agent: "fake", mode: null, isolation: "none" } }],
    ["landing.after", "archive"],
    ["hibernateMinutes", 10_080],
    ["defaultAgent", "fake"],
  ])("%s takes %j, and null for its default", async (name, value) => {
    expect(await put(name, value)).toMatchObject({ status: 200 });
    expect((await all())[name]).toEqual(value);
    expect(await put(name, null)).toMatchObject({ status: 200 });
    expect((await all())[name]).toBeNull();
  });

  test("of several, one that does not fit keeps all from being set", async () => {
    const change = { "ui.rail": "open", "ui.detail": "loud", hibernateMinutes: 0 };
    const refused = await server.client.call("PATCH", "/preferences", change);
    expect(refused).toMatchObject({
      status: 400,
      body: { details: { issues: [{ path: ["ui.detail"] }, { path: ["hibernateMinutes"] }] } },
    });
    expect((await all())["ui.rail"]).not.toBe("open");
  });
});

test("a name nobody knows is kept with any JSON, for scripts", async () => {
  const value = { list: [1, "two", null] };
  expect(await put("my-script.state", value)).toMatchObject({
    status: 200,
    body: { preferences: { "my-script.state": value } },
  });
  expect((await all())["my-script.state"]).toEqual(value);
});

test("what an older version kept and does not fit falls back to the default", async () => {
  await server.stop();
  const store = openStore({ dataDir: server.dataDir, clock: { now: () => Date.now() } });
  if (!store.ok) throw new Error(store.fault.message);
  store.value.transact((tx) => {
    tx.putPreference("ui.detail", "loud");
    tx.putPreference("defaultAgent", { id: 1 });
    tx.putPreference("hibernateMinutes", -5);
    tx.putPreference("ui.rail", "closed");
  });
  store.value.close();
  server = await server.restart();
  const kept = await all();
  expect(kept).toMatchObject({ "ui.rail": "closed" });
  for (const name of ["ui.detail", "defaultAgent", "hibernateMinutes"]) {
    expect(kept).not.toHaveProperty([name]);
  }
  const { status, body } = await server.client.get<{ defaultAgent: string }>("/defaults");
  expect(status).toBe(200);
  expect(body.defaultAgent).toMatch(/^[a-z-]+$/);
  expect(await put("ui.detail", "summary")).toMatchObject({ status: 200 });
  expect((await all())["ui.detail"]).toBe("summary");
});

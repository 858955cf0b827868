import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { allRoutes, guardedRoutes, streamRoutes } from "./support/routes.ts";
import { startServer, type TestServer, token } from "./support/server.ts";

let server: TestServer;
beforeAll(() => {
  server = startServer();
});
afterAll(() => server.stop());

const json = { "content-type": "application/json" };

function ask(method: string, url: string, headers: Record<string, string>): Promise<Response> {
  return fetch(server.base + url, {
    method,
    headers: method === "GET" ? headers : { ...json, ...headers },
    ...(method === "GET" ? {} : { body: "{}" }),
  });
}

const withoutAccess: [string, Record<string, string>, string][] = [
  ["no token", {}, ""],
  ["a wrong token", { authorization: `Bearer ${"x".repeat(45)}` }, ""],
  ["the beginning of the token", { authorization: `Bearer ${token.slice(0, -1)}` }, ""],
  ["the token and more", { authorization: `Bearer ${token}x` }, ""],
  ["10 KB of token", { authorization: `Bearer ${"x".repeat(10_240)}` }, ""],
  ["the token without a scheme", { authorization: token }, ""],
  ["the token as Basic", { authorization: `Basic ${btoa(`a:${token}`)}` }, ""],
  ["the token twice", { authorization: `Bearer ${token}, Bearer ${token}` }, ""],
  ["the token in a cookie", { cookie: `token=${token}; agetor=${token}` }, ""],
  ["the token in another header", { "x-api-key": token, "x-token": token }, ""],
];

describe("HTTP-01: no route answers without a token", () => {
  for (const { method, url } of guardedRoutes) {
    test(`${method} ${url}`, async () => {
      const bodies = new Set<string>();
      for (const [, headers, query] of withoutAccess) {
        const response = await ask(method, url + query, headers);
        expect(response.status).toBe(401);
        bodies.add(await response.text());
      }
      expect(bodies.size).toBe(1);
      expect(JSON.parse([...bodies][0] ?? "")).toMatchObject({ code: "unauthorized" });
    });
  }

  for (const { method, url, answer } of guardedRoutes) {
    if (answer === "sse") continue;
    test(`${method} ${url} takes no token in the URL`, async () => {
      expect((await ask(method, `${url}?token=${token}`, {})).status).toBe(401);
    });
  }

  test("and nothing of it reached the engine", () => {
    expect(server.engine.commands).toBe(0);
    expect(server.engine.journal).toEqual([]);
  });

  test("the open routes are exactly these", () => {
    const open = allRoutes.filter(({ scope }) => scope === "open").map(({ id }) => id);
    expect(open.sort()).toEqual(["authExchange", "health"]);
  });
});

describe("streams take the token in the URL too", () => {
  test.each(streamRoutes.map(({ url }) => url))("%s", async (url) => {
    const response = await fetch(`${server.base}${url}?token=${token}`);
    expect(response.status).not.toBe(401);
    await response.body?.cancel();
    expect((await fetch(`${server.base}${url}?token=x${token}`)).status).toBe(401);
  });

  test("and end when it is revoked", async () => {
    const code = server.engine.auth.issueCode().code;
    const entered = await fetch(`${server.base}/auth/exchange`, {
      method: "POST",
      headers: json,
      body: JSON.stringify({ code }),
    });
    const browser = ((await entered.json()) as { token: string }).token;
    const stream = await fetch(`${server.base}/events`, {
      headers: { authorization: `Bearer ${browser}` },
    });
    const ended = stream.text();
    const listed = (await (await server.fetch("/auth/tokens")).json()) as {
      tokens: { id: string }[];
    };
    expect(JSON.stringify(listed)).not.toContain(browser);
    const id = listed.tokens[0]?.id;
    expect((await server.fetch(`/auth/tokens/${id}`, { method: "DELETE" })).status).toBe(200);
    expect(await ended).toContain(": agetor");
    const again = await fetch(`${server.base}/info`, {
      headers: { authorization: `Bearer ${browser}` },
    });
    expect(again.status).toBe(401);
  });
});

describe("APPR-01: a session's token", () => {
  const session = "s".repeat(43);
  beforeAll(() => server.engine.authStore.addSession(session));

  for (const { method, url, scope } of guardedRoutes) {
    if (scope === "session") continue;
    test(`may not ${method} ${url}`, async () => {
      const before = server.engine.commands;
      const response = await ask(method, url, { authorization: `Bearer ${session}` });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: "forbidden" });
      expect(server.engine.commands).toBe(before);
    });
  }

  test("may do exactly this: ask, and take back what it asked", () => {
    const own = allRoutes.filter(({ scope }) => scope === "session").map(({ id }) => id);
    expect(own.sort()).toEqual(["ask", "askQuestion", "mcp", "mcpResume", "withdrawQuestion"]);
  });

  test("of a closed session opens nothing either", async () => {
    server.engine.authStore.addSession("c".repeat(43), "closed");
    for (const { method, url } of guardedRoutes) {
      const response = await ask(method, url, { authorization: `Bearer ${"c".repeat(43)}` });
      expect([401, 403]).toContain(response.status);
    }
  });
});

test("APPR-04: a code works once, and what it gives is not the launch token", async () => {
  const made = (await (await server.fetch("/auth/code", { method: "POST" })).json()) as {
    code: string;
  };
  const exchange = () =>
    fetch(`${server.base}/auth/exchange`, {
      method: "POST",
      headers: json,
      body: JSON.stringify({ code: made.code }),
    });
  const first = await exchange();
  expect(first.status).toBe(200);
  const { token: browser } = (await first.json()) as { token: string };
  expect(browser).not.toBe(token);
  const second = await exchange();
  expect(second.status).toBe(401);
  expect(await second.text()).not.toContain(made.code);
});

test("HTTP-06: no secret stands in what is logged", async () => {
  expect(server.audited.length).toBeGreaterThan(0);
  expect(JSON.stringify(server.audited)).not.toContain(token);
  expect(JSON.stringify(server.audited)).not.toContain("code=");
  expect(server.reported).toEqual([]);
});

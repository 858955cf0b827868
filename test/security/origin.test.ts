import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rawRequest } from "./support/raw.ts";
import { allRoutes } from "./support/routes.ts";
import { startServer, type TestServer, token } from "./support/server.ts";

let server: TestServer;
beforeAll(() => {
  server = startServer();
});
afterAll(() => server.stop());

type Headers = readonly (readonly [string, string])[];

function send(line: string, headers: Headers, body = "") {
  return rawRequest(
    server.port,
    `${line} HTTP/1.1`,
    [
      ["Host", `127.0.0.1:${server.port}`],
      ["Content-Length", `${Buffer.byteLength(body)}`],
      ...headers,
    ],
    body,
  );
}

const bearer = ["Authorization", `Bearer ${token}`] as const;
const jsonType = ["Content-Type", "application/json"] as const;
const task = JSON.stringify({ prompt: "p", workdir: "/tmp" });

describe("HTTP-03: pages of other origins are refused, even with the token", () => {
  const foreign = () => [
    "https://x",
    "http://evil.test",
    "http://localhost:5173",
    "http://127.0.0.1:1",
    "http://127.0.0.1",
    "null",
    "",
    `http://127.0.0.1:${server.port}.evil`,
    `http://127.0.0.1:${server.port}/`,
    `https://127.0.0.1:${server.port}`,
    `http://LOCALHOST:${server.port}`,
    // Ours by name, but not where this request was sent: somebody else may serve it on [::1].
    `http://localhost:${server.port}`,
    `http://127.0.0.1:${server.port}, http://evil.test`,
  ];

  for (const { method, url } of allRoutes) {
    test(`${method} ${url}`, async () => {
      for (const origin of foreign()) {
        const reply = await send(`${method} ${url}`, [["Origin", origin], bearer, jsonType], "{}");
        expect([origin, reply.status]).toEqual([origin, 403]);
        expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
      }
    });
  }

  test("the page and its assets too", async () => {
    for (const path of ["/", "/assets/app-1a2b.js"]) {
      expect((await send(`GET ${path}`, [["Origin", "null"]])).status).toBe(403);
    }
  });

  test("our own origin passes", async () => {
    const own = `http://127.0.0.1:${server.port}`;
    expect((await send("GET /tasks", [["Origin", own], bearer])).status).toBe(200);
  });

  test("our own origin under its other name passes", async () => {
    const host = `localhost:${server.port}`;
    const reply = await rawRequest(server.port, "GET /tasks HTTP/1.1", [
      ["Host", host],
      ["Origin", `http://${host}`],
      bearer,
    ]);
    expect(reply.status).toBe(200);
  });
});

describe("Sec-Fetch-Site says what a page may not lie about", () => {
  test.each(["cross-site", "same-site", "same-origin, none", "weird", ""])(
    "%p is refused",
    async (site) => {
      const reply = await send("GET /tasks", [["Sec-Fetch-Site", site], bearer]);
      expect(reply.status).toBe(403);
    },
  );

  test.each(["same-origin", "none"])("%p passes", async (site) => {
    expect((await send("GET /tasks", [["Sec-Fetch-Site", site], bearer])).status).toBe(200);
  });

  const navigation = (site: string): Headers => [
    ["Sec-Fetch-Site", site],
    ["Sec-Fetch-Mode", "navigate"],
    ["Sec-Fetch-Dest", "document"],
  ];

  test.each(["cross-site", "same-site"])(
    "a link from elsewhere (%s) opens the page",
    async (site) => {
      expect((await send("GET /", navigation(site))).status).toBe(200);
    },
  );

  test("but nothing else of the server, and not in a frame", async () => {
    expect((await send("GET /health", navigation("cross-site"))).status).toBe(403);
    expect((await send("GET /assets/app-1a2b.js", navigation("cross-site"))).status).toBe(403);
    expect((await send("POST /", navigation("cross-site"))).status).toBe(403);
    const framed = navigation("cross-site").map(([name, value]) =>
      name === "Sec-Fetch-Dest" ? ([name, "iframe"] as const) : ([name, value] as const),
    );
    expect((await send("GET /", framed)).status).toBe(403);
    const fetched: Headers = [
      ["Sec-Fetch-Site", "cross-site"],
      ["Sec-Fetch-Mode", "no-cors"],
      ["Sec-Fetch-Dest", "empty"],
    ];
    expect((await send("GET /", fetched)).status).toBe(403);
  });
});

describe("HTTP-04: what a page can send without asking first does nothing", () => {
  const types = [
    "text/plain",
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json, text/plain",
    "application/jsonp",
    "text/json",
  ];

  test.each(types)("a POST of %s", async (type) => {
    const before = server.engine.commands;
    const alone = await send("POST /tasks", [["Content-Type", type]], task);
    expect(alone.status).toBe(401);
    const withToken = await send("POST /tasks", [["Content-Type", type], bearer], task);
    expect(withToken.status).toBe(415);
    expect(server.engine.commands).toBe(before);
  });

  test("a body without a type", async () => {
    expect((await send("POST /tasks", [bearer], task)).status).toBe(415);
    const chunked = await rawRequest(
      server.port,
      "POST /tasks HTTP/1.1",
      [["Host", `127.0.0.1:${server.port}`], bearer, ["Transfer-Encoding", "chunked"]],
      `${task.length.toString(16)}\r\n${task}\r\n0\r\n\r\n`,
    );
    expect(chunked.status).toBe(415);
  });

  test("JSON is taken with and without a charset", async () => {
    for (const type of ["application/json", "application/json; charset=utf-8"]) {
      const reply = await send("POST /tasks", [["Content-Type", type], bearer], task);
      expect(reply.status).toBe(201);
    }
  });

  test("a write that needs no body needs no type", async () => {
    const reply = await send("POST /auth/code", [bearer]);
    expect(reply.status).toBe(201);
  });
});

test("HTTP-08: a preflight gets no permission, from anyone, for anything", async () => {
  for (const origin of ["http://evil.test", `http://127.0.0.1:${server.port}`, "null"]) {
    for (const { method, url } of allRoutes) {
      const reply = await send(`OPTIONS ${url}`, [
        ["Origin", origin],
        ["Access-Control-Request-Method", method],
        ["Access-Control-Request-Headers", "authorization,content-type"],
      ]);
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.status).toBeLessThan(500);
      const cors = Object.keys(reply.headers).filter((name) => name.startsWith("access-control"));
      expect(cors).toEqual([]);
    }
  }
});

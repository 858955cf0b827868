import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rawRequest } from "./support/raw.ts";
import { allRoutes } from "./support/routes.ts";
import { startServer, type TestServer, token } from "./support/server.ts";

let server: TestServer;
let other: TestServer;
beforeAll(() => {
  server = startServer();
  other = startServer();
});
afterAll(async () => {
  await server.stop();
  await other.stop();
});

const bearer = ["Authorization", `Bearer ${token}`] as const;
const paths = ["/health", "/", "/assets/app-1a2b.js", "/events", "/tasks", "/nowhere"];

function foreignHosts(port: number): readonly string[] {
  return [
    `evil.test:${port}`,
    "evil.test",
    `localhost.evil:${port}`,
    `localhost.:${port}`,
    `LOCALHOST:${port}`,
    `127.1:${port}`,
    `127.0.0.1.:${port}`,
    `2130706433:${port}`,
    `0.0.0.0:${port}`,
    `[::1]:${port}`,
    `[::ffff:7f00:1]:${port}`,
    `127.0.0.1:${other.port}`,
    "127.0.0.1",
    "localhost",
    `127.0.0.1:0${port}`,
    `user@127.0.0.1:${port}`,
    `127.0.0.1:${port}, evil.test`,
    `127.0.0.1:${port}, 127.0.0.1:${port}`,
    "",
  ];
}

describe("HTTP-02: only our own two names are answered", () => {
  for (const path of paths) {
    test(`GET ${path} under other names`, async () => {
      for (const host of foreignHosts(server.port)) {
        const line = `GET ${path} HTTP/1.1`;
        const reply = await rawRequest(server.port, line, [["Host", host], bearer]);
        expect([host, [400, 421].includes(reply.status)]).toEqual([host, true]);
        expect(reply.body).not.toContain("version");
        expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
      }
    });
  }

  for (const { method, url } of allRoutes) {
    test(`${method} ${url} under another name`, async () => {
      const reply = await rawRequest(
        server.port,
        `${method} ${url} HTTP/1.1`,
        [
          ["Host", `evil.test:${server.port}`],
          bearer,
          ["Content-Type", "application/json"],
          ["Content-Length", "2"],
        ],
        "{}",
      );
      expect(reply.status).toBe(421);
      expect(JSON.parse(reply.body)).toMatchObject({ code: "wrong_host", details: null });
      expect(reply.headers["connection"]).toBe("close");
    });
  }

  test("two Host headers, even equal ones", async () => {
    const own = ["Host", `127.0.0.1:${server.port}`] as const;
    for (const second of [own, ["Host", "evil.test"] as const]) {
      const reply = await rawRequest(server.port, "GET /health HTTP/1.1", [own, second]);
      expect(reply.status).toBe(421);
    }
  });

  test("HTTP/1.0 without Host", async () => {
    const reply = await rawRequest(server.port, "GET /health HTTP/1.0", []);
    expect(reply.status).toBe(421);
  });

  test("HTTP/1.1 without Host", async () => {
    const reply = await rawRequest(server.port, "GET /health HTTP/1.1", []);
    expect(reply.status).toBe(400);
  });

  test("nothing of it reached the engine", () => {
    expect(server.engine.commands).toBe(0);
    expect(server.engine.streams.count()).toBe(0);
  });

  test("both of our names work", async () => {
    for (const host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`]) {
      const reply = await rawRequest(server.port, "GET /health HTTP/1.1", [["Host", host]]);
      expect(reply.status).toBe(200);
      expect(JSON.parse(reply.body)).toEqual({
        ok: true,
        app: "agetor",
        version: "1.2.3",
      });
    }
  });
});

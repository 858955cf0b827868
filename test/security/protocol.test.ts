import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { raw, rawRequest } from "./support/raw.ts";
import { startServer, type TestServer, token } from "./support/server.ts";

let server: TestServer;
beforeAll(() => {
  server = startServer();
});
afterAll(() => server.stop());

const host = () => ["Host", `127.0.0.1:${server.port}`] as const;
const bearer = ["Authorization", `Bearer ${token}`] as const;
const isRefused = (status: number) => status >= 400 && status < 500;

describe("HTTP-07: nothing but plain HTTP", () => {
  test.each(["/events", "/", "/tasks", "/health"])("no WebSocket at %s", async (path) => {
    const reply = await rawRequest(server.port, `GET ${path} HTTP/1.1`, [
      host(),
      bearer,
      ["Connection", "Upgrade"],
      ["Upgrade", "websocket"],
      ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
      ["Sec-WebSocket-Version", "13"],
    ]);
    expect(reply.status).toBe(400);
    expect(reply.headers["connection"]).toBe("close");
  });

  test("no HTTP/2 upgrade", async () => {
    const reply = await rawRequest(server.port, "GET /tasks HTTP/1.1", [
      host(),
      bearer,
      ["Connection", "Upgrade, HTTP2-Settings"],
      ["Upgrade", "h2c"],
    ]);
    expect(reply.status).toBe(400);
  });

  test.each(["CONNECT 127.0.0.1:80", "CONNECT evil.test:443", "TRACE /", "TRACE /tasks"])(
    "%s is refused and the connection ended",
    async (line) => {
      const reply = await rawRequest(server.port, `${line} HTTP/1.1`, [host(), bearer]);
      expect(isRefused(reply.status)).toBe(true);
      expect(reply.headers["connection"]).toBe("close");
      expect(reply.body).not.toContain(token);
    },
  );

  test("unknown methods end without an answer or with a refusal", async () => {
    for (const method of ["FOO", "get", "PROPFIND", "PRI"]) {
      const reply = await rawRequest(server.port, `${method} /tasks HTTP/1.1`, [host(), bearer]);
      expect(reply.status === 0 || isRefused(reply.status)).toBe(true);
    }
  });

  test("what is no HTTP at all", async () => {
    for (const bytes of ["\x16\x03\x01\x02\x00\r\n\r\n", "\r\n\r\n\r\n", "GET\r\n\r\n"]) {
      const reply = await raw(server.port, bytes);
      expect(reply.status === 0 || isRefused(reply.status)).toBe(true);
    }
  });
});

describe("paths that mean two things are refused", () => {
  const odd = [
    "//evil.test/tasks",
    "/tasks//x",
    "/tasks%2fx",
    "/tasks/%00",
    "/..%5ctasks",
    "/tasks#x",
    `/${"a".repeat(3000)}`,
  ];
  test.each(odd)("%s", async (path) => {
    const reply = await rawRequest(server.port, `GET ${path} HTTP/1.1`, [host(), bearer]);
    expect(reply.status).toBe(400);
  });

  test("a request for another server's URL is answered as ours or not at all", async () => {
    const line = "GET http://evil.test/tasks HTTP/1.1";
    const foreign = await rawRequest(server.port, line, [["Host", "evil.test"], bearer]);
    expect(foreign.status).toBe(421);
  });

  test("a percent sign that encodes nothing names nothing", async () => {
    const reply = await rawRequest(server.port, "GET /tasks/%zz HTTP/1.1", [host(), bearer]);
    expect(reply.status).toBe(404);
  });
});

describe("what is not in the table", () => {
  test("an unknown path is 404, a known one with another method 405", async () => {
    expect((await server.fetch("/nowhere")).status).toBe(404);
    const wrong = await server.fetch("/tasks", { method: "PUT" });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toBe("GET, POST");
    expect(await wrong.json()).toMatchObject({ code: "method_not_allowed" });
  });
});

test("two requests in one packet are two requests", async () => {
  const one = `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`;
  const bad = `GET /tasks HTTP/1.1\r\nHost: evil.test\r\n\r\n`;
  const reply = await raw(server.port, bad + one);
  expect(reply.status).toBe(421);
});

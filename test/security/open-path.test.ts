import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { fault } from "../../src/contract/fault.ts";
import { err, ok } from "../../src/contract/result.ts";
import { startServer, type TestServer } from "./support/server.ts";

let server: TestServer;
beforeAll(() => {
  server = startServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.opened.length = 0;
  server.engine.located.length = 0;
  server.engine.place = ok({ path: "/srv/repo/a.ts", directory: "/srv/repo" });
});

const task = "01J00000000000000000000000";

function open(body: unknown): Promise<Response> {
  return server.fetch("/open-path", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

describe("HTTP-16: nothing is opened but what the engine has found inside a known place", () => {
  test.each([
    [{ path: "-a Calculator" }],
    [{ path: "-a", taskId: task }],
    [{ path: "--help", taskId: task }],
    [{ path: "file:///etc/passwd" }],
    [{ path: "file:///etc/passwd", taskId: task }],
    [{ path: "http://evil.test/" }],
    [{ path: "vscode://x", taskId: task }],
    [{ path: "javascript:alert(1)", taskId: task }],
    [{ path: "relative/without/task" }],
    [{ path: "/x\n/y" }],
    [{ path: "" }],
    [{}],
    [{ taskId: "x" }],
    [{ path: "/x", app: "shell" }],
    [{ path: "/x", app: "files", argv: ["x"] }],
    [{ path: "/x", app: "editor", line: "1; touch x" }],
    [{ path: "/x", app: "editor", line: 0 }],
    [{ path: ["/x"] }],
  ])("%j is refused", async (body) => {
    const response = await open(body);
    expect(response.status).toBe(400);
    expect(server.engine.located).toEqual([]);
    expect(server.opened).toEqual([]);
  });

  test.each(["/etc/passwd", "/srv/../etc", "/tmp/x; touch /tmp/pwn", "/gone"])(
    "%s outside of every place is whatever the engine says",
    async (path) => {
      server.engine.place = err(fault("not_found", "There is no such place."));
      const response = await open({ path });
      expect(response.status).toBe(404);
      expect(server.engine.located).toEqual([{ taskId: null, path }]);
      expect(server.opened).toEqual([]);
    },
  );

  test("only the path the engine answers reaches the opener, not the one that was asked for", async () => {
    const response = await open({ taskId: task, path: "a.ts; touch x", app: "editor", line: 7 });
    expect(response.status).toBe(200);
    expect(server.opened).toEqual([
      { app: "editor", path: "/srv/repo/a.ts", directory: "/srv/repo", line: 7 },
    ]);
  });

  test("a path that could be an option is not passed on, whoever answers it", async () => {
    server.engine.place = ok({ path: "-a", directory: "/work" });
    expect((await open({ taskId: task })).status).toBe(404);
    expect(server.opened).toEqual([]);
  });

  test("a retry opens nothing twice", async () => {
    const send = () =>
      server.fetch("/open-path", {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": task },
        body: JSON.stringify({ taskId: task }),
      });
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(200);
    expect(server.opened).toEqual([
      { app: "files", path: "/srv/repo/a.ts", directory: "/srv/repo", line: null },
    ]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { monotonicFactory } from "ulid";
import { openSocket, rawRequest } from "./support/raw.ts";
import { startServer, type TestServer, token } from "./support/server.ts";

let server: TestServer;
beforeAll(() => {
  server = startServer();
});
afterAll(() => server.stop());

const jsonCap = 8 * 1024 * 1024;
const attachmentCap = 20 * 1024 * 1024;
const newId = monotonicFactory();

function post(body: string | Uint8Array<ArrayBuffer>, path = "/tasks"): Promise<Response> {
  return server.fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
}

async function codeOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { code: unknown }).code;
}

describe("HTTP-10: bodies that are too large", () => {
  /** A valid body of exactly `bytes` bytes. */
  const bodyOf = (bytes: number): string => {
    const empty = JSON.stringify({ value: "" });
    return JSON.stringify({ value: "x".repeat(bytes - empty.length) });
  };
  const put = (body: string) =>
    server.fetch("/preferences/large", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body,
    });

  test("8 MB is taken, one byte more is not", async () => {
    expect((await put(bodyOf(jsonCap))).status).toBe(200);
    const refused = await put(bodyOf(jsonCap + 1));
    expect(refused.status).toBe(413);
    expect(await codeOf(refused)).toBe("too_large");
  });

  test("attachments take 20 MB, one byte more is not", async () => {
    const send = (bytes: number) =>
      server.fetch("/attachments", {
        method: "POST",
        headers: { "content-type": "image/png" },
        body: new Uint8Array(bytes),
      });
    expect((await send(attachmentCap)).status).toBe(201);
    expect(server.engine.uploads.at(-1)?.byteLength).toBe(attachmentCap);
    expect((await send(attachmentCap + 1)).status).toBe(413);
  });

  test.each([
    ["announced", `Content-Length: ${1024 ** 3}`],
    ["chunked", "Transfer-Encoding: chunked"],
  ])("1 GB, %s, is refused long before it is there, and not kept", async (_, header) => {
    const before = process.memoryUsage.rss();
    const socket = await openSocket(server.port);
    const answered = new Promise<string>((resolve) => {
      let text = "";
      socket.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      socket.on("close", () => resolve(text));
      // The refusal ends the connection while we still write.
      socket.on("error", () => undefined);
    });
    socket.write(
      `POST /tasks HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${header}\r\n\r\n`,
    );
    const block = Buffer.alloc(65_536, 0x20);
    const piece = header.startsWith("T")
      ? Buffer.concat([Buffer.from("10000\r\n"), block, Buffer.from("\r\n")])
      : block;
    let sent = 0;
    while (!socket.closed && sent < 256 * 1024 * 1024) {
      sent += block.byteLength;
      const drained = socket.write(piece);
      if (!drained && !socket.closed) {
        await new Promise<void>((resolve) => {
          socket.once("drain", resolve);
          socket.once("close", () => resolve());
        });
      }
    }
    expect(await answered).toContain("413 ");
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    // The reader stops at the cap, so what was held can never be more than that.
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  test("Expect: 100-continue still meets the cap", async () => {
    const reply = await rawRequest(server.port, "POST /tasks HTTP/1.1", [
      ["Host", `127.0.0.1:${server.port}`],
      ["Authorization", `Bearer ${token}`],
      ["Content-Type", "application/json"],
      ["Content-Length", `${jsonCap + 1}`],
      ["Expect", "100-continue"],
    ]);
    expect(reply.status).toBe(413);
  });

  test.each(["abc", "-5", "5, 5", "0x10", "99999999999999999999"])(
    "Content-Length: %s",
    async (length) => {
      const reply = await rawRequest(
        server.port,
        "POST /tasks HTTP/1.1",
        [
          ["Host", `127.0.0.1:${server.port}`],
          ["Authorization", `Bearer ${token}`],
          ["Content-Type", "application/json"],
          ["Content-Length", length],
        ],
        "{}",
      );
      expect([400, 413]).toContain(reply.status);
    },
  );

  test("a length and chunks together", async () => {
    const reply = await rawRequest(
      server.port,
      "POST /tasks HTTP/1.1",
      [
        ["Host", `127.0.0.1:${server.port}`],
        ["Authorization", `Bearer ${token}`],
        ["Content-Type", "application/json"],
        ["Content-Length", "2"],
        ["Transfer-Encoding", "chunked"],
      ],
      "0\r\n\r\n",
    );
    expect(reply.status).toBe(400);
  });
});

describe("HTTP-11: JSON that is meant to hurt", () => {
  const inTask = (more: string) => `{"prompt":"p","workdir":"/tmp"${more}}`;
  const hostile: [string, string | Uint8Array<ArrayBuffer>][] = [
    ["a million nested arrays", "[".repeat(1_000_000)],
    ["65 nested arrays", inTask(`,"x":${"[".repeat(64)}${"]".repeat(64)}`)],
    ["half a million keys", `{${Array.from({ length: 500_000 }, (_, i) => `"k${i}":0`)}}`],
    ["__proto__", inTask(',"__proto__":{"admin":true}')],
    ["__proto__ in disguise", inTask(',"\\u005f_proto__":{"admin":true}')],
    ["constructor", inTask(',"constructor":{"prototype":{"admin":true}}')],
    ["a key twice", inTask(',"prompt":"q"')],
    ["a key twice in disguise", inTask(',"pr\\u006fmpt":"q"')],
    ["NaN", inTask(',"start":NaN')],
    ["an infinite number", inTask(',"start":1e999')],
    ["a byte order mark", `\ufeff${inTask("")}`],
    ["half a surrogate pair", '{"prompt":"\\ud800","workdir":"/tmp"}'],
    ["NUL", '{"prompt":"a\\u0000b","workdir":"/tmp"}'],
    ["bytes that are no UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ["an end too early", inTask("").slice(0, -1)],
    ["something after it", `${inTask("")}{}`],
    ["a comment", `/* */${inTask("")}`],
    ["nothing", " "],
    ["an array", "[]"],
    ["null", "null"],
    ["a backslash flood", `{"prompt":"${"\\".repeat(1_000_001)}`],
  ];

  test.each(hostile)("%s", async (_, body) => {
    const before = server.engine.commands;
    const response = await post(body);
    expect(response.status).toBe(400);
    const answer = (await response.json()) as { code: string; details: { issues: unknown[] } };
    expect(answer.code).toBe("invalid_request");
    expect(answer.details.issues.length).toBeGreaterThan(0);
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
    expect(server.engine.commands).toBe(before);
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  test("64 levels and ordinary text of any language are fine", async () => {
    const value = `${"[".repeat(63)}"ü 漢字 😀 \\ud83d\\ude00"${"]".repeat(63)}`;
    const response = await server.fetch("/preferences/deep", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: `{"value":${value}}`,
    });
    expect(response.status).toBe(200);
  });
});

describe("HTTP-17: fields that are not on the list are refused by name", () => {
  test.each([
    "id",
    "branch",
    "worktreePath",
    "runId",
    "isolation",
    "baseSha",
    "createdAt",
    "stats",
  ])("PATCH /tasks/:id %s", async (field) => {
    const id = newId();
    await post(JSON.stringify({ id, prompt: "p", workdir: "/tmp" }));
    const response = await server.fetch(`/tasks/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ [field]: "x" }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "invalid_request",
      details: { issues: [{ message: expect.stringContaining(field) }] },
    });
  });
});

describe("queries are as strict", () => {
  test.each([
    "limit=0",
    "limit=-1",
    "limit=1.5",
    "limit=1e2",
    "limit=abc",
    "limit=1001",
    "limit=",
    "limit=1&limit=2",
    "column=nowhere",
    "column=",
    "column=ready&column=done",
    "cursor=",
    "archived=maybe",
    "agent=../x",
    "workdir=%00",
    "q=%00",
  ])("GET /tasks?%s", async (query) => {
    const response = await server.fetch(`/tasks?${query}`);
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe("invalid_request");
  });

  test.each(["limit=1000", "column=ready", "archived=true", "q=50%25 off", ""])(
    "GET /tasks?%s is fine",
    async (query) => {
      expect((await server.fetch(`/tasks?${query}`)).status).toBe(200);
    },
  );

  test("a path is asked for where one is needed", async () => {
    for (const url of ["/projects/branches", "/projects/trust"]) {
      expect((await server.fetch(url)).status).toBe(400);
    }
    expect((await server.fetch("/projects", { method: "DELETE" })).status).toBe(400);
  });
});

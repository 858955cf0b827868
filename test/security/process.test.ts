import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { StreamReader } from "./support/sse.ts";

/** The files below a folder that hold a text. `grep` minds no file that goes while it looks. */
function holdersOf(text: string, folder: string): string[] {
  const { stdout } = Bun.spawnSync(["grep", "-rlaF", "-e", text, folder]);
  return stdout
    .toString()
    .split("\n")
    .filter((line) => line !== "");
}

describe("HTTP-06 and APPR-03: where secrets stand", () => {
  let server: TestServer;
  let browser: string;
  let code: string;
  beforeAll(async () => {
    server = await TestServer.start();
    const { client } = server;
    const repo = makeRepo();
    await client.trust(repo);
    const { task, run } = await client.startFake(repo, "hello");
    await client.ended(task.id, run.id);
    const made = await client.post<{ code: string }>("/auth/code");
    code = made.body.code;
    const entered = await client.post<{ token: string }>("/auth/exchange", { code });
    browser = entered.body.token;
    const inUrl = await fetch(`${client.base}/events?token=${client.token}`);
    await inUrl.body?.cancel();
    await client.call("POST", "/tasks?token=in-the-url", { bad: true });
  });
  afterAll(() => server.dispose());

  test("the app token stands in agetor-core.json and in no other file", () => {
    expect(holdersOf(server.client.token, server.dataDir)).toEqual([
      join(server.dataDir, "agetor-core.json"),
    ]);
    expect(statSync(join(server.dataDir, "agetor-core.json")).mode & 0o777).toBe(0o600);
  });

  test("a browser's token and a used code stand nowhere", () => {
    for (const secret of [browser, code]) {
      expect(holdersOf(secret, server.dataDir)).toEqual([]);
    }
  });

  test("the log holds neither", () => {
    expect(server.log()).toContain('"path":"/tasks"');
    for (const secret of [server.client.token, browser, code, "in-the-url"]) {
      expect(server.log()).not.toContain(secret);
    }
  });
});

describe("CFG-01: two servers and one port", () => {
  test("the second says which port is taken and ends with 3; the first goes on", async () => {
    const first = await TestServer.start();
    const second = TestServer.start({ env: { AGETOR_API_PORT: `${first.port}` } });
    const refusal = await second.then(
      () => "it started",
      (error: Error) => error.message,
    );
    expect(refusal).toContain("ended with 3");
    expect(refusal).toContain(`Port ${first.port} is already in use.`);
    expect((await first.client.get("/health")).status).toBe(200);
    await first.dispose();
  });
});

describe("ending", () => {
  test("a server with readers, one of them stalled, ends when it is told to", async () => {
    const server = await TestServer.start();
    const bearer = { Authorization: `Bearer ${server.client.token}` };
    const readers = await Promise.all(
      Array.from({ length: 5 }, () => StreamReader.open(server.port, "/events", bearer)),
    );
    await Promise.all(readers.map((reader) => reader.commentsSeen(1)));
    readers[0]?.socket.pause();
    expect(await server.stop()).toBe(0);
    for (const reader of readers) reader.close();
    await server.dispose();
  });
});

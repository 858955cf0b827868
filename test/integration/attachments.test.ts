import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";

/** What was attached comes back as it is, and nothing else does. */
let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.dispose());

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

async function attach(bytes: Uint8Array<ArrayBuffer>, task = ""): Promise<string> {
  const reply = await fetch(`${server.client.base}/attachments${task}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${server.client.token}`,
      "content-type": "application/octet-stream",
    },
    body: bytes,
  });
  expect(reply.status).toBe(201);
  return ((await reply.json()) as { id: string }).id;
}

function get(id: string, token = server.client.token): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return fetch(`${server.client.base}/attachments/${id}`, { headers });
}

const pathOf = (id: string): string => join(server.dataDir, "attachments", id);

test("a picture comes back as one, everything else as bytes, and nothing as a page", async () => {
  const picture = await get(await attach(png));
  expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/png"]);
  expect(new Uint8Array(await picture.arrayBuffer())).toEqual(png);
  expect(picture.headers.get("x-content-type-options")).toBe("nosniff");
  expect(picture.headers.get("content-security-policy")).toEndWith("; sandbox");
  const page = await get(await attach(new TextEncoder().encode("<script>alert(1)</script>")));
  expect(page.headers.get("content-type")).toBe("application/octet-stream");
  expect(page.headers.get("content-disposition")).toStartWith("attachment");
});

test("nobody without a token gets it, and only ids name anything", async () => {
  const id = await attach(png);
  expect((await get(id, "x".repeat(40))).status).toBe(401);
  for (const other of ["..%2Fagetor-core.json", `${id}%2F..%2F${id}`, id.toLowerCase(), "x"]) {
    expect([400, 404]).toContain((await get(other)).status);
  }
});

test("what is not what was kept is not given: a link, a pipe, another file", async () => {
  const ids = await Promise.all([attach(png), attach(png), attach(png), attach(png)]);
  const [link = "", pipe = "", longer = "", text = ""] = ids;
  for (const id of ids) rmSync(pathOf(id));
  const secret = join(server.dataDir, "agetor-core.json");
  symlinkSync(secret, pathOf(link));
  expect(Bun.spawnSync(["mkfifo", pathOf(pipe)]).exitCode).toBe(0);
  writeFileSync(pathOf(longer), readFileSync(secret));
  writeFileSync(pathOf(text), "x".repeat(png.length));
  for (const id of ids) {
    const reply = await get(id);
    expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([
      404,
      "not_found",
    ]);
  }
});

test("it stays as long as its task can be restored, and goes with it for good", async () => {
  const repo = makeRepo({ "a.txt": "a" });
  await server.client.trust(repo);
  const { task, run } = await server.client.startFake(repo, "say: hello");
  await server.client.ended(task.id, run.id);
  const id = await attach(png, `?task=${task.id}`);
  expect((await get(id)).status).toBe(200);
  expect((await server.client.call("DELETE", `/tasks/${task.id}`)).status).toBe(200);
  expect((await get(id)).status).toBe(200);
  expect((await server.client.call("DELETE", `/trash/${task.id}`)).status).toBe(200);
  expect((await get(id)).status).toBe(404);
});

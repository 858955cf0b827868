import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { launch } from "./support/browser.ts";

/** Pages of other origins, in a real browser, against the real server (HTTP-02, 04, 05, 08, 24). */
let server: TestServer;
let browser: Browser;
let stranger: ReturnType<typeof Bun.serve>;
let repo: string;

beforeAll(async () => {
  server = await TestServer.start();
  repo = makeRepo();
  await server.client.trust(repo);
  // Any dev server an agent starts is such a stranger: the same machine, another port.
  stranger = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () =>
      new Response("<title>stranger</title>", { headers: { "content-type": "text/html" } }),
  });
  browser = await launch(["--host-resolver-rules=MAP evil.test 127.0.0.1"]);
});

afterAll(async () => {
  await browser.close();
  await stranger.stop(true);
  await server.dispose();
});

async function at(url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

const count = async () =>
  (await server.client.get<{ tasks: unknown[] }>("/tasks")).body.tasks.length;

test("a name that was bound to this machine by a stranger is refused, pages and routes alike", async () => {
  for (const path of ["/", "/health", "/tasks"]) {
    const page = await browser.newPage();
    const response = await page.goto(`http://evil.test:${server.port}${path}`);
    expect([403, 421]).toContain(response?.status() ?? 0);
    expect(await page.locator("#root").count()).toBe(0);
    await page.close();
  }
});

test("a page of another port can neither read nor write, even with the token", async () => {
  const page = await at(`http://127.0.0.1:${stranger.port}/`);
  const before = await count();
  const outcomes = await page.evaluate(
    async ({ base, token, workdir }) => {
      const body = JSON.stringify({ workdir, prompt: "say: hi", agent: "fake", start: true });
      const tried = async (init: RequestInit): Promise<string> =>
        fetch(`${base}/tasks`, init).then(
          (response) => `${response.type} ${response.status}`,
          () => "blocked",
        );
      return [
        await tried({ headers: { authorization: `Bearer ${token}` } }),
        await tried({ method: "POST", body, headers: { "content-type": "application/json" } }),
        await tried({ method: "POST", body, mode: "no-cors" }),
        navigator.sendBeacon(`${base}/tasks`, body) ? "sent" : "not sent",
      ];
    },
    { base: server.client.base, token: server.client.token, workdir: repo },
  );
  expect(outcomes.slice(0, 3)).toEqual(["blocked", "blocked", "blocked"]);
  expect(await count()).toBe(before);
  await page.close();
});

test("a form of another port changes nothing", async () => {
  const page = await at(`http://127.0.0.1:${stranger.port}/`);
  const before = await count();
  const answer = page.waitForResponse((response) => response.url().endsWith("/tasks"));
  await page.evaluate(
    ({ base }) => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = `${base}/tasks`;
      form.enctype = "text/plain";
      document.body.append(form);
      form.submit();
    },
    { base: server.client.base },
  );
  expect((await answer).status()).toBeGreaterThanOrEqual(400);
  expect(await count()).toBe(before);
  await page.close();
});

test("a sandboxed frame, whose origin is null, is blocked with the right token", async () => {
  const page = await at(`http://127.0.0.1:${stranger.port}/`);
  const outcome = await page.evaluate(
    ({ base, token }) =>
      new Promise<string>((resolve) => {
        addEventListener("message", (event) => resolve(String(event.data)), { once: true });
        const frame = document.createElement("iframe");
        frame.setAttribute("sandbox", "allow-scripts");
        frame.srcdoc = `<script>fetch("${base}/tasks",{headers:{authorization:"Bearer ${token}"}}).then(r=>r.text()).then(t=>parent.postMessage("read "+t,"*"),()=>parent.postMessage("blocked","*"))</script>`;
        document.body.append(frame);
      }),
    { base: server.client.base, token: server.client.token },
  );
  expect(outcome).toBe("blocked");
  await page.close();
});

test("the board cannot be framed", async () => {
  const page = await at(`http://127.0.0.1:${stranger.port}/`);
  const blocked = page.waitForEvent("console", (message) => /frame/i.test(message.text()));
  await page.evaluate((base) => {
    const frame = document.createElement("iframe");
    frame.src = `${base}/`;
    document.body.append(frame);
  }, server.client.base);
  expect((await blocked).text()).toContain("frame-ancestors");
  await page.close();
});

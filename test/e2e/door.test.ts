import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { TestServer } from "../support/server.ts";
import { launch, link, listen, newPage } from "./support/browser.ts";

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

test("a link lets in once; the token stands in the tab's storage and nowhere else", async () => {
  const { page, complaints, close } = await newPage(browser);
  const url = await link(server);
  await page.goto(url);
  await page.getByText("Ready for a first task").waitFor();
  const places = await page.evaluate(() => ({
    url: location.href,
    cookie: document.cookie,
    local: JSON.stringify(localStorage),
    name: window.name,
    session: sessionStorage.getItem("agetor.token") ?? "",
    html: document.documentElement.outerHTML,
  }));
  expect(places.session.length).toBeGreaterThan(30);
  expect(places.url).toBe(`${server.client.base}/`);
  for (const place of [places.url, places.cookie, places.local, places.name, places.html]) {
    expect(place).not.toContain(places.session);
  }
  await page.reload();
  await page.getByText("Ready for a first task").waitFor();
  expect(complaints).toEqual([]);
  await close();

  const again = await newPage(browser);
  await again.page.goto(url);
  await again.page.getByText("This link was used before").waitFor();
  await again.close();
});

test("without a key the page says how to get in, and a second tab asks the first", async () => {
  const { page, complaints, close } = await newPage(browser);
  await page.goto(server.client.base);
  await page.getByText("npm run agetor -- open", { exact: true }).waitFor();
  // Where the data lies is for nobody without a key.
  expect(await page.content()).not.toContain(server.dataDir);
  await page.goto(await link(server));
  // Only the fragment changed: a person would see the page load anew.
  await page.reload();
  await page.getByText("Ready for a first task").waitFor();
  const second = await page.context().newPage();
  listen(second, complaints);
  await second.goto(server.client.base);
  await second.getByText("Ready for a first task").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

test("a revoked key leads back to the door", async () => {
  const { page, close } = await newPage(browser);
  await page.goto(await link(server));
  await page.getByText("Ready for a first task").waitFor();
  const { body } = await server.client.get<{ tokens: { id: string }[] }>("/auth/tokens");
  for (const { id } of body.tokens) await server.client.call("DELETE", `/auth/tokens/${id}`);
  await page.getByText("no longer valid").waitFor();
  await close();
});

test("two tabs share one stream", async () => {
  const { page, close } = await newPage(browser);
  const streams: string[] = [];
  page.context().on("request", (request) => {
    if (request.url().includes("/events")) streams.push(request.url());
  });
  await page.goto(await link(server));
  await page.getByText("Ready for a first task").waitFor();
  const second = await page.context().newPage();
  await second.goto(server.client.base);
  await second.getByText("Ready for a first task").waitFor();
  // Requests of a shared worker belong to no page; a stream of a tab's own would be seen here.
  expect(streams).toEqual([]);
  await server.client.post("/tasks", { prompt: "Seen by both", workdir: "/tmp", agent: "fake" });
  await page.getByText("Seen by both").waitFor();
  await second.getByText("Seen by both").waitFor();
  await close();
});

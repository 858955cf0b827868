import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { expectAccessible } from "./support/axe.ts";
import { launch } from "./support/browser.ts";
import { type Desk, desk, entry, openDesk } from "./support/review.ts";

let browser: Browser;
let now: Desk;

beforeAll(async () => {
  browser = await launch();
  now = desk();
});

afterAll(async () => {
  await browser.close();
  await now.stub.stop();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`a region that fails takes no other along, and is tried again, ${colorScheme}`, async () => {
    const { page, close } = await openDesk(browser, now, "", {
      colorScheme,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    // An answer that is none of ours: what reads it throws.
    const lastTurn = (url: URL) =>
      url.pathname.endsWith("/changes") && url.searchParams.get("scope") === "turn";
    await page.route(lastTurn, (route) =>
      route.fulfill({ json: { changes: { scope: "turn", files: "none" } } }),
    );
    await page.locator(".scopes").getByText("Last turn").click();
    const fallen = page.getByRole("alert").filter({ hasText: "The review cannot be shown" });
    await fallen.waitFor();
    await expectAccessible(page);
    await fallen.getByRole("button", { name: "Copy details" }).click();
    await page.waitForFunction(async () =>
      (await navigator.clipboard.readText()).startsWith("The review failed at /"),
    );
    // The rail still leads on, and back there is nothing left of it.
    await page.unroute(lastTurn);
    await page.getByRole("button", { name: "Trash" }).click();
    await page.getByRole("heading", { name: "Trash", exact: true }).waitFor();
    expect(await fallen.count()).toBe(0);
    await page.goBack();
    await entry(page, "idempotency.md").waitFor();
    await close();
  });
}

import { expect } from "bun:test";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** Nothing that axe knows is wrong with the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    // Base UI's focus guards hand the focus on at once; nobody ever stands on one.
    .exclude("[data-base-ui-focus-guard]")
    // What floats stands at the end of the body, outside every landmark, while it is open.
    .disableRules(["region"])
    .analyze();
  const told = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n  ")}`,
  );
  expect(told).toEqual([]);
}

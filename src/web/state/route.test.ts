import { expect, test } from "bun:test";
import { formatRoute, parseRoute } from "./route.ts";

test("a place and its address are the same thing", () => {
  const address = "/?task=01K&tab=changes&q=pool+leak&agent=codex&project=%2Fcode%2Fweb";
  expect(formatRoute(parseRoute(address.slice(1)))).toBe(address);
  expect(formatRoute(parseRoute("?unknown=1"))).toBe("/");
});

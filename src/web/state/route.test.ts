import { expect, test } from "bun:test";
import { formatRoute, parseRoute } from "./route.ts";

test("a place and its address are the same thing", () => {
  const address = "/?task=01K&tab=changes&q=pool+leak&agent=codex&project=%2Fcode%2Fweb";
  expect(formatRoute(parseRoute(address.slice(1)))).toBe(address);
  expect(formatRoute(parseRoute("?unknown=1"))).toBe("/");
});

test("a review is a place: what is compared and which file is read", () => {
  const address = "/?task=01K&view=review&scope=commit&commit=4f1c&file=src%2Fa+b.ts";
  expect(formatRoute(parseRoute(address.slice(1)))).toBe(address);
});

import { expect, test } from "bun:test";
import { emptyOrder } from "../state/order.ts";
import { aTask } from "../test-support/tasks.ts";
import { matcher, takeTokens, visibleOrder } from "./filter.ts";

const nothing = { q: "", agent: null, project: null, column: null };
const known = { agents: ["claude-code", "codex"], projects: ["/code/web-console", "/code/api"] };

test("words match anywhere, in any order, and in the short id", () => {
  const task = aTask("01K9T4AAAAAAAAAAAAAAAK6P1W", {
    title: "Fix the pool leak",
    workdir: "/x/api",
  });
  const fits = (q: string) => matcher({ ...nothing, q })(task);
  expect(["leak pool", "API", "k6p1w", ""].map(fits)).toEqual([true, true, true, true]);
  expect(fits("leak console")).toBe(false);
});

test("of an id the start of the short one counts, or the whole, and no other part", () => {
  const task = aTask("01K9T4AAAA12AAAAAAAAAK6P1W", { title: "Fix it", branch: null });
  const fits = (q: string) => matcher({ ...nothing, q })(task);
  expect(["K6P", "01k9t4aaaa12aaaaaaaaak6p1w"].map(fits)).toEqual([true, true]);
  expect(["12", "6p1w", "01K9T4AAAA12"].map(fits)).toEqual([false, false, false]);
});

test("without a filter the order is untouched, with one only what loses something is new", () => {
  const tasks = new Map([
    ["1", aTask("1", { agent: "codex" })],
    ["2", aTask("2")],
  ]);
  const order = { ...emptyOrder, backlog: ["1", "2"], ready: [] };
  expect(visibleOrder(order, tasks, nothing)).toBe(order);
  const shown = visibleOrder(order, tasks, { ...nothing, agent: "codex" });
  expect(shown.backlog).toEqual(["1"]);
  expect(shown.ready).toBe(order.ready);
});

test("a token is taken once a space follows it", () => {
  expect(takeTokens("agent:cod", known)).toEqual({ rest: "agent:cod", tokens: [] });
  expect(takeTokens("leak agent:cod project:web pool ", known)).toEqual({
    rest: "leak project:web pool ",
    tokens: [{ agent: "codex" }],
  });
  expect(takeTokens("column:rev ", known).tokens).toEqual([{ column: "review" }]);
  expect(takeTokens("agent:nobody ", known)).toEqual({ rest: "agent:nobody ", tokens: [] });
});

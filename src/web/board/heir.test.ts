import { expect, test } from "bun:test";
import { columns, emptyOrder, type Order } from "../state/order.ts";
import { heirOf } from "./heir.ts";

const grid = (order: Partial<Order>, open = columns) => ({
  order: { ...emptyOrder, ...order },
  open,
});
const before = grid({ backlog: ["a", "b", "c"], blocked: ["r"], review: ["v", "w"] });

test("the focus of a card that went goes to the one in its place, else to the last", () => {
  const heir = (backlog: string[], id: string) =>
    heirOf(before, grid({ ...before.order, backlog }), id)?.id;
  expect(heir(["a", "c"], "b")).toBe("c");
  expect(heir(["a", "b"], "c")).toBe("b");
});

test("the last of a column hands it to the nearest open column with cards", () => {
  const now = grid({ ...before.order, blocked: [] });
  expect(heirOf(before, now, "r")).toEqual({ id: "v", column: "review" });
  const shut = { ...now, open: columns.filter((name) => name !== "review") };
  expect(heirOf(before, shut, "r")).toEqual({ id: "a", column: "backlog" });
});

test("nothing is handed on where no card is left, or where it only moved", () => {
  expect(heirOf(before, grid({}), "r")).toBeNull();
  expect(heirOf(before, grid({ ...before.order, blocked: [], done: ["r"] }), "r")).toBeNull();
});

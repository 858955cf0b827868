import { expect, test } from "bun:test";
import { StoreBusy, StoreFull, type StoreTrouble } from "../store/types.ts";
import { Keeper } from "./keeper.ts";

/** A keeper over a store that refuses what it is told to, and a clock that the test rings. */
function kept() {
  const pauses: number[] = [];
  const told: string[] = [];
  const did: string[] = [];
  let ring: () => void = () => undefined;
  let now = 0;
  const clock = {
    now: () => now,
    monotonic: () => now,
    after: (ms: number, run: () => void) => {
      pauses.push(ms);
      ring = () => {
        now += ms;
        run();
      };
      return () => undefined;
    },
  };
  const keeper = new Keeper({ clock, log: (_, message) => void did.push(message) }, (taskId) =>
    told.push(`${taskId} ${keeper.live(taskId)?.verb ?? "as it was"}`),
  );
  const world = { trouble: null as StoreTrouble | null };
  const tries: string[] = [];
  const store = (taskId: string, what: string, signal?: AbortSignal) =>
    keeper.keep(
      taskId,
      () => {
        tries.push(what);
        if (world.trouble !== null) throw world.trouble;
        did.push(what);
        return what;
      },
      signal,
    );
  return { keeper, world, store, pauses, told, did, tries, ring: () => ring() };
}

test("stores at once while nothing is wrong", async () => {
  const { store, did, pauses, told } = kept();
  const first = store("a", "1");
  expect(did).toEqual(["1"]);
  expect(await first).toBe("1");
  expect([pauses, told]).toEqual([[], []]);
});

test("tries again with growing pauses, and keeps the order of each task", async () => {
  const { store, world, did, pauses, ring, told, keeper, tries } = kept();
  world.trouble = new StoreFull();
  const all = [store("a", "1"), store("a", "2"), store("b", "3")];
  expect(keeper.live("a")?.object).toContain("Free some space");
  for (let look = 0; look < 6; look += 1) ring();
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  // What stands behind something is not tried before it.
  expect(tries).not.toContain("2");
  world.trouble = null;
  ring();
  expect(await Promise.all(all)).toEqual(["1", "2", "3"]);
  expect(did.filter((one) => one.length === 1)).toEqual(["1", "2", "3"]);
  expect(told.slice(-2)).toEqual(["a as it was", "b as it was"]);
  expect(keeper.isBehind("a")).toBe(true);
  world.trouble = new StoreFull();
  const again = store("a", "4");
  expect(pauses.at(-1)).toBe(250);
  world.trouble = null;
  ring();
  expect(await again).toBe("4");
});

test("one try says enough about a database in other hands", async () => {
  const { store, world, ring, tries } = kept();
  world.trouble = new StoreBusy();
  const all = [store("a", "1"), store("b", "2"), store("c", "3")];
  expect(tries).toEqual(["1"]);
  ring();
  expect(tries).toEqual(["1", "1"]);
  world.trouble = null;
  ring();
  expect(await Promise.all(all)).toEqual(["1", "2", "3"]);
});

test("what is wrong with the work itself is told, and holds nothing else up", async () => {
  const { keeper, world, store, ring } = kept();
  world.trouble = new StoreFull();
  const first = store("a", "1");
  const bad = keeper.keep("a", () => {
    throw new Error("a bug");
  });
  const last = store("a", "2");
  world.trouble = null;
  ring();
  expect(await first).toBe("1");
  await expect(bad).rejects.toThrow("a bug");
  expect(await last).toBe("2");
});

test("waits no longer than who asked, and than the server", async () => {
  const { keeper, world, store, told, ring, tries } = kept();
  world.trouble = new StoreFull();
  const abort = new AbortController();
  const gone = store("a", "1", abort.signal);
  abort.abort(new Error("let go of"));
  await expect(gone).rejects.toThrow("let go of");
  expect(told).toEqual(["a Waiting", "a as it was"]);
  const left = store("a", "2");
  keeper.stop();
  await expect(left).rejects.toThrow("the server ends");
  await expect(store("a", "3")).rejects.toThrow(StoreFull);
  ring();
  expect(tries).toEqual(["1", "2", "3"]);
});

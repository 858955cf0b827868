import { afterAll, expect, test } from "bun:test";
import { whileAttached } from "./testing/person.ts";
import { TmuxBench, value } from "./testing/tmux-bench.ts";

const bench = new TmuxBench();
const { tmux, work } = bench;
afterAll(() => bench.remove());

const attached = async (name: string) => value(await tmux.pane(name))?.attached;
/** Of the session `seen`, with so many people looking at it. */
const person = (count: number) => ({
  command: tmux.attachCommand("seen"),
  shown: async () => (await attached("seen")) === count,
});

test("a session knows how many terminals show it, and each knows only its own", async () => {
  await bench.start("seen", "exec sleep 600");
  await bench.start("seen-2", "exec sleep 600");
  expect(await attached("seen")).toBe(0);
  await whileAttached(person(1), async () => {
    await whileAttached(person(2), async () => {
      expect(await attached("seen-2")).toBe(0);
    });
  });
  await work.until(async () => ((await attached("seen")) === 0 ? true : null));
  // Looking is not ending: the program runs on when its people have gone.
  expect(value(await tmux.pane("seen"))?.dead).toBeNull();
  value(await tmux.kill("seen"));
  value(await tmux.kill("seen-2"));
});

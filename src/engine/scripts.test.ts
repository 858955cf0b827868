import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHost } from "../host/host.ts";
import { type TestStore, tempStore } from "../store/testing/harness.ts";
import { ulid } from "../store/testing/records.ts";
import { Core, type EngineDeps } from "./core.ts";
import { Drafts } from "./drafts.ts";
import { Hub } from "./hub.ts";
import { type Script, Scripts } from "./scripts.ts";

let store: TestStore;
let drafts: Drafts;
let scripts: Scripts;
/** What waits for time to pass; nothing does by itself. */
let timers: (() => void)[];

beforeEach(() => {
  store = tempStore();
  timers = [];
  drafts = new Drafts();
  scripts = another();
});

afterEach(() => store[Symbol.dispose]());

/** Another server on the same data directory. */
function another(): Scripts {
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    after: (_: number, run: () => void) => {
      timers.push(run);
      return () => undefined;
    },
  };
  const host = createHost({ dataDir: store.dir, env: process.env });
  // Of the engine's ports a script needs these.
  const deps = { store, host, clock, dataDir: store.dir, newId: () => ulid(1) };
  const hub = new Hub(store, (taskId) => drafts.of(taskId));
  return new Scripts(new Core(deps as unknown as EngineDeps, hub), drafts);
}

function script(commands: string, attempt = 1): Script {
  const taskId = ulid(7);
  const cwd = store.dir;
  return { taskId, runId: ulid(8), name: "setup", attempt, commands, cwd, env: { MINE: "yes" } };
}

const at = (name: string) => join(store.dir, name);
const never = () => new AbortController().signal;

/** Resolves when a script has written a file. */
function written(name: string): Promise<string> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!existsSync(at(name)) || !readFileSync(at(name), "utf8").endsWith("\n")) return;
      watcher.close();
      resolve(readFileSync(at(name), "utf8").trim());
    };
    const watcher = watch(store.dir, look);
    look();
  });
}

function isAlive(pid: string): boolean {
  const { stdout } = Bun.spawnSync(["ps", "-o", "stat=", "-p", pid]);
  return /^[^Z]/.test(stdout.toString().trim());
}

describe("a script", () => {
  test("stops at the first command that fails, both outputs in one, with its environment", async () => {
    const commands = "echo $MINE\necho oops >&2\nfalse\necho never";
    const { end, output } = await scripts.follow(script(commands), { signal: never() });
    expect(end).toEqual({ kind: "exited", code: 1, signal: null });
    expect(output).toBe("yes\noops\n");
  });

  test("over its time is ended with its children", async () => {
    const commands = `sleep 600 & echo $! > ${at("child")}\nwait`;
    const following = scripts.follow(script(commands), { signal: never(), limitMs: 60_000 });
    const child = await written("child");
    for (const run of timers) run();
    const { end } = await following;
    expect(end).toMatchObject({ kind: "stopped", why: "too-slow", leftovers: [] });
    expect(isAlive(child)).toBe(false);
  });

  test("that ends leaves alone what it started to stay", async () => {
    const commands = `sleep 600 >/dev/null 2>&1 & echo $! > ${at("child")}`;
    const { end } = await scripts.follow(script(commands), { signal: never() });
    const child = readFileSync(at("child"), "utf8").trim();
    const alive = isAlive(child);
    process.kill(Number(child), "SIGKILL");
    expect(end).toMatchObject({ kind: "exited", code: 0 });
    expect(alive).toBe(true);
  });

  test("that cannot start says why", async () => {
    const lost = { ...script("true"), cwd: at("nowhere") };
    const { end, output } = await scripts.follow(lost, { signal: never() });
    expect(end).toMatchObject({ kind: "exited", signal: null });
    expect(end).not.toMatchObject({ code: 0 });
    expect(output).toContain("nowhere");
  });

  test("goes on when its server ends, and the next one reads it from the start", async () => {
    const gate = `while [ ! -e ${at("go")} ]; do sleep 0.02; done`;
    const commands = `echo one\necho x >> ${at("count")}\n${gate}\necho two`;
    const following = scripts.follow(script(commands), { signal: never() });
    await written("count");
    scripts.letGo();
    expect((await following).end).toEqual({ kind: "let-go" });
    const next = another().follow(script("echo other commands"), { signal: never() });
    writeFileSync(at("go"), "");
    expect(await next).toEqual({
      end: { kind: "exited", code: 0, signal: null },
      output: "one\ntwo\n",
    });
    expect(readFileSync(at("count"), "utf8")).toBe("x\n");
  });

  test("with a flood of output keeps its two ends, and little of it in memory", async () => {
    const flood = `i=0; while [ $i -lt 90 ]; do printf '%0131072d\\n' $i; i=$((i+1)); done`;
    const one = script(`echo first\n${flood}\necho last`);
    const { output } = await scripts.follow(one, { signal: never() });
    expect(output.startsWith("first\n")).toBe(true);
    expect(output.endsWith("last\n")).toBe(true);
    expect(output).toMatch(/\n… \d+ bytes left out …\n/);
    expect(output.length).toBeLessThan(8.1 * 1024 * 1024);
    const [draft] = drafts.of(one.taskId);
    expect(draft?.text?.length).toBeLessThanOrEqual(128 * 1024);
    expect(draft?.text?.endsWith("last\n")).toBe(true);
    await scripts.clear(one);
    expect(drafts.of(one.taskId)).toEqual([]);
  });
});

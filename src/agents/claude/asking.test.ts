import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost } from "../../host/host.ts";
import type { SessionIo } from "../driver.ts";
import { Asking } from "./asking.ts";
import { Context, type RefData } from "./context.ts";
import type { Status } from "./status.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agetor-asking-"));
  mkdirSync(join(dir, "asks"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What one hook noted, whose process is this very test. */
async function asking(note: unknown, now = 0): Promise<Asking> {
  writeFileSync(join(dir, "asks", String(process.pid)), JSON.stringify(note));
  const io: Pick<SessionIo, "host" | "signal" | "clock"> = {
    host: createHost({ dataDir: dir, env: {} }),
    signal: new AbortController().signal,
    clock: { now: () => now, monotonic: () => 0, after: () => () => undefined },
  };
  const ref = { sessionId: "s", kind: "claude-code" as const, dir };
  const context = new Context(
    io as SessionIo,
    { ...ref, agentSessionId: null, process: null, data: {} },
    {} as RefData,
  );
  const made = new Asking(context);
  expect(await made.open()).toBe(true);
  return made;
}

const status = (kind: Status["kind"], since: number): Status => ({
  kind,
  since,
  waitingFor: null,
  conversation: null,
});

const note = (hook: Record<string, unknown> = {}) => ({ requestId: "q1", at: 10_000, hook });

test("a dialog that is gone was answered by hand", async () => {
  const asks = await asking(note());
  expect(await asks.answeredByHand(status("busy", 12_000))).toEqual(["q1"]);
  expect(await asks.answeredByHand(status("idle", 12_000))).toEqual(["q1"]);
});

test("one that is open, or not shown yet, was not", async () => {
  const asks = await asking(note());
  expect(await asks.answeredByHand(status("waiting", 12_000))).toEqual([]);
  expect(await asks.answeredByHand(status("busy", 9_000))).toEqual([]);
  expect(await asks.answeredByHand(null)).toEqual([]);
});

test("one that follows another at once is not over because that one is", async () => {
  // The hook of the one before ends when this one already waits; Claude tells of it late.
  writeFileSync(join(dir, "asks", "3999999"), "");
  const asks = await asking(note(), 10_100);
  expect(await asks.answeredByHand(status("busy", 10_400))).toEqual([]);
  expect(await asks.answeredByHand(status("busy", 11_200))).toEqual(["q1"]);
});

test("what a sub-agent asks may wait unseen while Claude works", async () => {
  const asks = await asking(note({ agent_id: "a1" }));
  expect(await asks.answeredByHand(status("busy", 12_000))).toEqual([]);
});

test("a hook that has noted nothing yet says nothing", async () => {
  const asks = await asking("");
  expect(await asks.answeredByHand(status("busy", 12_000))).toEqual([]);
});

import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Desk, delivered, lines, succeeded } from "./claude-desk.ts";

const desk = new Desk();

afterEach(() => desk.closeSessions());

afterAll(() => desk.lab.close());

describe("stopping", () => {
  test("while it writes ends the turn and keeps the conversation", async () => {
    const { store, first, send, session } = await desk.start({
      text: lines("text: some words\\n", "hold: stop1"),
    });
    await first();
    await store.seen(() => (store.drafts.length > 0 ? true : null));
    expect(await session.interrupt()).toEqual({ ok: true, value: null });
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    expect(await send("m2", "text: still here")).toEqual(delivered);
    expect((await store.ended(2)).outcome).toEqual(succeeded);
    expect(store.texts().at(-1)).toBe("still here");
  });

  test("before its first word leaves nothing behind in the input", async () => {
    const { store, first, send, session } = await desk.start({
      text: lines("hold: stop2", "text: never"),
    });
    await first();
    await desk.asked("stop2");
    await session.interrupt();
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    expect(await send("m2", "text: next one")).toEqual(delivered);
    await store.ended(2);
    expect(store.transcript("user.message").at(-1)?.text).toBe("text: next one");
  });

  test("reaches a turn whose message is still on its way", async () => {
    const { store, first, session } = await desk.start({
      text: lines("hold: stop3", "text: never"),
    });
    const sent = first();
    await session.interrupt();
    expect(await sent).toEqual(delivered);
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
  });

  test("in the middle of a command", async () => {
    const { store, first, session } = await desk.start({
      text: 'tool: Bash {"command":"tail -f /dev/null"}',
    });
    await first();
    await store.seen(() => store.transcript("tool.call")[0]);
    await session.interrupt();
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    expect(store.transcript("tool.result")).toMatchObject([{ status: "failed" }]);
  });
});

describe("background work", () => {
  test("holds the run open until it has ended", async () => {
    const { store, first } = await desk.start({
      text: lines(
        `tool: Bash {"command":"while [ ! -e ${desk.lab.root}/go ]; do sleep 0.1; done; echo went","run_in_background":true,"description":"Wait for it"}`,
        "next",
        "text: it runs",
        "next",
        "text: it ended",
      ),
    });
    await first();
    const held = await store.seen(() => store.of("background")[0]);
    expect(held.tasks).toMatchObject([{ kind: "shell", label: "Wait for it" }]);
    expect(store.of("turn-ended")).toEqual([]);
    writeFileSync(join(desk.lab.root, "go"), "");
    expect((await store.ended(1)).outcome).toEqual(succeeded);
    expect(store.of("background").at(-1)?.tasks).toEqual([]);
    expect(store.texts()).toEqual(["it runs", "it ended"]);
    expect(store.of("turn-started")).toHaveLength(1);
  });

  test("can be left by stopping", async () => {
    const { store, first, session } = await desk.start({
      text: lines(
        'tool: Bash {"command":"tail -f /dev/null","run_in_background":true,"description":"Server"}',
        "next",
        "text: it runs",
      ),
    });
    await first();
    await store.seen(() => store.of("background")[0]);
    await session.interrupt();
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    expect(store.of("notice")).toMatchObject([{ notice: { code: "still_running" } }]);
  });

  test("of sub-agents is a stream of its own, and counts in the usage", async () => {
    const inner =
      'thinking: sub\\ntext: sub says\\ntool: Bash {\\"command\\":\\"echo sub\\"}\\nnext\\ntext: sub result';
    const { store, first } = await desk.start({
      text: lines(
        `tool: Agent {"description":"Count files","prompt":"${inner}","subagent_type":"general-purpose"}`,
        "next",
        "text: it works",
        "next",
        "text: it is done",
      ),
    });
    await first();
    expect((await store.ended(1)).outcome).toEqual(succeeded);
    const [begun] = store.transcript("subagent.started");
    expect(begun).toMatchObject({ label: "Count files", agentType: "general-purpose" });
    expect(store.transcript("subagent.ended")).toEqual([
      { agentId: begun?.agentId ?? "", status: "succeeded", summary: "sub result" },
    ]);
    const texts = store.transcript("assistant.text");
    expect(texts.filter((it) => it.agentId !== null).map((it) => it.text)).toEqual([
      "sub says",
      "sub result",
    ]);
    expect(texts.filter((it) => it.agentId === null).map((it) => it.text)).toEqual([
      "it works",
      "it is done",
    ]);
    expect(store.transcript("usage.updated").at(-1)?.usage.inputTokens).toBe(500);
    expect(store.again.filter((key) => !key.startsWith("a:"))).toEqual([]);
  });
});

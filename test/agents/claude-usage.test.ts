import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TranscriptData } from "../../src/contract/event.ts";
import { Desk, delivered, hooksLeft, lines, until } from "./claude-desk.ts";
import { killAgent } from "./claude-kill.ts";
import type { Store } from "./claude-lab.ts";
import { Office } from "./claude-office.ts";

const desk = new Desk();

afterEach(() => desk.closeSessions());

afterAll(() => desk.lab.close());

/** What was said of each turn: before its end (`ended`), or before the next one began (`later`). */
async function known(
  store: Store,
  turns: number,
  until: "ended" | "later" = "ended",
): Promise<TranscriptData["usage.updated"][]> {
  await store.ended(turns);
  const all: TranscriptData["usage.updated"][] = [];
  let [turn, over] = [-1, false];
  for (const item of store.items) {
    if (item.kind === "turn-started") [turn, over] = [turn + 1, false];
    if (item.kind === "turn-ended") over = until === "ended";
    if (item.kind === "transcript" && item.type === "usage.updated" && !over) all[turn] = item.data;
  }
  return all;
}

const costs = async (...which: Parameters<typeof known>) =>
  (await known(...which)).map(({ usage }) => usage.costUsd ?? Number.NaN);

const sum = (all: readonly number[]) => all.reduce((total, each) => total + each, 0);

/** All that a conversation has cost, as Claude writes it down when it ends. */
function written(home: string, conversation: string | null): number {
  const projects = join(home, "projects");
  const files = readdirSync(projects, { recursive: true }).map(String);
  const path = files.find((it) => it.endsWith(`${conversation}.jsonl`)) ?? "";
  const records = readFileSync(join(projects, path), "utf8").trim().split("\n");
  const last = records.map((it) => JSON.parse(it)).findLast(({ type }) => type === "cost-state");
  return last?.totalCostUSD ?? Number.NaN;
}

async function shown(name: string): Promise<string> {
  const screen = await desk.lab.host.tmux.capture(name, { ansi: false, history: 0 });
  return screen.ok ? screen.value.text : "";
}

const ownHome = () => join(desk.lab.home, ".claude");

describe("cost and context", () => {
  test("are told while Claude works, and whole when its turn has ended", async () => {
    const { store, first, session } = await desk.start({
      text: lines(
        "context: 250000",
        'tool: Bash {"command":"echo hi"}',
        "next",
        "hold: live",
        "context: 400000",
        "text: done",
      ),
    });
    expect(await first()).toEqual(delivered);
    const live = await store.seen(() =>
      store.transcript("usage.updated").find(({ usage }) => usage.costUsd !== null),
    );
    expect(live.contextPercent).toBe(25);
    expect(live.usage.inputTokens).toBe(250_000);
    expect(live.usage.costUsd).toBeGreaterThan(0);
    desk.lab.fake.release("live");
    const [whole] = await known(store, 1);
    expect(whole?.contextPercent).toBe(40);
    expect(whole?.model).toContain("opus");
    expect(whole?.usage.inputTokens).toBe(650_000);
    expect(whole?.usage.cacheReadTokens).toBe(600);
    expect(whole?.usage.costUsd ?? 0).toBeGreaterThan(live.usage.costUsd ?? Number.NaN);
    await session.close();
    const conversation = session.ref.agentSessionId;
    expect(whole?.usage.costUsd).toBeCloseTo(written(ownHome(), conversation), 9);
    expect(store.again).toEqual([]);
  });

  test("of turns right after one another stay apart, also in a new process", async () => {
    const one = await desk.start({ text: "text: same" });
    await one.first();
    for (const turn of [1, 2]) {
      await one.store.ended(turn);
      await one.send(`n${turn}`, "text: same");
    }
    const first = await costs(one.store, 3);
    expect(first[0]).toBeGreaterThan(0);
    expect(first).toEqual([first[0] ?? 0, first[0] ?? 0, first[0] ?? 0]);
    await one.session.close();
    const conversation = one.session.ref.agentSessionId;
    expect(sum(first)).toBeCloseTo(written(ownHome(), conversation), 9);
    // Claude goes on from the total it wrote down; the next one ends without a word of it.
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      const next = await desk.start({ text: "text: same", resume: conversation });
      await next.first();
      expect(await costs(next.store, 1)).toEqual([first[0] ?? 0]);
      await next.send("m2", lines("context: 500000", "text: more"));
      const [, more] = await known(next.store, 2);
      expect(more?.contextPercent).toBe(50);
      expect(more?.usage.costUsd ?? 0).toBeGreaterThan(1);
      process.kill(next.session.ref.process?.pid ?? 0, signal);
      await next.store.seen(() => next.store.of("exited")[0]);
    }
  });

  test("of another conversation in the same terminal begin anew", async () => {
    const { store, first, name, send } = await desk.start({ text: "text: same" });
    await first();
    await store.ended(1);
    await desk.lab.host.tmux.paste(name, "/clear");
    await until(async () => (await shown(name)).includes("/clear"));
    await desk.lab.host.tmux.keys(name, ["Enter"]);
    await store.seen(() => store.of("notice")[0]);
    expect(await send("m2", "text: same")).toEqual(delivered);
    const [before, after] = await costs(store, 2);
    expect(after).toBe(before ?? 0);
  });

  test("come to what Claude counts in all, with sub-agents and a turn that was stopped", async () => {
    const agent =
      'text: sub says\\ntool: Bash {\\"command\\":\\"echo sub\\"}\\nnext\\ntext: result';
    const { store, first, send, session, name } = await desk.start({
      text: lines(
        `tool: Agent {"description":"Look","prompt":"${agent}","subagent_type":"general-purpose"}`,
        "next",
        "text: it runs",
        "next",
        "text: it has ended",
      ),
    });
    await first();
    await store.ended(1);
    await send("m2", lines('tool: Bash {"command":"echo hi"}', "next", "text: a", "hold: never"));
    await store.seen(() => store.transcript("tool.result").find(({ output }) => output === "hi"));
    await desk.lab.fake.seen(({ body }) => JSON.stringify(body).includes("hold: never"));
    await desk.lab.host.tmux.keys(name, ["Escape"]);
    expect((await store.ended(2)).outcome).toEqual({ kind: "cancelled" });
    await send("m3", "text: last");
    const all = await costs(store, 3, "later");
    await session.close();
    expect(sum(all)).toBeCloseTo(written(ownHome(), session.ref.agentSessionId), 9);
  });

  test("are whole after a server was killed and away while the agent finished", async () => {
    const { request, store } = await desk.orphan(
      lines('tool: Bash {"command":"echo one"}', "next", "hold: cost", "text: after"),
      (seen) => seen.transcript("usage.updated").some(({ usage }) => usage.costUsd !== null),
    );
    desk.lab.fake.release("cost");
    await until(() => hooksLeft(request).some((it) => it.includes('"Stop"')));
    await until(() =>
      readdirSync(join(request.dir, "reports")).some((it) => /^\d.*json$/.test(it)),
    );
    const session = await desk.takeUp(store);
    await session.deliver({ id: "m2", text: "text: next" }, { retry: false });
    const all = await costs(store, 2);
    expect(store.again).toEqual([]);
    await session.close();
    expect(all[0]).toBeGreaterThan(all[1] ?? Number.NaN);
    expect(sum(all)).toBeCloseTo(written(ownHome(), session.ref.agentSessionId), 9);
  });
});

describe("a status line of the person's own", () => {
  const put = (path: string, command: string) => {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, JSON.stringify({ statusLine: { type: "command", command, padding: 4 } }));
  };

  test("still runs with what Claude says, and is shown", async () => {
    const home = join(desk.lab.root, "lined");
    const cost = "sed 's/.*\"total_cost_usd\":\\([0-9.]*\\).*/it costs \\1/'";
    put(join(home, "settings.json"), `${cost}; echo "in $COLUMNS columns"`);
    const { store, first, session, name } = await desk.start({
      harness: desk.lab.harness(desk.bin, { home }),
    });
    await first();
    const [turn] = await known(store, 1);
    await until(async () => (await shown(name)).includes(`    it costs ${turn?.usage.costUsd}`));
    expect(await shown(name)).toContain("    in 160 columns");
    await session.close();
    expect(turn?.usage.costUsd).toBeCloseTo(written(home, session.ref.agentSessionId), 9);
  });

  test("of the repository wins over the one of the home, as it does without us", async () => {
    const home = join(desk.lab.root, "lined-too");
    put(join(home, "settings.json"), "echo the line of the home");
    put(join(desk.lab.worktree, ".claude/settings.json"), "echo the line of the project");
    const { store, first, name } = await desk.start({
      harness: desk.lab.harness(desk.bin, { home }),
    });
    await first();
    expect((await costs(store, 1))[0]).toBeGreaterThan(0);
    expect(await shown(name)).toContain("the line of the project");
    expect(await shown(name)).not.toContain("the line of the home");
  });
});

describe("the card", () => {
  let office: Office;

  beforeAll(async () => {
    office = await Office.make();
  }, 60_000);

  afterAll(() => office.close(), 60_000);

  test("shows the cost of all runs and the context, live, in review and over a new process", async () => {
    const job = await office.start(
      "bypass",
      "context: 250000",
      'tool: Bash {"command":"echo hi"}',
      "next",
      "hold: card",
      "context: 400000",
      "text: done",
    );
    const live = await job.client.until(job.id, ({ stats }) => (stats?.costUsd ?? null) !== null);
    expect(live.column).toBe("running");
    expect(live.stats?.contextPercent).toBe(25);
    office.fake.release("card");
    const events = await job.ended();
    const spent = async () => (await job.client.runs(job.id)).map((run) => run.usage?.costUsd ?? 0);
    const [first = 0] = await spent();
    expect(first).toBeGreaterThan(live.stats?.costUsd ?? Number.NaN);
    expect(await job.task()).toMatchObject({
      column: "review",
      stats: { costUsd: first, contextPercent: 40 },
    });
    // Nothing more was said of it after the end: what stands in review is final.
    const last = events.findLastIndex(({ type }) => type === "usage.updated");
    expect(last).toBeLessThan(events.findIndex(({ type }) => type === "turn.ended"));
    await job.say("context: 300000", "text: more");
    await job.ended();
    const [second = 0] = await spent();
    expect(second).toBeGreaterThan(0);
    const two = await job.task();
    expect(two.stats?.costUsd).toBeCloseTo(first + second, 9);
    expect(two.stats?.contextPercent).toBe(30);
    await killAgent(office, job);
    await job.say("context: 300000", "text: more");
    await job.ended();
    const [third] = await spent();
    expect(third).toBeCloseTo(second, 9);
    expect((await job.task()).stats?.costUsd).toBeCloseTo(first + second * 2, 9);
  });
});

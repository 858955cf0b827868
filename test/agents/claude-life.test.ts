import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Desk, delivered, hooksLeft, lines, succeeded, until } from "./claude-desk.ts";

const desk = new Desk();

afterEach(() => desk.closeSessions());

afterAll(() => desk.lab.close());

describe("after the server", () => {
  test("was killed in the middle, the next one goes on without gap or repeat", async () => {
    const { request, store } = await desk.orphan(
      lines(
        "text: before",
        'tool: Bash {"command":"echo one"}',
        "next",
        "hold: crash",
        "text: after",
      ),
      (seen) => seen.transcript("tool.result").length > 0,
    );
    desk.lab.fake.release("crash");
    await desk.takeUp(store);
    expect((await store.ended(1)).outcome).toEqual(succeeded);
    expect(store.texts()).toEqual(["before", "after"]);
    expect(store.again).toEqual([]);
    expect(store.of("turn-started")).toHaveLength(1);
    await until(() => hooksLeft(request).length === 0);
  });

  test("was away when the agent finished, nothing is missing", async () => {
    const { request, store } = await desk.orphan(
      lines(
        "text: before",
        'tool: Bash {"command":"echo one"}',
        "next",
        "hold: away",
        "text: after",
      ),
      (seen) => seen.transcript("tool.result").length > 0,
    );
    desk.lab.fake.release("away");
    await until(() => hooksLeft(request).some((it) => it.includes('"Stop"')));
    const session = await desk.takeUp(store);
    // Everything was read before the session was answered.
    expect(store.of("turn-ended").map((it) => it.outcome)).toEqual([succeeded]);
    expect(store.texts()).toEqual(["before", "after"]);
    expect(store.again).toEqual([]);
    expect(await session.deliver({ id: "m2", text: "text: go on" }, { retry: false })).toEqual(
      delivered,
    );
    await store.ended(2);
  });

  test("was away when the agent was killed, its end is told", async () => {
    const { store } = await desk.orphan(
      "hold: never",
      (seen) => seen.of("turn-started").length > 0,
    );
    const pid = store.ref?.process?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    await until(async () => (await desk.lab.host.identify(pid)) === null);
    const { io } = store.io(desk.lab.host);
    const gone = await desk.driver.attach(store.ref!, io);
    expect(gone).toMatchObject({ kind: "gone", why: "exited" });
    expect(store.of("exited")).toMatchObject([{ signal: "SIGKILL", expected: false }]);
  });
});

describe("the end", () => {
  test("of a killed agent is seen", async () => {
    const { store, first, session } = await desk.start({ text: "hold: killed" });
    await first();
    process.kill(session.ref.process?.pid ?? 0, "SIGKILL");
    const [exited] = await store.seen(() =>
      store.of("exited").length > 0 ? store.of("exited") : null,
    );
    expect(exited).toMatchObject({ signal: "SIGKILL", code: null, expected: false });
    expect(await session.deliver({ id: "m2", text: "x" }, { retry: false })).toMatchObject({
      kind: "not-delivered",
    });
  });

  test("by closing is expected, and the conversation goes on in a new session", async () => {
    const one = await desk.start({ text: "text: first life" });
    await one.first();
    await one.store.ended(1);
    expect(await one.session.close()).toEqual({ ok: true, value: { leftovers: [] } });
    expect(one.store.of("exited")).toMatchObject([{ expected: true }]);
    expect(one.store.transcript("usage.updated").at(-1)?.usage.costUsd).toBeGreaterThan(0);
    const conversation = one.session.ref.agentSessionId;
    const two = await desk.start({ text: "text: second life", resume: conversation });
    expect(await two.first()).toEqual(delivered);
    await two.store.ended(1);
    expect(two.store.texts()).toEqual(["second life"]);
    expect(two.store.transcript("session.started")).toMatchObject([
      { sessionRef: conversation, resumed: true },
    ]);
  });

  test("of a conversation nobody knows is said before anything starts", async () => {
    const request = await desk.lab.request(desk.driver, desk.lab.harness(desk.bin), {
      resume: "00000000-0000-4000-8000-000000000000",
    });
    const { io } = desk.lab.store(request).io(desk.lab.host);
    const opened = await desk.driver.open(request, io);
    expect(opened).toMatchObject({ ok: false, fault: { code: "not_resumable" } });
    const panes = await desk.lab.host.tmux.list();
    expect(panes.ok && panes.value.map(({ name }) => name)).toEqual([]);
  });

  test("at once says what Claude said", async () => {
    const { store, first } = await desk.start({
      harness: desk.lab.harness(desk.bin, { args: ["--no-such-flag"] }),
    });
    const answer = await first();
    expect(answer).toMatchObject({ kind: "not-delivered", fault: { code: "launch_failed" } });
    expect(JSON.stringify(answer)).toContain("no-such-flag");
    await store.seen(() => store.of("exited")[0]);
  });

  test("comes by a sweep to sessions nobody knows", async () => {
    const { request, release } = await desk.start();
    release();
    expect(
      await desk.driver.sweep(new Set([request.sessionId]), desk.lab.host, desk.lab.root),
    ).toEqual([]);
    expect(await desk.driver.sweep(new Set(), desk.lab.host, desk.lab.root)).toEqual([
      `a-${request.sessionId.toLowerCase()}`,
    ]);
  });
});

describe("before a start", () => {
  test("the probe tells the version and the account, or what is wrong", async () => {
    expect(await desk.driver.probe(desk.lab.harness(desk.bin), desk.lab.host)).toMatchObject({
      kind: "ready",
      version: "2.1.330",
      account: "ANTHROPIC_API_KEY",
      warning: null,
    });
    const keyless = { ...desk.lab.harness(desk.bin), env: { HOME: join(desk.lab.root, "nobody") } };
    expect(await desk.driver.probe(keyless, desk.lab.host)).toMatchObject({ kind: "logged-out" });
    const missing = { ...desk.lab.harness(desk.bin), bin: join(desk.lab.root, "nothing") };
    expect(await desk.driver.probe(missing, desk.lab.host)).toMatchObject({ kind: "missing" });
  });

  test("models and commands are asked for without a token", async () => {
    const commands = join(desk.lab.worktree, ".claude/commands");
    mkdirSync(join(commands, "deep"), { recursive: true });
    writeFileSync(join(commands, "deep/greet.md"), "text: hello $ARGUMENTS\n");
    const before = desk.lab.fake.requests.length;
    const catalogue = await desk.driver.discover(
      desk.lab.harness(desk.bin),
      desk.lab.worktree,
      desk.lab.host,
    );
    expect(catalogue.source).toBe("probe");
    expect(catalogue.models.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["default", "opus", "sonnet", "haiku", "fable", "opusplan"]),
    );
    expect(catalogue.commands.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["deep:greet", "init", "security-review"]),
    );
    expect(catalogue.commands.map(({ name }) => name)).not.toContain("clear");
    expect(desk.lab.fake.requests.length).toBe(before);
  });

  test("the mode is checked", async () => {
    const request = await desk.lab.request(desk.driver, desk.lab.harness(desk.bin), {
      mode: "bypass",
    });
    const root = process.getuid?.() === 0;
    const { IS_SANDBOX: _, ...env } = request.harness.env;
    const plain = { ...request, harness: { ...request.harness, env } };
    expect((await desk.driver.preflight(plain, desk.lab.host))?.code ?? null).toBe(
      root ? "mode_unavailable" : null,
    );
    expect(await desk.driver.preflight(request, desk.lab.host)).toBeNull();
  });
});

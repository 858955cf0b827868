import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCodexDriver } from "../../src/agents/codex/driver.ts";
import { ok } from "../../src/contract/result.ts";
import { type Script, scripted } from "../fakes/openai/script.ts";
import { startFakeOpenAi } from "../fakes/openai/server.ts";
import { codexSuite, drafted, type Lab, Store } from "./codex-lab.ts";

let lab: Lab;
const { driver, bin, start } = codexSuite((made) => {
  lab = made;
});

describe("a turn", () => {
  test("streams text, thoughts, commands, a diff, a plan, usage and rate limits", async () => {
    const { store, session, play } = await start();
    await play("m1", [
      [
        { reason: "Thinking about it" },
        { say: "I look around.", chunk: 4, phase: "commentary" },
        { shell: "echo one; sleep 0.4; echo two" },
      ],
      [
        {
          plan: [
            { step: "Look", status: "completed" },
            { step: "Go", status: "in_progress" },
          ],
        },
      ],
      [{ patch: "*** Begin Patch\n*** Update File: a.txt\n@@\n-hello\n+hi\n*** End Patch\n" }],
      [
        {
          headers: {
            "x-codex-primary-used-percent": "42",
            "x-codex-primary-window-minutes": "300",
          },
        },
        { say: "Done.", phase: "final_answer" },
      ],
    ]);
    const end = await store.ended(1);
    expect(end.outcome).toEqual({ kind: "succeeded" });
    const [started] = store.transcript("session.started");
    expect(started).toMatchObject({ mode: "auto", model: "gpt-5.5", resumed: false });
    expect(session.ref.agentSessionId).toBe(started!.sessionRef);
    expect(store.of("turn-started").map((it) => it.messageId)).toEqual(["m1"]);
    expect(store.texts()).toEqual(["I look around.", "Done."]);
    expect(store.transcript("assistant.thinking")[0]!.text).toBe("Thinking about it");
    expect(store.transcript("tool.call").map((it) => [it.kind, it.title])).toEqual([
      ["execute", "echo one; sleep 0.4; echo two"],
      ["edit", "a.txt"],
    ]);
    const [command, patch] = store.transcript("tool.result");
    expect(command).toMatchObject({ status: "succeeded", output: "one\ntwo\n", exitCode: 0 });
    expect(patch).toMatchObject({
      status: "succeeded",
      diff: [{ path: "a.txt", kind: "update", additions: 1, deletions: 1 }],
    });
    expect(store.transcript("todos.updated")[0]!.todos).toEqual([
      { text: "Look", status: "completed" },
      { text: "Go", status: "in_progress" },
    ]);
    const usage = store.transcript("usage.updated").at(-1)!;
    expect(usage.usage).toMatchObject({ inputTokens: 360, cacheReadTokens: 40, outputTokens: 80 });
    expect(usage.rateLimits).toMatchObject([{ label: "5 h", usedPercent: 42 }]);
    expect(await Bun.file(join(lab.worktree, "a.txt")).text()).toBe("hi\n");
    // Every draft is gone once its event is stored.
    expect(drafted(store.drafts)).toEqual({});
    expect(store.transcript("raw")).toEqual([]);
  });

  test("shows text before it is whole, and goes on with a follow-up in the same thread", async () => {
    const { store, play } = await start();
    await play("m1", [[{ say: "Half of it", chunk: 3, until: "rest" }, { say: "More." }]]);
    const live = await store.seen(
      () => Object.values(drafted(store.drafts)).find((text) => text === "Half of it") ?? null,
    );
    expect(live).toBe("Half of it");
    lab.fake.open("rest");
    await store.ended(1);
    await play("m2", [[{ say: "Second." }]]);
    await store.ended(2);
    expect(store.texts()).toEqual(["Half of it", "More.", "Second."]);
    // The second run counts its own tokens only.
    expect(store.transcript("usage.updated").at(-1)!.usage.outputTokens).toBe(20);
    const asked = lab.fake.requests.at(-1)!;
    expect(JSON.stringify(asked.body.input)).toContain("Half of it");
  });

  test("speaks with a model that works in code mode", async () => {
    const { store, play } = await start({ model: "gpt-6-luna", effort: "low" });
    await play("m1", [
      [{ shell: "sleep 0.3; echo from code" }],
      [{ patch: "*** Begin Patch\n*** Add File: code.txt\n+new\n*** End Patch\n" }],
      [{ say: "Done." }],
    ]);
    expect((await store.ended(1)).outcome).toEqual({ kind: "succeeded" });
    expect(store.transcript("tool.result")[0]).toMatchObject({ output: "from code\n" });
    expect(store.transcript("tool.result")[1]!.diff).toEqual([
      { path: "code.txt", kind: "add", patch: "@@ -0,0 +1 @@\n+new\n", additions: 1, deletions: 0 },
    ]);
    expect(lab.fake.requests.at(-1)!.body.reasoning?.effort).toBe("low");
  });

  test("hands every prompt over byte for byte", async () => {
    const { store, send } = await start();
    const prompts = [
      "!echo not a command",
      "/status is text",
      "-c --dangerously-bypass-approvals-and-sandbox",
      '@a.txt\r\n\ttabs "quotes" $(touch pwned) `x` \u0003 \u001b[201~\r 🙂 trailing;',
      "x\n".repeat(30_000),
    ];
    for (const [index, prompt] of prompts.entries()) {
      await send(`p${index}`, prompt);
      await store.ended(index + 1);
      expect(lab.fake.requests.at(-1)!.prompt).toBe(prompt);
    }
    expect(store.texts()).toEqual(prompts.map(() => "ok"));
    expect(existsSync(join(lab.worktree, "pwned"))).toBe(false);
  });

  test("leaves a command in the background when the turn ends well, and says so", async () => {
    const { store, session, play } = await start();
    await play("m1", [
      [{ shell: "echo up; exec sleep 61234", args: { yield_time_ms: 250 } }],
      [{ say: "It runs." }],
    ]);
    expect((await store.ended(1)).outcome).toEqual({ kind: "succeeded" });
    expect(store.of("background")[0]!.tasks).toMatchObject([
      { kind: "shell", label: "echo up; exec sleep 61234" },
    ]);
    expect(store.transcript("tool.result").map((it) => it.status)).toEqual(["running"]);
    await session.close();
    await store.seen(() => store.of("exited")[0]);
    expect(store.transcript("tool.result").map((it) => it.status)).toEqual(["running", "failed"]);
    await lab.gone("sleep 61234");
  });
});

describe("stopping", () => {
  test("an interrupt ends the command with it and keeps the conversation", async () => {
    const { store, session, play } = await start();
    await play("m1", [[{ shell: "echo up; sleep 0.3; echo two; exec sleep 54321" }]]);
    await store.seen(() => store.drafts.find((it) => it.kind === "output"));
    expect(lab.running("sleep 54321")).not.toEqual([]);
    const stops = await Promise.all([session.interrupt(), session.interrupt()]);
    expect(stops).toEqual([ok(null), ok(null)]);
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    await lab.gone("sleep 54321");
    // Closed once, although Codex tells of its end a second time, after the turn.
    expect(store.transcript("tool.result").map((it) => it.status)).toEqual(["failed"]);
    await play("m2", [[{ say: "Still here." }]]);
    expect((await store.ended(2)).outcome).toEqual({ kind: "succeeded" });
    expect(store.transcript("tool.result")).toHaveLength(1);
  });

  test("an interrupt while text streams keeps what was said", async () => {
    const { store, session, play } = await start();
    await play("m1", [[{ say: "Half a sen", chunk: 4, unfinished: true }, { hang: true }]]);
    await store.seen(
      () => drafted(store.drafts)["x"] ?? store.drafts.find((it) => it.kind === "text"),
    );
    await session.interrupt();
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    expect(store.transcript("assistant.text")).toMatchObject([{ text: "Half a sen" }]);
    expect(drafted(store.drafts)).toEqual({});
  });

  test("an interrupt while the message is on its way stops the turn it begins", async () => {
    const { store, session } = await start();
    const text = scripted([[{ say: "x" }, { hang: true }]]);
    const [delivery, stopped] = await Promise.all([
      session.deliver({ id: "m1", text }, { retry: false }),
      session.interrupt(),
    ]);
    expect(delivery).toEqual({ kind: "delivered" });
    expect(stopped).toEqual({ ok: true, value: null });
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
  });

  test("closing ends a command that runs without a sandbox", async () => {
    const { store, session, play } = await start({ mode: "bypass" });
    await play("m1", [[{ shell: "echo up; sleep 0.3; echo two; exec sleep 32109" }]]);
    await store.seen(() => store.drafts.find((it) => it.kind === "output"));
    expect(lab.running("sleep 32109")).not.toEqual([]);
    await session.close();
    await lab.gone("sleep 32109");
  });

  test("closing ends the process group and says that it was meant", async () => {
    const { store, session } = await start();
    const { pid } = session.ref.process!;
    expect(await session.close()).toEqual({ ok: true, value: { leftovers: [] } });
    expect(store.of("exited")).toMatchObject([{ expected: true, fault: null }]);
    expect(await lab.host.identify(pid)).toBeNull();
  });
});

describe("faults", () => {
  const refused = (status: number, type: string, more: object = {}): Script =>
    Array.from({ length: 6 }, () => [
      { http: status, body: { error: { type, message: `fake ${type}`, ...more } } },
    ]);

  test.each([
    ["not_logged_in", refused(401, "invalid_api_key"), "codex login"],
    ["rate_limited", refused(429, "usage_limit_reached", { resets_at: 1_900_000_000 }), "2030"],
    ["agent_error", [[{ failed: "context_length_exceeded" }]] satisfies Script, "new task"],
  ])("a refusal of the model is %s and ends only its turn", async (code, script, hint) => {
    const { store, play } = await start();
    await play("m1", script, code);
    const end = await store.ended(1);
    expect(end.outcome).toMatchObject({ kind: "failed", fault: { code } });
    if (end.outcome.kind === "failed") expect(end.outcome.fault.hint).toContain(hint);
    await play("m2", [[{ say: "Again." }]]);
    expect((await store.ended(2)).outcome).toEqual({ kind: "succeeded" });
  });

  test("a network that stays away is said, then ends the turn", async () => {
    const impatient = createCodexDriver({ noticeMs: 1, giveUpMs: 300 });
    const gone = await startFakeOpenAi();
    await gone.close();
    lab.config(gone.baseUrl);
    const { store, send } = await start({}, impatient);
    lab.config(lab.fake.baseUrl);
    await send("m1", "hello");
    const end = await store.ended(1);
    expect(end.outcome).toMatchObject({ kind: "failed", fault: { code: "network_lost" } });
    expect(store.of("notice").map((it) => it.notice.code)).toContain("network_waiting");
  });

  test("a config Codex does not take is said in its own words", async () => {
    const request = await lab.request(driver, bin);
    writeFileSync(join(lab.home, "config.toml"), "model = 5\n");
    const store = new Store();
    const session = await driver.open(request, store.io(lab.host).io);
    lab.config(lab.fake.baseUrl);
    expect(session).toMatchObject({ ok: false, fault: { code: "launch_failed" } });
    if (!session.ok) expect(session.fault.message).toContain("config");
  });
});

describe("what is installed", () => {
  test("the native program stands behind the npm wrapper, and its account is told", async () => {
    const probed = await driver.probe(lab.harness(bin), lab.host);
    expect(probed).toMatchObject({
      kind: "ready",
      version: "0.169.0",
      account: null,
      warning: null,
    });
    if (probed.kind === "ready") expect(probed.path).not.toEndWith(".js");
    const elsewhere = { ...lab.harness(bin), home: join(lab.root, "empty-home") };
    await Bun.write(join(elsewhere.home, "config.toml"), "");
    expect(await driver.probe(elsewhere, lab.host)).toMatchObject({ kind: "logged-out" });
    const missing = lab.harness(join(lab.root, "nothing"));
    expect(await driver.probe(missing, lab.host)).toMatchObject({ kind: "missing" });
  });

  test("models come from Codex itself", async () => {
    const catalogue = await driver.discover(lab.harness(bin), lab.worktree, lab.host);
    expect(catalogue.source).toBe("probe");
    expect(catalogue.models.find((it) => it.id === "gpt-5.5")?.efforts).toContain("high");
    expect(catalogue.models.filter((it) => it.default)).toHaveLength(1);
    // The curated list is what this version bundles.
    const { models } = driver.descriptor.options;
    expect(models.map((it) => it.id).sort()).toEqual(catalogue.models.map((it) => it.id).sort());
  });
});

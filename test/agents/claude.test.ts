import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClaudeDriver } from "../../src/agents/claude/driver.ts";
import type { Draft, OpenRequest, ResolvedHarness, Session } from "../../src/agents/driver.ts";
import { claudeBinary, Lab, opened, type Store } from "./claude-lab.ts";

const driver = createClaudeDriver();
const bin = claudeBinary();
let lab: Lab;
let open: Session[] = [];

beforeAll(() => {
  lab = Lab.make();
});

afterEach(async () => {
  const all = open;
  open = [];
  for (const session of all) await session.close();
});

afterAll(() => lab.close());

interface Start extends Partial<OpenRequest> {
  readonly text?: string;
  readonly harness?: ResolvedHarness;
}

/** A session with its store, its first message delivered; it is closed when the test is over. */
async function start({ text = "text: hello", harness, ...more }: Start = {}) {
  const request = await lab.request(driver, harness ?? lab.harness(bin), {
    firstMessage: { id: "m1", text },
    ...more,
  });
  const store = lab.store(request);
  const { io, release: letGo } = store.io(lab.host);
  const session = await opened(driver, request, io);
  open.push(session);
  const release = (): void => {
    letGo();
    open = open.filter((it) => it !== session);
  };
  const send = (id: string, words: string, retry = false) =>
    session.deliver({ id, text: words }, { retry });
  return { store, request, session, release, send, first: () => send("m1", text) };
}

/** Takes up the session of a store as a new server would. */
async function takeUp(store: Store): Promise<Session> {
  if (store.ref === null) throw new Error("no ref was stored");
  const { io } = store.io(lab.host);
  const session = await driver.attach(store.ref, io);
  if ("kind" in session) throw new Error(JSON.stringify(session));
  open.push(session);
  return session;
}

const delivered = { kind: "delivered" } as const;
const succeeded = { kind: "succeeded" } as const;
const lines = (...all: string[]): string => all.join("\n");

/** Draft frames put together as a reader of the stream does. */
function drafted(drafts: readonly Draft[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { draftId, offset, text } of drafts) {
    if (text === null) delete texts[draftId];
    else texts[draftId] = (texts[draftId] ?? "").slice(0, offset) + text;
  }
  return texts;
}

/** Looks again until it is so; for facts of a foreign program nobody announces. */
async function until(fact: () => Promise<boolean>): Promise<void> {
  while (!(await fact())) await Bun.sleep(20);
}

/** Payloads still in the spool of a session. */
async function hooksLeft(request: OpenRequest): Promise<string[]> {
  const dir = join(request.dir, "hooks");
  return readdirSync(dir).map((name) => readFileSync(join(dir, name), "utf8"));
}

/** A session whose server dies by SIGKILL as soon as it has stored what `enough` looks for. */
async function orphan(text: string, enough: (store: Store) => boolean) {
  const request = await lab.request(driver, lab.harness(bin), { firstMessage: { id: "m1", text } });
  const server = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "claude-server.ts"),
      lab.root,
      JSON.stringify(request),
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  await until(() => Promise.resolve(enough(lab.store(request))));
  server.kill("SIGKILL");
  await server.exited;
  return { request, store: lab.store(request) };
}

/** What the model got as the newest message, by the id it was sent with. */
async function asked(part: string): Promise<string> {
  return (await lab.fake.seen(({ lastUserText }) => lastUserText.includes(part))).lastUserText;
}

describe("a turn", () => {
  test("streams text, thoughts, tools with diffs and usage", async () => {
    const { store, first } = await start({
      text: lines(
        "thinking: let me see",
        "text: I look **around**.",
        `tool: Read {"file_path":"${lab.worktree}/README.md"}`,
        "next",
        'tool: Bash {"command":"echo hi; exit 3","description":"List"}',
        "next",
        `tool: Edit {"file_path":"${lab.worktree}/README.md","old_string":"line 2","new_string":"line two"}`,
        `tool: Write {"file_path":"${lab.worktree}/new.txt","content":"one\\ntwo\\n"}`,
        "next",
        "text: Done.",
      ),
    });
    expect(await first()).toEqual(delivered);
    expect((await store.ended(1)).outcome).toEqual(succeeded);
    expect(store.texts()).toEqual(["I look **around**.", "Done."]);
    expect(store.transcript("assistant.thinking").map((it) => it.text)).toEqual(["let me see"]);
    expect(store.transcript("tool.call").map((it) => `${it.kind} ${it.title}`)).toEqual([
      "read README.md",
      "execute echo hi; exit 3",
      "edit README.md",
      "edit new.txt",
    ]);
    const results = store.transcript("tool.result");
    expect(results.map(({ status, exitCode }) => [status, exitCode])).toEqual([
      ["succeeded", null],
      ["failed", 3],
      ["succeeded", null],
      ["succeeded", null],
    ]);
    expect(results[2]?.diff).toEqual([
      {
        path: "README.md",
        kind: "update",
        patch: "@@ -1,4 +1,4 @@\n # Demo\n \n-line 2\n+line two\n line 3\n",
        additions: 1,
        deletions: 1,
      },
    ]);
    expect(store.transcript("usage.updated").at(-1)?.usage).toEqual({
      inputTokens: 400,
      outputTokens: expect.any(Number),
      cacheReadTokens: 1200,
      cacheWriteTokens: 80,
      costUsd: null,
    });
    expect(store.of("turn-started")).toMatchObject([{ messageId: "m1" }]);
    expect(store.items.at(-1)?.kind).toBe("turn-ended");
    expect(store.again).toEqual([]);
  });

  test("shows its text while it is being written, and takes that away once it is stored", async () => {
    const { store, first } = await start({
      text: lines("text: first line\\nsecond line\\n", "hold: draft", "text: the rest"),
    });
    await first();
    await store.seen(
      () => Object.values(drafted(store.drafts)).some((it) => it.startsWith("first line")) || null,
    );
    lab.fake.release("draft");
    await store.ended(1);
    expect(drafted(store.drafts)).toEqual({});
    expect(store.texts()).toEqual(["first line\nsecond line\n", "the rest"]);
  });

  test("is followed up in the same conversation", async () => {
    const { store, first, send } = await start();
    expect(await first()).toEqual(delivered);
    await store.ended(1);
    expect(await send("m2", "text: and again")).toEqual(delivered);
    expect((await store.ended(2)).outcome).toEqual(succeeded);
    expect(await send("m3", "text: a\nlonger\nmessage\n\tof five\nlines")).toEqual(delivered);
    await store.ended(3);
    expect(store.of("turn-started").map((it) => it.messageId)).toEqual(["m1", "m2", "m3"]);
    expect(store.texts()).toEqual(["hello", "and again", "a"]);
    const said = store.transcript("user.message").at(-1);
    expect(said).toMatchObject({ source: "app", messageId: "m3" });
    expect(said?.text.replaceAll(/\s+/g, " ")).toBe("text: a longer message of five lines");
  });

  test("fails with the reason of the model's refusal", async () => {
    const { store, first } = await start({ text: "error: 400" });
    expect(await first()).toEqual(delivered);
    const end = await store.ended(1);
    expect(end.outcome).toMatchObject({
      kind: "failed",
      fault: { code: "agent_error", message: "API Error: 400 scripted invalid_request_error" },
    });
    expect(store.transcript("error")).toMatchObject([{ code: "invalid_request_error" }]);
  });

  test("fails as not logged in, and as limited", async () => {
    const refused = await start({ text: "error: 401" });
    const limited = await start({ text: "error: 429" });
    await Promise.all([refused.first(), limited.first()]);
    const outcomes = await Promise.all([refused.store.ended(1), limited.store.ended(1)]);
    expect(
      outcomes.map(({ outcome }) => (outcome.kind === "failed" ? outcome.fault.code : "")),
    ).toEqual(["not_logged_in", "rate_limited"]);
  });
});

describe("a message", () => {
  test("of 60 KB arrives byte for byte at launch", async () => {
    const block = "\tTabs, 'quotes', \"double\", $(id), `id`, \\ and é 日本 🙂 %s\n";
    const text = `big1 ${block.repeat(Math.ceil(60_000 / Buffer.byteLength(block)))}end`;
    const { store, first } = await start({ text });
    expect(await first()).toEqual(delivered);
    expect((await asked("big1")).endsWith(text)).toBe(true);
    await store.ended(1);
  });

  test("too large for an argument is read from a file", async () => {
    const { store, first, request } = await start({ text: `big2 ${"x".repeat(150_000)}` });
    expect(await first()).toEqual(delivered);
    const pointer = await asked("prompts/m1.md");
    expect(pointer).toContain("Read all of it first");
    const file = readFileSync(join(request.dir, "prompts/m1.md"), "utf8");
    expect(file).toBe(`big2 ${"x".repeat(150_000)}`);
    await store.ended(1);
  });

  const odd = [
    "!echo pwned > pwned.txt",
    "!touch pwned.txt\nsecond line",
    "/Users and more",
    "/",
    "/ slash",
    "//comment",
    "/usr/bin/env is a path",
    "quit",
    "--help",
    "-x",
    "# heading",
    "ends with ;",
    "a\u001b[201~\rb\u0003c",
  ];

  test("that looks like something else is text, at launch and later", async () => {
    const sent = odd.map(
      (text, at) => `${text}${text === "quit" || text === "/" ? "" : ` no${at}`}`,
    );
    const { store, first, send } = await start({ text: sent[0] ?? "" });
    expect(await first()).toEqual(delivered);
    await store.ended(1);
    for (const [at, text] of sent.entries()) {
      expect(await send(`n${at}`, text)).toEqual(delivered);
      expect((await store.ended(at + 2)).outcome).toEqual(succeeded);
    }
    const got = store.transcript("user.message").slice(1);
    expect(got.map(({ text }) => text.trim())).toEqual(
      sent.map((text) => text.replace("\u001b[201~\r", "[201~\n").replace("\u0003", "").trim()),
    );
    expect(existsSync(join(lab.worktree, "pwned.txt"))).toBe(false);
  });

  test("that looks like a command can also be the first", async () => {
    for (const text of ["/Users at first", "quit"]) {
      const { store, first } = await start({ text });
      expect(await first()).toEqual(delivered);
      expect((await store.ended(1)).outcome).toEqual(succeeded);
      expect(store.transcript("user.message")[0]?.text.trim()).toBe(text);
    }
  });

  test("that names a command of the project runs it; one for the terminal is refused", async () => {
    mkdirSync(join(lab.worktree, ".claude/commands"), { recursive: true });
    writeFileSync(join(lab.worktree, ".claude/commands/greet.md"), "text: hello $ARGUMENTS\n");
    const { store, first, send } = await start({ text: "/greet the world" });
    expect(await first()).toEqual(delivered);
    await store.ended(1);
    expect(store.texts()).toEqual(["hello the world"]);
    expect(store.transcript("user.message")[0]).toMatchObject({
      text: "/greet the world",
      messageId: "m1",
    });
    expect(await send("m2", "  /status")).toMatchObject({
      kind: "not-delivered",
      fault: { code: "local_command" },
    });
    const refused = await driver.preflight(
      await lab.request(driver, lab.harness(bin), {
        firstMessage: { id: "x", text: "/model opus" },
      }),
      lab.host,
    );
    expect(refused).toMatchObject({
      code: "local_command",
      hint: expect.stringContaining("model"),
    });
  });

  test("does not mix with what lies in Claude's input", async () => {
    const { store, first, send, session } = await start();
    await first();
    await store.ended(1);
    const name = `a-${session.ref.sessionId.toLowerCase()}`;
    await lab.host.tmux.paste(name, "left over\nby somebody");
    expect(await send("m2", "text: clean")).toEqual(delivered);
    await store.ended(2);
    expect(store.transcript("user.message")[1]?.text).toBe("text: clean");
  });

  test("sent again after a crash is found, not repeated", async () => {
    const { store, first, send } = await start();
    await first();
    await store.ended(1);
    expect(await send("m2", "text: once")).toEqual(delivered);
    await store.ended(2);
    expect(await send("m2", "text: once", true)).toEqual(delivered);
    expect(store.texts()).toEqual(["hello", "once"]);
  });
});

describe("stopping", () => {
  test("while it writes ends the turn and keeps the conversation", async () => {
    const { store, first, send, session } = await start({
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
    const { store, first, send, session } = await start({
      text: lines("hold: stop2", "text: never"),
    });
    await first();
    await asked("stop2");
    await session.interrupt();
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    expect(await send("m2", "text: next one")).toEqual(delivered);
    await store.ended(2);
    expect(store.transcript("user.message").at(-1)?.text).toBe("text: next one");
  });

  test("in the middle of a command", async () => {
    const { store, first, session } = await start({
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
    const { store, first } = await start({
      text: lines(
        `tool: Bash {"command":"while [ ! -e ${lab.root}/go ]; do sleep 0.1; done; echo went","run_in_background":true,"description":"Wait for it"}`,
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
    writeFileSync(join(lab.root, "go"), "");
    expect((await store.ended(1)).outcome).toEqual(succeeded);
    expect(store.of("background").at(-1)?.tasks).toEqual([]);
    expect(store.texts()).toEqual(["it runs", "it ended"]);
    expect(store.of("turn-started")).toHaveLength(1);
  });

  test("can be left by stopping", async () => {
    const { store, first, session } = await start({
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
    const { store, first } = await start({
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

describe("after the server", () => {
  test("was killed in the middle, the next one goes on without gap or repeat", async () => {
    const { request, store } = await orphan(
      lines(
        "text: before",
        'tool: Bash {"command":"echo one"}',
        "next",
        "hold: crash",
        "text: after",
      ),
      (seen) => seen.transcript("tool.result").length > 0,
    );
    lab.fake.release("crash");
    await takeUp(store);
    expect((await store.ended(1)).outcome).toEqual(succeeded);
    expect(store.texts()).toEqual(["before", "after"]);
    expect(store.again).toEqual([]);
    expect(store.of("turn-started")).toHaveLength(1);
    await until(async () => (await hooksLeft(request)).length === 0);
  });

  test("was away when the agent finished, nothing is missing", async () => {
    const { request, store } = await orphan(
      lines(
        "text: before",
        'tool: Bash {"command":"echo one"}',
        "next",
        "hold: away",
        "text: after",
      ),
      (seen) => seen.transcript("tool.result").length > 0,
    );
    lab.fake.release("away");
    await until(async () => (await hooksLeft(request)).some((it) => it.includes('"Stop"')));
    const session = await takeUp(store);
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
    const { store } = await orphan("hold: never", (seen) => seen.of("turn-started").length > 0);
    const pid = store.ref?.process?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    const { io } = store.io(lab.host);
    const gone = await driver.attach(store.ref!, io);
    expect(gone).toMatchObject({ kind: "gone", why: "exited" });
    expect(store.of("exited")).toMatchObject([{ signal: "SIGKILL", expected: false }]);
  });
});

describe("the end", () => {
  test("of a killed agent is seen", async () => {
    const { store, first, session } = await start({ text: "hold: killed" });
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
    const one = await start({ text: "text: first life" });
    await one.first();
    await one.store.ended(1);
    expect(await one.session.close()).toEqual({ ok: true, value: { leftovers: [] } });
    expect(one.store.of("exited")).toMatchObject([{ expected: true }]);
    expect(one.store.transcript("usage.updated").at(-1)?.usage.costUsd).toBeGreaterThan(0);
    const conversation = one.session.ref.agentSessionId;
    const two = await start({ text: "text: second life", resume: conversation });
    expect(await two.first()).toEqual(delivered);
    await two.store.ended(1);
    expect(two.store.texts()).toEqual(["second life"]);
    expect(two.store.transcript("session.started")).toMatchObject([
      { sessionRef: conversation, resumed: true },
    ]);
  });

  test("of a conversation nobody knows is said before anything starts", async () => {
    const request = await lab.request(driver, lab.harness(bin), {
      resume: "00000000-0000-4000-8000-000000000000",
    });
    const { io } = lab.store(request).io(lab.host);
    const opened = await driver.open(request, io);
    expect(opened).toMatchObject({ ok: false, fault: { code: "not_resumable" } });
    const panes = await lab.host.tmux.list();
    expect(panes.ok && panes.value.map(({ name }) => name)).toEqual([]);
  });

  test("at once says what Claude said", async () => {
    const { store, first } = await start({
      harness: lab.harness(bin, { args: ["--no-such-flag"] }),
    });
    const answer = await first();
    expect(answer).toMatchObject({ kind: "not-delivered", fault: { code: "launch_failed" } });
    expect(JSON.stringify(answer)).toContain("no-such-flag");
    await store.seen(() => store.of("exited")[0]);
  });

  test("comes by a sweep to sessions nobody knows", async () => {
    const { request, release } = await start();
    release();
    expect(await driver.sweep(new Set([request.sessionId]), lab.host, lab.root)).toEqual([]);
    expect(await driver.sweep(new Set(), lab.host, lab.root)).toEqual([
      `a-${request.sessionId.toLowerCase()}`,
    ]);
  });
});

describe("the terminal", () => {
  test("is asked for when only it can answer, and let go afterwards", async () => {
    const { store, first, session } = await start({
      mode: "ask",
      text: lines('tool: Bash {"command":"touch asked.txt"}', "next", "text: thanks"),
    });
    await first();
    const need = await store.seen(() => store.of("needs-terminal")[0]);
    expect(need.why).toContain("Bash: touch asked.txt");
    const shown = await session.terminal?.capture();
    expect(shown?.ok && shown.value.text).toContain("touch asked.txt");
    await lab.host.tmux.keys(`a-${session.ref.sessionId.toLowerCase()}`, ["Enter"]);
    await store.seen(() => store.of("terminal-answered")[0]);
    expect((await store.ended(1)).outcome).toEqual(succeeded);
    expect(existsSync(join(lab.worktree, "asked.txt"))).toBe(true);
  });

  test("is where a person may begin a turn or another conversation", async () => {
    const { store, first, session, send } = await start();
    await first();
    await store.ended(1);
    const name = `a-${session.ref.sessionId.toLowerCase()}`;
    const type = async (text: string) => {
      await lab.host.tmux.paste(name, text);
      await until(async () => {
        const shown = await lab.host.tmux.capture(name, { ansi: false, history: 0 });
        return shown.ok && shown.value.text.includes(text);
      });
      await lab.host.tmux.keys(name, ["Enter"]);
    };
    await type("text: by hand");
    await store.ended(2);
    expect(store.of("turn-started").at(-1)).toMatchObject({
      messageId: null,
      text: "text: by hand",
    });
    await type("/clear");
    await store.seen(() =>
      store.of("notice").find((it) => it.notice.code === "conversation_changed"),
    );
    expect(await send("m2", "text: anew")).toEqual(delivered);
    expect((await store.ended(3)).outcome).toEqual(succeeded);
    expect(store.texts()).toEqual(["hello", "by hand", "anew"]);
    expect(session.ref.agentSessionId).not.toBe(store.transcript("session.started")[0]?.sessionRef);
  });
});

describe("a busy home", () => {
  test("with hooks, a status line and an MCP server of its own works the same", async () => {
    const home = join(lab.root, "busy");
    const log = join(lab.root, "busy.log");
    mkdirSync(home);
    const hook = (command: string) => [{ hooks: [{ type: "command", command }] }];
    writeFileSync(
      join(home, "settings.json"),
      JSON.stringify({
        hooks: {
          SessionStart: hook(`echo start >> ${log}`),
          UserPromptSubmit: hook(
            `if grep -q forbidden; then echo "not that word" >&2; exit 2; fi; echo prompt >> ${log}`,
          ),
          PreToolUse: hook(`echo tool >> ${log}`),
          Stop: hook(
            `if [ -e ${lab.root}/kept ]; then exit 0; fi; touch ${lab.root}/kept; sleep 4; echo "say bye too" >&2; exit 2`,
          ),
        },
        statusLine: { type: "command", command: "echo my status line" },
        permissions: { allow: ["Bash(echo:*)"] },
      }),
    );
    writeFileSync(
      join(home, ".claude.json"),
      JSON.stringify({
        numStartups: 7,
        projects: { "/elsewhere": { allowedTools: ["x"] } },
        mcpServers: { slow: { command: "sh", args: ["-c", "sleep 600"] } },
      }),
    );
    const { store, first, send, session } = await start({
      harness: lab.harness(bin, { home }),
      text: lines(
        "text: first",
        'tool: Bash {"command":"echo hi"}',
        "next",
        "text: done",
        "next",
        "text: bye",
      ),
    });
    expect(await first()).toEqual(delivered);
    expect((await store.ended(1)).outcome).toEqual(succeeded);
    expect(store.texts()).toEqual(["first", "done", "bye"]);
    expect(store.of("notice")).toEqual([]);
    expect(await send("m2", "forbidden words")).toMatchObject({
      kind: "not-delivered",
      fault: { message: expect.stringContaining("not that word") },
    });
    expect(await send("m3", "text: fine")).toEqual(delivered);
    await store.ended(2);
    expect(store.transcript("user.message").at(-1)?.text).toBe("text: fine");
    const shown = await session.terminal?.capture();
    expect(shown?.ok && shown.value.text).toContain("my status line");
    expect(readFileSync(log, "utf8")).toContain("start\nprompt\ntool\n");
    const kept = JSON.parse(readFileSync(join(home, ".claude.json"), "utf8"));
    expect(kept).toMatchObject({ projects: { "/elsewhere": { allowedTools: ["x"] } } });
    expect(
      JSON.parse(readFileSync(join(home, "settings.json"), "utf8")).hooks.PreToolUse,
    ).toHaveLength(1);
    expect(lab.git(lab.main, "status", "--porcelain")).toBe("");
  });
});

describe("before a start", () => {
  test("the probe tells the version and the account, or what is wrong", async () => {
    expect(await driver.probe(lab.harness(bin), lab.host)).toMatchObject({
      kind: "ready",
      version: "2.1.330",
      account: "ANTHROPIC_API_KEY",
      warning: null,
    });
    const keyless = { ...lab.harness(bin), env: { HOME: join(lab.root, "nobody") } };
    expect(await driver.probe(keyless, lab.host)).toMatchObject({ kind: "logged-out" });
    const missing = { ...lab.harness(bin), bin: join(lab.root, "nothing") };
    expect(await driver.probe(missing, lab.host)).toMatchObject({ kind: "missing" });
  });

  test("models and commands are asked for without a token", async () => {
    const before = lab.fake.requests.length;
    const catalogue = await driver.discover(lab.harness(bin), lab.worktree, lab.host);
    expect(catalogue.source).toBe("probe");
    expect(catalogue.models.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["default", "opus", "sonnet", "haiku", "fable", "opusplan"]),
    );
    expect(catalogue.commands.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["greet", "init", "security-review"]),
    );
    expect(catalogue.commands.map(({ name }) => name)).not.toContain("clear");
    expect(lab.fake.requests.length).toBe(before);
  });

  test("the mode is checked", async () => {
    const request = await lab.request(driver, lab.harness(bin), { mode: "bypass" });
    const root = process.getuid?.() === 0;
    const { IS_SANDBOX: _, ...env } = request.harness.env;
    const plain = { ...request, harness: { ...request.harness, env } };
    expect((await driver.preflight(plain, lab.host))?.code ?? null).toBe(
      root ? "mode_unavailable" : null,
    );
    expect(await driver.preflight(request, lab.host)).toBeNull();
  });
});

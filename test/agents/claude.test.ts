import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Draft } from "../../src/agents/driver.ts";
import { Desk, delivered, lines, succeeded, until } from "./claude-desk.ts";

const desk = new Desk();

afterEach(() => desk.closeSessions());

afterAll(() => desk.lab.close());

/** Draft frames put together as a reader of the stream does. */
function drafted(drafts: readonly Draft[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { draftId, offset, text } of drafts) {
    if (text === null) delete texts[draftId];
    else texts[draftId] = (texts[draftId] ?? "").slice(0, offset) + text;
  }
  return texts;
}

describe("a turn", () => {
  test("streams text, thoughts, tools with diffs and usage", async () => {
    const { store, first } = await desk.start({
      text: lines(
        "thinking: let me see",
        "text: I look **around**.",
        `tool: Read {"file_path":"${desk.lab.worktree}/README.md"}`,
        "next",
        'tool: Bash {"command":"echo hi; exit 3","description":"List"}',
        "next",
        `tool: Edit {"file_path":"${desk.lab.worktree}/README.md","old_string":"line 2","new_string":"line two"}`,
        `tool: Write {"file_path":"${desk.lab.worktree}/new.txt","content":"one\\ntwo\\n"}`,
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
      costUsd: expect.any(Number),
    });
    expect(store.of("turn-started")).toMatchObject([{ messageId: "m1" }]);
    expect(store.items.at(-1)?.kind).toBe("turn-ended");
    expect(store.again).toEqual([]);
  });

  test("shows its text while it is being written, and takes that away once it is stored", async () => {
    const { store, first } = await desk.start({
      text: lines("text: first line\\nsecond line\\n", "hold: draft", "text: the rest"),
    });
    await first();
    await store.seen(
      () => Object.values(drafted(store.drafts)).some((it) => it.startsWith("first line")) || null,
    );
    desk.lab.fake.release("draft");
    await store.ended(1);
    expect(drafted(store.drafts)).toEqual({});
    expect(store.texts()).toEqual(["first line\nsecond line\n", "the rest"]);
  });

  test("is followed up in the same conversation", async () => {
    const { store, first, send } = await desk.start();
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
    const { store, first } = await desk.start({ text: "error: 400" });
    expect(await first()).toEqual(delivered);
    const end = await store.ended(1);
    expect(end.outcome).toMatchObject({
      kind: "failed",
      fault: { code: "agent_error", message: "API Error: 400 scripted invalid_request_error" },
    });
    expect(store.transcript("error")).toMatchObject([{ code: "invalid_request_error" }]);
  });

  test("fails as not logged in, and as limited", async () => {
    const refused = await desk.start({ text: "error: 401" });
    const limited = await desk.start({ text: "error: 429" });
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
    const { store, first } = await desk.start({ text });
    expect(await first()).toEqual(delivered);
    expect((await desk.asked("big1")).endsWith(text)).toBe(true);
    await store.ended(1);
  });

  test("too large for an argument is read from a file", async () => {
    const { store, first, request } = await desk.start({ text: `big2 ${"x".repeat(150_000)}` });
    expect(await first()).toEqual(delivered);
    const pointer = await desk.asked("prompts/m1.md");
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
    const { store, first, send } = await desk.start({ text: sent[0] ?? "" });
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
    expect(existsSync(join(desk.lab.worktree, "pwned.txt"))).toBe(false);
  });

  test("that looks like a command can also be the first", async () => {
    for (const text of ["/Users at first", "quit"]) {
      const { store, first } = await desk.start({ text });
      expect(await first()).toEqual(delivered);
      expect((await store.ended(1)).outcome).toEqual(succeeded);
      expect(store.transcript("user.message")[0]?.text.trim()).toBe(text);
    }
  });

  test("that names a command of the project runs it; one for the terminal is refused", async () => {
    mkdirSync(join(desk.lab.worktree, ".claude/commands"), { recursive: true });
    writeFileSync(join(desk.lab.worktree, ".claude/commands/greet.md"), "text: hello $ARGUMENTS\n");
    const { store, first, send } = await desk.start({ text: "/greet the world" });
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
    const refused = await desk.driver.preflight(
      await desk.lab.request(desk.driver, desk.lab.harness(desk.bin), {
        firstMessage: { id: "x", text: "/model opus" },
      }),
      desk.lab.host,
    );
    expect(refused).toMatchObject({
      code: "local_command",
      hint: expect.stringContaining("model"),
    });
  });

  test("does not mix with what lies in Claude's input", async () => {
    const { store, first, send, session } = await desk.start();
    await first();
    await store.ended(1);
    const name = `a-${session.ref.sessionId.toLowerCase()}`;
    await desk.lab.host.tmux.paste(name, "left over\nby somebody");
    await until(async () => {
      const shown = await desk.lab.host.tmux.capture(name, { ansi: false, history: 0 });
      return shown.ok && shown.value.text.includes("by somebody");
    });
    expect(await send("m2", "text: clean")).toEqual(delivered);
    await store.ended(2);
    expect(store.transcript("user.message")[1]?.text).toBe("text: clean");
  });

  test("sent again after a crash is found, not repeated", async () => {
    const { store, first, send } = await desk.start();
    await first();
    await store.ended(1);
    expect(await send("m2", "text: once")).toEqual(delivered);
    await store.ended(2);
    expect(await send("m2", "text: once", true)).toEqual(delivered);
    expect(store.texts()).toEqual(["hello", "once"]);
  });
});

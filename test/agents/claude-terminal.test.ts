import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ok } from "../../src/contract/result.ts";
import { whileAttached } from "../../src/host/testing/person.ts";
import { Desk, delivered, lines, succeeded, until } from "./claude-desk.ts";

const desk = new Desk();

afterEach(() => desk.closeSessions());

afterAll(() => desk.lab.close());

describe("the terminal", () => {
  test("is asked for when only it can answer, and let go afterwards", async () => {
    const { store, first, session } = await desk.start({
      mode: "ask",
      text: lines('tool: Bash {"command":"touch asked.txt"}', "next", "text: thanks"),
    });
    await first();
    const need = await store.seen(() => store.of("needs-terminal")[0]);
    expect(need.why).toContain("Bash: touch asked.txt");
    const shown = await session.terminal?.capture();
    expect(shown?.ok && shown.value.text).toContain("touch asked.txt");
    await desk.lab.host.tmux.keys(`a-${session.ref.sessionId.toLowerCase()}`, ["Enter"]);
    await store.seen(() => store.of("terminal-answered")[0]);
    expect((await store.ended(1)).outcome).toEqual(succeeded);
    expect(existsSync(join(desk.lab.worktree, "asked.txt"))).toBe(true);
  });

  test("knows whether a person looks at it", async () => {
    const { store, first, session } = await desk.start();
    await first();
    await store.ended(1);
    const attached = async () => session.terminal?.attached();
    expect(await attached()).toEqual(ok(false));
    const shown = async () => {
      const answer = await attached();
      return answer?.ok === true && answer.value;
    };
    const command = session.terminal?.attachCommand ?? "";
    await whileAttached({ command, shown }, async () => {
      expect(await attached()).toEqual(ok(true));
    });
    await until(async () => !(await shown()));
  });

  test("is where a person may begin a turn or another conversation", async () => {
    const { store, first, session, send } = await desk.start();
    await first();
    await store.ended(1);
    const name = `a-${session.ref.sessionId.toLowerCase()}`;
    const type = async (text: string) => {
      await desk.lab.host.tmux.paste(name, text);
      await until(async () => {
        const shown = await desk.lab.host.tmux.capture(name, { ansi: false, history: 0 });
        return shown.ok && shown.value.text.includes(text);
      });
      await desk.lab.host.tmux.keys(name, ["Enter"]);
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
    const home = join(desk.lab.root, "busy");
    const log = join(desk.lab.root, "busy.log");
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
            `if [ -e ${desk.lab.root}/kept ]; then exit 0; fi; touch ${desk.lab.root}/kept; sleep 4; echo "say bye too" >&2; exit 2`,
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
    const { store, first, send, session } = await desk.start({
      harness: desk.lab.harness(desk.bin, { home }),
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
    expect(desk.lab.git(desk.lab.main, "status", "--porcelain")).toBe("");
  });
});

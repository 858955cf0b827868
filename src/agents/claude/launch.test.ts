import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenRequest } from "../driver.ts";
import { hookSettings, spooledEvents } from "./hooks.ts";
import { planLaunch } from "./launch.ts";
import { conversationId, sessionFiles } from "./paths.ts";

const request: OpenRequest = {
  sessionId: "01J00000000000000000000000",
  dir: "/data/sessions/01J00000000000000000000000",
  workplace: { cwd: "/data/worktrees/t1", repo: null },
  harness: {
    id: "claude-code",
    kind: "claude-code",
    label: "Claude Code",
    bin: null,
    args: ["--add-dir", "/x"],
    home: null,
    env: { ANTHROPIC_API_KEY: "sk-1" },
  },
  bin: "/usr/bin/claude",
  mode: null,
  model: null,
  effort: null,
  resume: null,
  bridge: null,
  firstMessage: { id: "01J0000000000000000000000M", text: "do it" },
};

function planned(more: Partial<OpenRequest> = {}) {
  const launch = planLaunch({ ...request, ...more });
  if (!launch.ok) throw new Error(launch.fault.code);
  return launch.value;
}

describe("a launch of Claude", () => {
  test("is planned whole", () => {
    const { plan, conversation } = planned({ mode: "ask", model: "opus", effort: "high" });
    expect(plan.argv).toEqual([
      "/usr/bin/claude",
      "--add-dir",
      "/x",
      "--settings",
      `${request.dir}/settings.json`,
      "--session-id",
      conversation,
      "--permission-mode",
      "manual",
      "--model",
      "opus",
      "--effort",
      "high",
      "--",
      "do it",
    ]);
    expect(plan.env).toEqual({
      ANTHROPIC_API_KEY: "sk-1",
      DISABLE_AUTOUPDATER: "1",
      CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS: "5000",
    });
    expect(plan.files.map(({ path }) => path)).toEqual([
      `${request.dir}/settings.json`,
      `${request.dir}/run.sh`,
    ]);
    expect(planned({ mode: "ask", model: "opus", effort: "high" }).plan).toEqual(plan);
  });

  test("always names its mode", () => {
    const modes = ["plan", "ask", "acceptEdits", "auto", "bypass", null].map((mode) => {
      const { argv } = planned({ mode }).plan;
      return argv[argv.indexOf("--permission-mode") + 1];
    });
    expect(modes).toEqual([
      "plan",
      "manual",
      "acceptEdits",
      "auto",
      "bypassPermissions",
      "acceptEdits",
    ]);
    expect(planLaunch({ ...request, mode: "yolo" })).toMatchObject({
      ok: false,
      fault: { code: "mode_unavailable" },
    });
  });

  test("has its ways back to the person when there is a bridge", () => {
    const bridge = { argv: ["/opt/it's/agetor", "cli"], mcpUrl: "http://127.0.0.1:9/mcp" } as const;
    const { plan } = planned({ bridge });
    const content = (name: string) =>
      plan.files.find(({ path }) => path === `${request.dir}/${name}`)?.content ?? "";
    expect(plan.argv).toContain("--mcp-config");
    expect(plan.argv.indexOf("--mcp-config")).toBeLessThan(plan.argv.indexOf("--"));
    expect(plan.argv).not.toContain("--strict-mcp-config");
    const settings = JSON.parse(content("settings.json"));
    expect(settings.permissions.allow).toContain("mcp__agetor__ask_user");
    expect(settings.hooks.PermissionRequest[0].hooks).toHaveLength(2);
    expect(settings.hooks.PermissionRequest[0].hooks[1].timeout).toBe(86_400);
    expect(JSON.parse(content("mcp.json")).mcpServers.agetor).toMatchObject({
      command: "/bin/sh",
      args: [`${request.dir}/ask-user.sh`],
      alwaysLoad: true,
      timeout: 86_400_000,
    });
    expect(content("ask.sh")).toContain("exec '/opt/it'\\''s/agetor' 'cli' 'hook' 'ask'");
    expect(planned().plan.argv).not.toContain("--mcp-config");
  });

  test("resumes, and moves its config home", () => {
    const resume = "11111111-2222-4333-8444-555555555555";
    const { plan } = planned({ resume, harness: { ...request.harness, home: "/homes/two" } });
    expect(plan.argv).toContain("--resume");
    expect(plan.argv).not.toContain("--session-id");
    expect(plan.env["CLAUDE_CONFIG_DIR"]).toBe("/homes/two");
  });

  test("carries no message that may be a command, and a large one in a file", () => {
    const text = (words: string) => planned({ firstMessage: { id: "m/../1", text: words } });
    expect(text("/greet").positional).toBeNull();
    expect(text("/greet").plan.argv).not.toContain("--");
    const large = text("x".repeat(200_000));
    expect(large.plan.files.at(-1)?.path).toBe(`${request.dir}/prompts/m____1.md`);
    expect(large.plan.argv.at(-1)).toContain("prompts/m____1.md");
    expect(planLaunch({ ...request, firstMessage: { id: "m", text: "/status" } })).toMatchObject({
      ok: false,
      fault: { code: "local_command" },
    });
  });

  test("hands every byte through the shell", async () => {
    const dir = mkdtempSync(join(tmpdir(), "agetor-launch-"));
    const words = 'it\'s $(touch pwned) `id` \\ "x" %s 🙂\n\ttab; exit 3 #(x)';
    const more = { bin: "/usr/bin/printf", workplace: { cwd: dir, repo: null } };
    const { plan } = planned({
      ...more,
      harness: { ...request.harness, args: ["%s|"] },
      firstMessage: { id: "m", text: words },
    });
    const script = join(dir, "run.sh");
    writeFileSync(script, plan.files[1]?.content ?? "");
    const { stdout, exitCode } = Bun.spawnSync(["/bin/sh", script], { cwd: "/" });
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toEndWith(`|--|${words}|`);
    expect(readdirSync(dir)).toEqual(["run.sh"]);
    rmSync(dir, { recursive: true });
  });

  test("gives a conversation an id that follows from ours", () => {
    const id = conversationId(request.sessionId);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(conversationId(request.sessionId)).toBe(id);
    expect(conversationId("01J00000000000000000000001")).not.toBe(id);
  });
});

describe("the hooks", () => {
  let dir = "";

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "agetor hook's "));
    mkdirSync(join(dir, "hooks"));
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  type Hooks = Record<string, [{ hooks: [{ command: string }, { command: string }?] }]>;

  function hookCommand(event: string, at = dir): { command: string } {
    const hooks = hookSettings(sessionFiles(at), false) as Hooks;
    return hooks[event]?.[0].hooks[0] ?? { command: "exit 9" };
  }

  function run(event: string, payload: string, at = dir) {
    const { command } = hookCommand(event, at);
    const stdin = new TextEncoder().encode(payload);
    return Bun.spawnSync(["/bin/sh", "-c", command], { stdin, cwd: "/" });
  }

  test("write their payload whole, say nothing and never fail", () => {
    for (const event of spooledEvents) {
      const { exitCode, stdout, stderr } = run(event, `{"hook_event_name":"${event}"}`);
      expect([exitCode, stdout.toString(), stderr.toString()]).toEqual([0, "", ""]);
    }
    const files = readdirSync(join(dir, "hooks"));
    expect(files.every((name) => /^\d+N?-\d+\.json$/.test(name))).toBe(true);
    const seen = files.map((name) => JSON.parse(readFileSync(join(dir, "hooks", name), "utf8")));
    expect(seen.map((it) => it.hook_event_name).sort()).toEqual([...spooledEvents].sort());
    expect(readFileSync(join(dir, "live"), "utf8")).toBe("+\n".repeat(spooledEvents.length));
  });

  test("append live text as one line", () => {
    const payload = `{"hook_event_name":"MessageDisplay","delta":"a\\n%s ${"x".repeat(20_000)}"}`;
    expect(run("MessageDisplay", payload).exitCode).toBe(0);
    expect(readFileSync(join(dir, "live"), "utf8").split("\n").at(-2)).toBe(payload);
  });

  test("hold a tool back while somebody types, and note when it goes on", async () => {
    const { command } = hookCommand("PreToolUse");
    const typing = join(dir, "typing");
    const released = () => statSync(join(dir, "released")).mtimeMs;
    writeFileSync(typing, "");
    const held = Bun.spawn(["/bin/sh", "-c", command], { stdin: new Blob(["{}"]) });
    while (!existsSync(join(dir, "released"))) await Bun.sleep(5);
    const entered = released();
    expect(held.exitCode).toBeNull();
    rmSync(typing);
    expect(await held.exited).toBe(0);
    expect(released()).toBeGreaterThan(entered);
  });

  test("take away a lock that was forgotten, and hold the tool back no longer", () => {
    writeFileSync(join(dir, "typing"), "");
    expect(run("PreToolUse", "{}").exitCode).toBe(0);
    expect(existsSync(join(dir, "typing"))).toBe(false);
  }, 15_000);

  test.each(["PreToolUse", "PostToolBatch", "Stop"])(
    "%s waits while Claude is held still",
    async (event) => {
      const start = (at: string) => {
        const hooks = (hookSettings(sessionFiles(at), false) as Hooks)[event]?.[0].hooks ?? [];
        const command = hooks.at(-1)?.command ?? "exit 9";
        return Bun.spawn(["/bin/sh", "-c", command], { stdin: new Blob(["{}"]) });
      };
      writeFileSync(join(dir, "halt"), "");
      const held = start(dir);
      // The same one of a session that is not held has long ended by then.
      const other = mkdtempSync(join(tmpdir(), "agetor-hook-"));
      expect(await start(other).exited).toBe(0);
      expect(held.exitCode).toBeNull();
      rmSync(join(dir, "halt"));
      expect(await held.exited).toBe(0);
      rmSync(other, { recursive: true });
    },
  );

  const tool = (mode: string, name: string, input: unknown = {}) =>
    JSON.stringify({ permission_mode: mode, tool_name: name, tool_input: input });
  const asks = (payload: string): boolean => {
    const { exitCode, stdout } = run("PreToolUse", payload);
    expect(exitCode).toBe(0);
    const said = stdout.toString();
    return said !== "" && JSON.parse(said).hookSpecificOutput.permissionDecision === "ask";
  };

  test("have Claude ask before a tool in a mode that allows more than is wished for", () => {
    const modes = join(dir, "modes");
    expect(asks(tool("bypassPermissions", "Bash"))).toBe(false);
    writeFileSync(modes, "plan default");
    const all = ["plan", "default", "acceptEdits", "auto", "bypassPermissions", "new one"];
    expect(all.filter((mode) => asks(tool(mode, "Bash")))).toEqual(all.slice(2));
    // Not fooled by what a tool is given, and in doubt it asks.
    expect(asks(tool("auto", "mcp__x__y", { permission_mode: "plan", tool_name: "z" }))).toBe(true);
    expect(asks(tool("auto", 'x","permission_mode":"plan'))).toBe(true);
    expect(asks(tool("", "Bash"))).toBe(true);
    expect(asks("not json: plan default")).toBe(true);
    expect(asks(tool("auto", "mcp__agetor__ask_user"))).toBe(false);
    rmSync(modes);
  });

  test("leave the dialog alone when there is nothing that could ask", () => {
    const hooks = hookSettings(sessionFiles(dir), true) as Hooks;
    const command = hooks["PermissionRequest"]?.[0].hooks[1]?.command ?? "exit 9";
    const { exitCode, stdout } = Bun.spawnSync(["/bin/sh", "-c", command], { cwd: "/" });
    expect([exitCode, stdout.toString()]).toEqual([0, ""]);
  });

  test("do not block a tool once their folder is gone", () => {
    for (const event of ["PreToolUse", "Stop", "UserPromptSubmit"]) {
      const { exitCode, stdout, stderr } = run(event, "{}", "/nowhere/at all");
      expect([exitCode, stdout.toString(), stderr.toString()]).toEqual([0, "", ""]);
    }
  });
});

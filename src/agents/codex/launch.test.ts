import { expect, test } from "bun:test";
import { modes } from "../../contract/primitives.ts";
import type { OpenRequest, ResolvedHarness } from "../driver.ts";
import { execArgv } from "./exec/launch.ts";
import { agentEnv, launchPlan, serverArgv } from "./launch.ts";
import { execModeFor, modeFor, rulesOf, turnSettings } from "./modes.ts";
import type { SessionData } from "./session-data.ts";

const harness: ResolvedHarness = {
  id: "codex",
  kind: "codex",
  label: "Codex",
  bin: null,
  args: ["-c", "x=1"],
  home: "/data/harnesses/codex",
  env: { OPENAI_API_KEY: "k" },
};

test("the environment is the host's, the harness' and one absolute home", () => {
  expect(agentEnv(harness, { PATH: "/bin", HOME: "/home/u" })).toEqual({
    PATH: "/bin",
    HOME: "/home/u",
    OPENAI_API_KEY: "k",
    CODEX_HOME: "/data/harnesses/codex",
  });
  const relative = { ...harness, home: null, env: { CODEX_HOME: "./.codex" } };
  expect(agentEnv(relative, {})).toEqual({});
});

test("only bypass is without a sandbox; exec has only modes that never ask", () => {
  expect(modeFor(null)).toEqual({ ok: true, value: "auto" });
  const free = modes.filter((mode) => rulesOf(mode).sandbox === "danger-full-access");
  expect(free).toEqual(["bypass"]);
  expect(modes.filter((mode) => execModeFor(mode).ok)).toEqual(["auto", "bypass"]);
  expect(modeFor("yolo")).toMatchObject({ ok: false, fault: { code: "mode_unavailable" } });
});

test("every turn says all of its settings", () => {
  const own = { model: "m", effort: "low" };
  const data = { mode: "plan", model: null, effort: null } as const;
  expect(turnSettings(data, { own })).toEqual({
    approvalPolicy: "never",
    sandboxPolicy: { type: "readOnly", networkAccess: false },
    model: "m",
    effort: "low",
    collaborationMode: {
      mode: "plan",
      settings: { model: "m", reasoning_effort: "low", developer_instructions: null },
    },
  });
  expect(turnSettings({ ...data, mode: "ask", model: "n" }, { own })).toMatchObject({
    approvalPolicy: "untrusted",
    permissions: "agetor",
    model: "n",
    collaborationMode: { mode: "default", settings: { model: "n" } },
  });
});

test("a mode that Codex does not know is refused", () => {
  for (const mode of ["yolo", ""]) {
    expect(modeFor(mode)).toMatchObject({ ok: false, fault: { code: "mode_unavailable" } });
  }
});

const request: Omit<OpenRequest, "bridge"> = {
  sessionId: "s",
  dir: "/data/sessions/s",
  workplace: { cwd: "/w", repo: null },
  harness,
  bin: "/opt/codex",
  mode: "auto",
  model: null,
  effort: null,
  resume: null,
  firstMessage: { id: "m", text: "--dangerously-bypass-approvals-and-sandbox" },
};

test("a plan names program and folder, and none of the person's words", () => {
  const plan = launchPlan({ ...request, ...{ bridge: null } }, {});
  expect(plan).toEqual({
    ok: true,
    value: {
      hosting: "pipes",
      argv: ["/opt/codex", "app-server", "-c", "x=1"],
      cwd: "/w",
      env: { OPENAI_API_KEY: "k", CODEX_HOME: "/data/harnesses/codex" },
      files: [],
    },
  });
  expect(serverArgv("/opt/codex", harness)).toContain("app-server");
  expect(launchPlan({ ...request, ...{ bridge: null }, bin: "codex" }, {})).toMatchObject({
    ok: false,
    fault: { code: "agent_broken" },
  });
});

test("exec says model and sandbox in front of resume, and reads its prompt from a file", () => {
  const data: SessionData = {
    transport: "exec",
    generation: 2,
    bin: "/opt/codex",
    args: [],
    env: {},
    cwd: "/w",
    mode: "auto",
    rules: { "/m/.git/refs": "write" },
    profiles: true,
    model: "gpt-5.5",
    effort: "high",
    resume: null,
    closing: false,
  };
  const [shell, ...rest] = execArgv(data, "thread", "/g2/prompt");
  expect(shell).toBe("/bin/sh");
  expect(rest.slice(3)).toEqual([
    ...["/g2/prompt", "/opt/codex", "exec", "--json"],
    ...["-c", "tools.update_plan.enabled=true"],
    ...["-c", 'model_reasoning_effort="high"'],
    "-c",
    'permissions.agetor={extends=":workspace",filesystem={"/m/.git/refs"="write"}}',
    ...["-c", 'default_permissions="agetor"'],
    ...["-m", "gpt-5.5", "-C", "/w", "--skip-git-repo-check", "resume", "thread", "-"],
  ]);
  // Without profiles the old sandbox holds, and git is not opened.
  const old = execArgv({ ...data, profiles: false }, null, "/g2/prompt").join(" ");
  expect(old).toContain("-s workspace-write");
  expect(old).not.toContain("permissions");
  const bypass = execArgv({ ...data, mode: "bypass" }, null, "/p").join(" ");
  expect(bypass).toContain("-s danger-full-access");
});

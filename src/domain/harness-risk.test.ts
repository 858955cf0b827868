import { describe, expect, test } from "bun:test";
import { argRisk, changedCode, envRisk, harnessRisks, isSecretName } from "./harness-risk.ts";

const none = { bin: null, args: [], home: null, env: {} } as const;

describe("variables", () => {
  const dangerous = [
    "LD_PRELOAD",
    "DYLD_INSERT_LIBRARIES",
    "NODE_OPTIONS",
    "BUN_OPTIONS",
    "PATH",
    "HOME",
    "BASH_ENV",
    "ENV",
    "ZDOTDIR",
    "GIT_SSH_COMMAND",
    "GIT_DIR",
    "SHELL",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "ANTHROPIC_BASE_URL",
    "OPENAI_BASE_URL",
    "ANTHROPIC_BEDROCK_BASE_URL",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "NPM_CONFIG_REGISTRY",
  ];
  test.each(dangerous)("%s is dangerous", (name) => {
    expect(envRisk(name)?.level).toBe("danger");
  });

  test.each(["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "CODEX_HOME", "XDG_CONFIG_HOME", "IS_SANDBOX"])(
    "%s is worth a note",
    (name) => {
      expect(envRisk(name)?.level).toBe("note");
    },
  );

  test.each(["LANG", "MY_FLAG", "DEBUG", "PATHS", "ENVIRONMENT", "DIGIT_GROUPING", "HOMEPAGE"])(
    "nothing is said against %s",
    (name) => {
      expect(envRisk(name)).toBeNull();
    },
  );

  test("values of keys are hidden, other values are not", () => {
    expect(["ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"].every(isSecretName)).toBe(true);
    expect(["LANG", "KEYBOARD", "TOKENS_SHOWN"].some(isSecretName)).toBe(false);
  });
});

describe("arguments", () => {
  test.each([
    "--dangerously-skip-permissions",
    "--dangerously-bypass-approvals-and-sandbox",
    "--permission-mode",
    "--permission-mode=bypassPermissions",
    "--allowedTools",
    "--settings",
    "--mcp-config=x.json",
    "-c",
    "-s",
  ])("%s is dangerous", (arg) => {
    expect(argRisk(arg)?.level).toBe("danger");
  });

  test.each(["--verbose", "bypassPermissions", "--model=opus", "-"])(
    "nothing is said against %s",
    (arg) => {
      expect(argRisk(arg)).toBeNull();
    },
  );
});

describe("a harness", () => {
  test("says the dangerous before the rest, and names what it means", () => {
    const risks = harnessRisks({
      bin: "/opt/claude",
      args: ["--add-dir=/srv", "--settings", "x.json"],
      home: null,
      env: { OPENAI_API_KEY: "k", LD_PRELOAD: "/x.so" },
    });
    expect(risks.map(({ field, name, level }) => [field, name, level])).toEqual([
      ["bin", null, "danger"],
      ["args", "--settings", "danger"],
      ["env", "LD_PRELOAD", "danger"],
      ["args", "--add-dir", "note"],
      ["env", "OPENAI_API_KEY", "note"],
    ]);
  });

  test("a plain second account has nothing to say", () => {
    expect(harnessRisks({ ...none, home: "/data/harnesses/work" })).toEqual([]);
  });

  test("tells which settings over code a change touches", () => {
    expect(changedCode(null, none)).toEqual([]);
    expect(changedCode(null, { ...none, bin: "/opt/claude" })).toEqual(["bin"]);
    expect(
      changedCode({ ...none, env: { A: "1", B: "2" } }, { ...none, env: { B: "2", A: "1" } }),
    ).toEqual([]);
    expect(changedCode(none, { bin: null, args: ["-v"], home: "/h", env: { A: "1" } })).toEqual([
      "args",
      "env",
      "home",
    ]);
  });
});

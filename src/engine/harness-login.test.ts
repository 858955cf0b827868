import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResolvedHarness } from "../agents/driver.ts";
import { loginOf, sweepLogins } from "./harness-login.ts";

const root = mkdtempSync(join(tmpdir(), "agetor-login-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const claude = { homeEnv: "CLAUDE_CONFIG_DIR", loginArgs: ["auth", "login"] };
const harness = (more: Partial<ResolvedHarness>): ResolvedHarness => ({
  ...{ id: "a", kind: "claude-code", label: "It's $(mine)", bin: null, args: [], home: null },
  env: {},
  ...more,
});

test("the command names the account, whatever the terminal says, and holds no key", () => {
  const command = (more: Partial<ResolvedHarness>) =>
    loginOf(harness(more), claude, "/opt/claude", "/bin").command;
  expect(command({})).toBe("env -u CLAUDE_CONFIG_DIR /opt/claude auth login");
  expect(command({ home: "/h o" })).toBe("CLAUDE_CONFIG_DIR='/h o' /opt/claude auth login");
  expect(command({ env: { HOME: "/h", ANTHROPIC_API_KEY: "sk" } })).toBe(
    "env -u CLAUDE_CONFIG_DIR HOME='/h' /opt/claude auth login",
  );
  expect(command({ home: "/h", env: { CLAUDE_CONFIG_DIR: "/other" } })).toBe(
    "CLAUDE_CONFIG_DIR='/h' /opt/claude auth login",
  );
  const odd = loginOf(harness({}), claude, "/a b/it's", "/bin").command;
  expect(odd).toEndWith("'/a b/it'\\''s' auth login");
});

test("the script runs that command from the person's home, and is gone before it does", () => {
  const file = join(root, "login.command");
  const program = join(root, "claude");
  const said = join(root, "said");
  // The program's interpreter is where the terminal does not look: Node of a version manager.
  const tools = join(root, "it's tools");
  mkdirSync(tools);
  symlinkSync("/bin/sh", join(tools, "own-shell"));
  const script = `#!/usr/bin/env own-shell\necho "$CLAUDE_CONFIG_DIR $* $(pwd)" > ${said}\ntest -e ${file} && echo there >> ${said}\nexit 3\n`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  writeFileSync(file, loginOf(harness({ home: "/h; o" }), claude, program, tools).script);
  const ran = Bun.spawnSync(["/bin/sh", file], {
    env: { PATH: process.env["PATH"] ?? "", HOME: root, CLAUDE_CONFIG_DIR: "/wrong" },
    stdin: new TextEncoder().encode("\n"),
  });
  expect(ran.exitCode).toBe(3);
  expect(ran.stdout.toString()).toStartWith("Logging in: It's $(mine)\n");
  expect(ran.stdout.toString()).toContain("The login ended with exit code 3.\n");
  expect(readFileSync(said, "utf8")).toBe(`/h; o auth login ${root}\n`);
  expect(existsSync(file)).toBe(false);
});

test("without a home folder it runs all the same, and the window stays", () => {
  const file = join(root, "homeless.command");
  const program = join(root, "where");
  writeFileSync(program, "#!/bin/sh\npwd\n");
  chmodSync(program, 0o755);
  writeFileSync(file, loginOf(harness({}), claude, program, "/bin").script);
  const ran = Bun.spawnSync(["/bin/sh", file], {
    env: { PATH: process.env["PATH"] ?? "", HOME: join(root, "nowhere") },
    stdin: new TextEncoder().encode("\n"),
  });
  expect(ran.exitCode).toBe(0);
  expect(ran.stdout.toString()).toContain("\n/\n");
  expect(ran.stdout.toString()).toContain("You can close this window now");
});

test("scripts that no terminal ran go with the next start, other files stay", () => {
  const folder = join(root, "tmp");
  sweepLogins(root);
  mkdirSync(folder);
  for (const name of ["login-1.command", "other.command"]) writeFileSync(join(folder, name), "");
  sweepLogins(root);
  expect(readdirSync(folder)).toEqual(["other.command"]);
});

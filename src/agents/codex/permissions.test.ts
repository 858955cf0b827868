import { expect, test } from "bun:test";
import { fileRules, profileConfig, profileOverride, readRules } from "./permissions.ts";
import { sandboxArgv } from "./sandbox.ts";

const repo = { mainRoot: "/m", commonDir: "/m/.git", gitDir: "/m/.git/worktrees/w" };

test("a worktree may write what a commit writes, and nothing that tells git where to look", () => {
  expect(fileRules({ cwd: "/w", repo }, () => true)).toEqual({
    "/m/.git/objects": "write",
    "/m/.git/refs": "write",
    "/m/.git/logs": "write",
    "/m/.git/worktrees/w": "write",
    "/m/.git/refs/agetor": "read",
    "/m/.git/worktrees/w/commondir": "read",
    "/m/.git/worktrees/w/gitdir": "read",
    "/m/.git/worktrees/w/config.worktree": "read",
  });
});

test("folders that are not there are not mounted", () => {
  const rules = fileRules({ cwd: "/w", repo }, (path) => !/logs|agetor/.test(path));
  expect(Object.keys(rules)).not.toContain("/m/.git/logs");
  expect(Object.keys(rules)).not.toContain("/m/.git/refs/agetor");
});

test("the main worktree and a folder without git get nothing more", () => {
  expect(fileRules({ cwd: "/m", repo: { ...repo, gitDir: "/m/.git" } }, () => true)).toEqual({});
  expect(fileRules({ cwd: "/x", repo: null }, () => true)).toEqual({});
});

test("a profile is said to the app-server as JSON and on the command line as TOML", () => {
  const rules = { '/a "b"\\c': "write", "/d": "read" } as const;
  expect(profileConfig(rules)).toEqual({
    permissions: { agetor: { extends: ":workspace", filesystem: rules } },
  });
  const toml = Bun.TOML.parse(profileOverride(rules));
  expect(toml).toEqual(profileConfig(rules));
  expect(readRules(JSON.parse(JSON.stringify({ ...rules, bad: "deny" })))).toEqual(rules);
  expect(readRules(null)).toEqual({});
});

test("before the worktree is made, the sandbox is tried in the repository", () => {
  expect(sandboxArgv("/bin/codex", { cwd: "/not/there", repo })).toEqual([
    ...["/bin/codex", "sandbox", "-P", ":workspace", "-C", "/m", "--", "true"],
  ] as [string, ...string[]]);
});

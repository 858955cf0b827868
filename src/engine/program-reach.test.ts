import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isWithinReach } from "./program-reach.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "agetor-reach-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, "repo", "tools"), { recursive: true });
mkdirSync(join(root, "wt"));
mkdirSync(join(root, "repository"));
writeFileSync(join(root, "repo", "tools", "claude"), "");
writeFileSync(join(root, "claude"), "");
symlinkSync(join(root, "repo", "tools", "claude"), join(root, "link"));

const repo = { mainRoot: join(root, "repo"), commonDir: "", gitDir: "" };

test("a program in the worktree, its repository or the folder can be changed by its agent", () => {
  const cwd = join(root, "wt");
  const inside = (program: string, place = { cwd, repo }) =>
    isWithinReach(join(root, program), place);
  expect(inside("wt/claude")).toBe(true);
  expect(inside("repo/tools/claude")).toBe(true);
  expect(inside("link")).toBe(true);
  expect(inside("claude")).toBe(false);
  expect(inside("repository/claude")).toBe(false);
  expect(isWithinReach(join(root, "claude"), { cwd: root, repo: null })).toBe(true);
  expect(isWithinReach("/usr/bin/claude", { cwd: "/", repo: null })).toBe(false);
});

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { scratch } from "./scratch.ts";

/** Git as a person has it, without their config. */
export function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync("git", args, {
    cwd,
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: cwd,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      GIT_AUTHOR_NAME: "Ada",
      GIT_AUTHOR_EMAIL: "ada@example.test",
      GIT_COMMITTER_NAME: "Ada",
      GIT_COMMITTER_EMAIL: "ada@example.test",
    },
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

/** A repository with one commit on `main`; its real path. */
export function makeRepo(
  files: Readonly<Record<string, string>> = { "README.md": "# Test\n" },
  name = "repo",
): string {
  const path = join(scratch("repo"), name);
  mkdirSync(path);
  git(path, "init", "-q", "-b", "main");
  writeFiles(path, files);
  git(path, "add", "-A");
  git(path, "commit", "-q", "-m", "first");
  return path;
}

export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}

import { readFileSync } from "node:fs";
import { join } from "node:path/posix";
import type { Violation } from "./source.ts";

const folder = "src/store/migrations";

/** Numbers are unique and without gaps, and what a release has carried out never changes. */
export function checkMigrations(root: string, files: readonly string[]): Violation[] {
  const migrations = files.filter((path) => path.startsWith(`${folder}/`)).toSorted();
  return [...checkNumbers(migrations), ...checkReleased(root, migrations)];
}

const violation = (path: string, message: string): Violation => ({
  path,
  line: 1,
  rule: "migrations",
  message,
});

function checkNumbers(migrations: readonly string[]): Violation[] {
  let last = 0;
  return migrations
    .filter((path) => path.endsWith(".sql"))
    .flatMap((path) => {
      const number = /\/(\d{4})_[a-z0-9_]+\.sql$/.exec(path)?.[1];
      if (number === undefined) return [violation(path, "is not named 0001_what_it_does.sql")];
      const expected = last + 1;
      last = Number(number);
      return last === expected ? [] : [violation(path, `should have the number ${expected}`)];
    });
}

/** Compares with the newest release tag; before the first release everything may still change. */
function checkReleased(root: string, migrations: readonly string[]): Violation[] {
  const tag = git(root, ["describe", "--tags", "--abbrev=0", "--match", "v*"])?.trim();
  if (!tag) return [];
  const released = git(root, ["ls-tree", "--name-only", tag, `${folder}/`])?.trim() ?? "";
  return released
    .split("\n")
    .filter((path) => path.endsWith(".sql"))
    .flatMap((path) => {
      if (!migrations.includes(path)) return [violation(path, `is gone, but ${tag} has it`)];
      const same = git(root, ["show", `${tag}:${path}`]) === readFileSync(join(root, path), "utf8");
      return same ? [] : [violation(path, `differs from ${tag}: add a new migration instead`)];
    });
}

function git(root: string, args: readonly string[]): string | null {
  const { exitCode, stdout } = Bun.spawnSync(["git", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return exitCode === 0 ? stdout.toString() : null;
}

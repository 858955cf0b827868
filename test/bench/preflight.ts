import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGit } from "../../src/git/git.ts";
import { git, makeRepo, writeFiles } from "../support/repo.ts";
import { type Figure, median } from "./table.ts";

const tasks = 20;
const rounds = 5;

/**
 * The look ahead at conflicts: twenty tasks that all changed a common file, so that every pair is
 * merged, from nothing remembered.
 */
export async function preflight(): Promise<Figure> {
  const lines = Array.from({ length: 200 }, (_, n) => `line ${n}\n`);
  const files = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, n) => [`d${n % 50}/f${n}.txt`, `file ${n}\n`]),
  );
  const repo = makeRepo({ ...files, "common.txt": lines.join("") });
  const dataDir = mkdtempSync(join(tmpdir(), "agetor-bench-"));
  const env = { HOME: dataDir, PATH: process.env["PATH"] };
  const commonDir = join(repo, ".git");
  const baseSha = git(repo, "rev-parse", "HEAD");
  const worktrees: string[] = [];
  for (let n = 0; n < tasks; n += 1) {
    const path = join(dataDir, "worktrees", idOf(n));
    const wish = { taskId: idOf(n), commonDir, baseSha, branch: `agetor/t${n}`, path };
    const made = await createGit({ dataDir, env }).addWorktree(wish);
    if (!made.ok) throw new Error(made.fault.message);
    worktrees.push(path);
    const own = lines.map((line, at) => (at === n * 9 ? `task ${n}\n` : line)).join("");
    writeFiles(path, { "common.txt": own, [`own${n}/new.txt`]: "new\n" });
  }
  const contenders = worktrees.map((path, n) => ({
    site: { taskId: idOf(n), commonDir, path, baseSha },
    base: "main",
    fresh: true,
  }));
  const ours: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { landing } = createGit({ dataDir, env });
    const began = performance.now();
    const found = await landing.clashes(commonDir, contenders, new AbortController().signal);
    ours.push(performance.now() - began);
    if (!found.ok || found.value.length > 0) throw new Error("these tasks do not conflict");
  }
  const theirs = onePairByOne(worktrees, repo);
  rmSync(dataDir, { recursive: true, force: true });
  return {
    name: "conflicts ahead: 20 dirty tasks, 190 pairs",
    value: median(ours),
    unit: "ms",
    budget: 2_000,
    wants: "at most",
    against: { name: "git merge-tree pair by pair", value: theirs },
  };
}

/** A person's way: commit each worktree's files, then one `git merge-tree` for every pair. */
function onePairByOne(worktrees: readonly string[], repo: string): number {
  const began = performance.now();
  const commits = worktrees.map((path) => {
    git(path, "add", "-A");
    return git(path, "commit-tree", "-p", "HEAD", "-m", "x", git(path, "write-tree"));
  });
  commits.forEach((one, at) => {
    for (const other of commits.slice(at + 1)) git(repo, "merge-tree", "--write-tree", one, other);
  });
  return performance.now() - began;
}

function idOf(n: number): string {
  return `01BENCH${String(n).padStart(19, "0")}`;
}

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createGit, type GitOptions } from "../git.ts";
import type { Git, Place } from "../types.ts";

type Repository = Extract<Place, { kind: "repository" }>;

/** A throwaway home, data directory and canary directory, with real git over them. */
export interface Sandbox {
  readonly root: string;
  readonly home: string;
  readonly dataDir: string;
  /** Hostile repositories try to write here; it must stay empty. */
  readonly canary: string;
  readonly git: Git;
  /** A shell command that proves, in the canary directory, that it was run. */
  trap(name: string): string;
  /** What was run of the repository: must be empty. */
  sprung(): string[];
  /** Empties the canary folder, for a test that springs the traps on purpose. */
  disarm(): void;
  /** The person's own git, in a folder; throws when it fails. */
  sh(cwd: string, ...args: string[]): string;
  /** The same, without an opinion on how it ends. */
  attempt(cwd: string, ...args: string[]): { code: number; stdout: string; stderr: string };
  /** A repository with one commit per set of files. */
  repo(name?: string, files?: Record<string, string>): string;
  write(folder: string, files: Record<string, string>): void;
  place(folder: string): Promise<Repository>;
  path(taskId: string): string;
  withGit(options: Partial<GitOptions>): Git;
  [Symbol.dispose](): void;
}

/** An id of the right form: the tests need many and all different. */
export function taskId(n = 0): string {
  return `01JD${n.toString(32).toUpperCase().replaceAll("I", "Y").replaceAll("L", "Z").replaceAll("O", "W").replaceAll("U", "X").padStart(22, "0")}`;
}

/** Makes a sandbox below the system's temporary folder. */
export function sandbox(): Sandbox {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "agetor-git-")));
  const home = join(root, "home");
  const dataDir = join(root, "data");
  const canary = join(root, "canary");
  for (const dir of [home, dataDir, canary]) mkdirSync(dir);
  const env = { HOME: home, PATH: process.env["PATH"] };
  const person = {
    ...env,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Person",
    GIT_AUTHOR_EMAIL: "person@example.test",
    GIT_COMMITTER_NAME: "Person",
    GIT_COMMITTER_EMAIL: "person@example.test",
  };
  const withGit = (options: Partial<GitOptions>) => createGit({ dataDir, env, ...options });
  const git = withGit({});
  const attempt = (cwd: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("git", args, { cwd, env: person });
    return { code: status ?? -1, stdout: stdout.toString(), stderr: stderr.toString() };
  };
  const sh = (cwd: string, ...args: string[]) => {
    const done = attempt(cwd, ...args);
    if (done.code !== 0) throw new Error(`git ${args.join(" ")}: ${done.stderr}`);
    return done.stdout.replace(/\n$/, "");
  };
  const write = (folder: string, files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  return {
    root,
    home,
    dataDir,
    canary,
    git,
    trap: (name) => `touch '${join(canary, name)}'; cat`,
    sprung: () => readdirSync(canary),
    disarm: () => readdirSync(canary).forEach((name) => void rmSync(join(canary, name))),
    sh,
    attempt,
    write,
    withGit,
    repo: (name = "repo", files = { "a.txt": "one\ntwo\nthree\n" }) => {
      const folder = join(root, name);
      mkdirSync(folder, { recursive: true });
      sh(folder, "init", "-q", "-b", "main");
      write(folder, files);
      sh(folder, "add", "-A");
      sh(folder, "commit", "-q", "--allow-empty", "-m", "first");
      return folder;
    },
    place: async (folder) => {
      const place = unwrap(await git.inspect(folder));
      if (place.kind !== "repository") throw new Error(`${folder} is a plain folder`);
      return place;
    },
    path: (id) => join(dataDir, "worktrees", id),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The value of a result that must be one. */
export function unwrap<T>(result: { ok: true; value: T } | { ok: false; fault: unknown }): T {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.fault));
}

/** The code of a fault, or null when there was none. */
export function codeOf(
  result: { ok: true } | { ok: false; fault: { code: string } },
): string | null {
  return result.ok ? null : result.fault.code;
}

/** Writes an executable script. */
export function script(path: string, body: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Makes a worktree for a task on the head of a repository. */
export async function startTask(box: Sandbox, repo: string, id = taskId(), branch = "agetor/t") {
  const place = await box.place(repo);
  const baseSha = place.headSha ?? "";
  unwrap(await box.git.pin(place.commonDir, id, baseSha));
  const made = unwrap(
    await box.git.addWorktree({
      taskId: id,
      commonDir: place.commonDir,
      baseSha,
      branch,
      path: box.path(id),
    }),
  );
  const trash = {
    taskId: id,
    commonDir: place.commonDir,
    path: made.path,
    branch: made.branch,
    baseSha,
  };
  return { ...made, baseSha, commonDir: place.commonDir, id, trash };
}

export const exists = existsSync;

export type StartedTask = Awaited<ReturnType<typeof startTask>>;

/** Deletes a task as the engine does; what was kept. */
export async function deleteTask(box: Sandbox, task: StartedTask) {
  const trash = unwrap(await box.git.keep(task.trash));
  unwrap(await box.git.removeWorktree(task.trash));
  unwrap(await box.git.unpin(task.commonDir, task.id));
  if (existsSync(task.path)) throw new Error(`${task.path} is still there`);
  return trash;
}

/** Asks for a deleted task back. */
export function restoreTask(box: Sandbox, task: StartedTask) {
  const { commonDir, branch, path, baseSha } = task;
  return box.git.restore({ taskId: task.id, commonDir, branch, path, baseSha });
}

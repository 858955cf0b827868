/**
 * Does one thing to a worktree and dies by SIGKILL at the n-th change of a file or start of a git
 * that comes once the thing has been written down. `DIE_AT` = n, 0 = never; `ASK` = what, as JSON.
 */
import childProcess from "node:child_process";
import { createRequire, syncBuiltinESMExports } from "node:module";
import type { Doing, SiteRequest } from "../../src/git/landing/types.ts";

const fuse = Number(process.env["DIE_AT"] ?? "0");
let begun = false;
let count = 0;

function cross(what: string): void {
  begun ||= what.includes("agetor-move");
  if (!begun) return;
  count += 1;
  if (count === fuse) process.kill(process.pid, "SIGKILL");
}

type Call = (...given: unknown[]) => unknown;
const files = createRequire(import.meta.url)("node:fs/promises") as Record<string, Call>;
const changing = ["copyFile", "link", "mkdir", "rename", "rm", "rmdir", "symlink", "unlink"];
for (const name of [...changing, "writeFile"]) {
  const real = files[name] as Call;
  files[name] = (...given) => {
    cross(`${name} ${String(given[0])}`);
    return real(...given);
  };
}
const { spawn } = childProcess;
childProcess.spawn = ((...given: Parameters<typeof spawn>) => {
  cross("spawn");
  return spawn(...given);
}) as typeof spawn;
syncBuiltinESMExports();

export interface Ask {
  readonly dataDir: string;
  readonly home: string;
  readonly site: SiteRequest;
  readonly doing: Doing;
  readonly what: "revert" | "commit" | "merge" | "rebase" | "restore";
  readonly wish: unknown;
}

const ask = JSON.parse(process.env["ASK"] ?? "{}") as Ask;
const { createGit } = await import("../../src/git/git.ts");
const { landing } = createGit({
  dataDir: ask.dataDir,
  env: { HOME: ask.home, PATH: process.env["PATH"] },
});
const calls = {
  revert: landing.revert,
  commit: landing.commit,
  merge: landing.merge,
  rebase: landing.rebase,
  restore: landing.restoreCheckpoint,
} as const;
const done = await (calls[ask.what] as (...given: unknown[]) => Promise<{ ok: boolean }>)(
  ask.site,
  ask.doing,
  ask.wish,
);
process.stdout.write(JSON.stringify(done));

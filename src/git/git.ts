import { realpathSync } from "node:fs";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { agentConfig } from "./agent-config.ts";
import { changedFile, changes } from "./changes.ts";
import { type GitClock, systemClock } from "./clock.ts";
import { commit, commits, head } from "./commits.ts";
import { fileBytes, fileLines } from "./contents.ts";
import { copyIgnored } from "./copy-ignored.ts";
import { fileFault, missing } from "./failure.ts";
import { worktreeInclude } from "./include.ts";
import { sweepIndexes } from "./index-cache.ts";
import { gitDirectory, inspect } from "./inspect.ts";
import type { Kit } from "./kit.ts";
import { createLanding } from "./landing/landing.ts";
import { Locks } from "./lanes.ts";
import { listFiles } from "./list-files.ts";
import { worktreeStands } from "./own-checkout.ts";
import { Programs } from "./programs.ts";
import { baseRef, branches, dropRef, pin, pinned, resolve, trashRef } from "./refs.ts";
import { removeWorktree } from "./remove.ts";
import { Runner } from "./runner.ts";
import { createSampleRepository } from "./sample.ts";
import { sweepShadows } from "./shadow.ts";
import { shortstat } from "./shortstat.ts";
import { dropSnapshots, snapshot, snapshots } from "./snapshots.ts";
import { keep, keepable, restore } from "./trash.ts";
import type { Git } from "./types.ts";
import { wholePatch } from "./whole-patch.ts";
import { addWorktree } from "./worktree.ts";

export interface GitOptions {
  /** The git to run: an absolute path, or a name looked up on `env.PATH`. */
  readonly bin?: string;
  readonly dataDir: string;
  /** Where `HOME`, `XDG_CONFIG_HOME` and `PATH` come from; nothing else of it is passed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock?: GitClock;
  /** How many git processes run at once; 6 when not given. */
  readonly cap?: number;
  /** Milliseconds that a lock held by another git is waited for; 5 s when not given. */
  readonly lockPatienceMs?: number;
}

/** The oldest git that understands everything asked of it (`rev-parse --end-of-options`). */
const oldest = [2, 30] as const;

/** Makes the port through which everything else in Agetor talks to git. */
export function createGit(options: GitOptions): Git {
  const kit = makeKit(options);
  return {
    available: () => guarded(() => available(kit)),
    inspect: (folder) => guarded(() => inspect(kit, folder)),
    branches: (commonDir) => guarded(() => branches(kit, commonDir)),
    resolve: (commonDir, revision) => guarded(() => resolve(kit, commonDir, revision)),
    pin: (commonDir, taskId, sha) => guarded(() => pin(kit, commonDir, taskId, sha)),
    pinned: (commonDir, taskId) => guarded(() => pinned(kit, commonDir, taskId)),
    unpin: (commonDir, taskId) => guarded(() => dropRef(kit, commonDir, taskId, baseRef)),
    addWorktree: (request) => guarded(() => addWorktree(kit, request)),
    worktreeStands: (commonDir, path) => guarded(() => worktreeStands(commonDir, path)),
    worktreeInclude: (commonDir, sha) => guarded(() => worktreeInclude(kit, commonDir, sha)),
    copyIgnored: (request) => guarded(() => copyIgnored(kit, request)),
    keepable: (request) => guarded(() => keepable(kit, request)),
    keep: (request) => guarded(() => keep(kit, request)),
    removeWorktree: (request) => guarded(() => removeWorktree(kit, request)),
    restore: (request) => guarded(() => restore(kit, request)),
    dropTrash: (commonDir, taskId) => guarded(() => dropRef(kit, commonDir, taskId, trashRef)),
    changes: (folder, from, signal, rest = {}) =>
      guarded(() => changes(kit, { folder, from, ...rest }, signal)),
    changedFile: (span, path, signal) => guarded(() => changedFile(kit, span, path, signal)),
    fileLines: (span, file, range, signal) =>
      guarded(() => fileLines(kit, span, file, range, signal)),
    fileBytes: (span, file, signal) => guarded(() => fileBytes(kit, span, file, signal)),
    patch: (span, paths, signal) => guarded(() => wholePatch(kit, span, paths, signal)),
    shortstat: (folder, from, signal) => guarded(() => shortstat(kit, { folder, from }, signal)),
    head: (folder) => guarded(() => head(kit, folder)),
    commits: (request, signal) => guarded(() => commits(kit, request, signal)),
    commit: (request, sha) => guarded(() => commit(kit, request, sha)),
    snapshot: (request, signal) => guarded(() => snapshot(kit, request, signal)),
    snapshots: (commonDir, taskId, moments) =>
      guarded(() => snapshots(kit, commonDir, taskId, moments)),
    dropSnapshots: (commonDir, taskId) => guarded(() => dropSnapshots(kit, commonDir, taskId)),
    listFiles: (folder, signal) => guarded(() => listFiles(kit, folder, signal)),
    gitDir: (worktree) => guarded(() => gitDirectory(kit, worktree)),
    agentConfig: (place, sha) => guarded(() => agentConfig(kit, place, sha)),
    createSampleRepository: (path, files) =>
      guarded(() => createSampleRepository(kit, path, files)),
    landing: createLanding(kit, guarded),
  };
}

/** A full disk or a folder without permission is an answer, not a crash. */
async function guarded<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    const known = fileFault(error);
    if (known === null) throw error;
    return err(known);
  }
}

function makeKit(options: GitOptions): Kit {
  const {
    bin = "git",
    dataDir,
    env,
    clock = systemClock,
    cap = 6,
    lockPatienceMs = 5_000,
  } = options;
  return {
    runner: new Runner({ bin, env, clock, cap, lockPatienceMs }),
    programs: new Programs(env, clock),
    locks: new Locks(),
    dataDir,
    home: realHome(env["HOME"]),
    clock,
    lockPatienceMs,
  };
}

function realHome(home: string | undefined): string | null {
  try {
    return home === undefined ? null : realpathSync(home);
  } catch {
    return null;
  }
}

async function available(kit: Kit): Promise<Result<{ version: string; path: string }>> {
  await Promise.all([sweepShadows(kit.dataDir), sweepIndexes(kit.dataDir)]);
  const path = kit.runner.find();
  if (path === null) return err(missing("git"));
  const output = await kit.runner.run({ args: ["version"], cwd: "/", timeoutMs: 3_000 });
  if (!output.ok) return output;
  const text = output.value.stdout.toString("utf8");
  const match = /^git version (\d+)\.(\d+)(\S*)/.exec(text);
  const version = match === null ? "unknown" : `${match[1]}.${match[2]}${match[3]}`;
  const [major, minor] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1]))
    return ok({ version, path });
  return err(
    fault(
      "git_missing",
      `git ${version} (${path}) is too old.`,
      `Install git ${oldest.join(".")} or newer, then try again.`,
      { version, path },
    ),
  );
}

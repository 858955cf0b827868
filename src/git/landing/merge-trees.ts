import { fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { explain } from "../failure.ts";
import { fields, type Kit } from "../kit.ts";
import type { Repo, ShadowEnv } from "../shadow.ts";
import { withShadow } from "../shadow.ts";
import { idOf, scratchCommit, writeCommits } from "./commit-object.ts";

/**
 * Merges are computed by `git merge-tree --write-tree` (git 2.38) in a shadow that also leaves out
 * the person's configuration: no checkout is touched, and there is no merge driver to be named, be
 * it the repository's or the person's.
 */
export const mergeMinimum = [2, 38] as const;

export interface Merged {
  /** With conflicts in files, their markers. */
  readonly tree: string;
  /** Files that conflict; none when the merge is clean. Names as Latin-1. */
  readonly files: readonly string[];
}

const mergeTimeoutMs = 120_000;

/** Work that needs merges: a shadow for as long as `use` runs. */
export function withMerging<T>(
  kit: Kit,
  repo: Repo,
  use: (env: ShadowEnv, scratch: string) => Promise<Result<T>>,
): Promise<Result<T>> {
  const shadow = { repo, worktree: repo.commonDir, index: "empty" } as const;
  return withShadow(kit, shadow, (env, scratch) =>
    use({ ...env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" }, scratch),
  );
}

const options = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"];

/** Merges two commits; the base follows from their history. */
export async function mergeCommits(
  kit: Kit,
  env: ShadowEnv,
  ours: string,
  theirs: string,
  signal?: AbortSignal,
): Promise<Result<Merged>> {
  const output = await kit.runner.run({
    args: [...options, ours, theirs],
    cwd: env["GIT_DIR"] ?? "/",
    env,
    codes: [0, 1, 128],
    timeoutMs: mergeTimeoutMs,
    heavy: true,
    signal,
  });
  if (!output.ok) return output;
  const { code, stdout, stderr } = output.value;
  if (code === 128) return err(notMerged(stderr, code));
  const [tree = "", ...files] = fields(stdout, "latin1");
  return ok({ tree, files: code === 0 ? [] : files.filter((name) => name !== "") });
}

function notMerged(stderr: string, code: number) {
  if (/unrelated histories/.test(stderr)) {
    return fault(
      "merge_conflict",
      "The branch and its base have no common commit.",
      "Bring the work over by hand, such as with git cherry-pick.",
      { files: [] },
    );
  }
  return explain({ command: "merge-tree", code, stderr });
}

/** Merges trees three ways: what `theirs` did since `base`, done to `ours`. */
export async function mergeTrees(
  kit: Kit,
  env: ShadowEnv,
  scratch: string,
  sides: { readonly base: string; readonly ours: string; readonly theirs: string },
): Promise<Result<Merged>> {
  const { base, ours, theirs } = sides;
  if (base === theirs || ours === theirs) return ok({ tree: ours, files: [] });
  if (base === ours) return ok({ tree: theirs, files: [] });
  const from = scratchCommit(base, []);
  const parent = idOf(from);
  const [one, other] = [scratchCommit(ours, [parent]), scratchCommit(theirs, [parent])];
  const written = await writeCommits(kit, env, scratch, [from, one, other]);
  return written.ok ? mergeCommits(kit, env, idOf(one), idOf(other)) : written;
}

/** Those whose git is known to be new enough; it does not become older. */
const able = new WeakSet<Kit>();

/** Whether this git can merge without a checkout. */
export async function canMerge(kit: Kit): Promise<boolean> {
  if (able.has(kit)) return true;
  const output = await kit.runner.run({ args: ["version"], cwd: "/", timeoutMs: 3_000 });
  if (!output.ok) return false;
  const match = /^git version (\d+)\.(\d+)/.exec(output.value.stdout.toString("utf8"));
  const [major, minor] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  const enough = major > mergeMinimum[0] || (major === mergeMinimum[0] && minor >= mergeMinimum[1]);
  if (enough) able.add(kit);
  return enough;
}

/** The fault for a git that cannot. */
export function tooOld() {
  return fault(
    "git_missing",
    `This git cannot merge without a checkout; that came with git ${mergeMinimum.join(".")}.`,
    `Install git ${mergeMinimum.join(".")} or newer.`,
  );
}

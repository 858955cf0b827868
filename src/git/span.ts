import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { ShadowIndex } from "./index-cache.ts";
import type { Kit } from "./kit.ts";
import { openCommonDir } from "./layout.ts";
import { isSha } from "./refs.ts";
import type { GitCall, GitOutput } from "./runner.ts";
import { withShadow } from "./shadow.ts";
import { type Site, siteOf } from "./site.ts";
import type { Span } from "./types.ts";

/** The trees without files, which git knows without having them stored. */
const emptyTrees: Readonly<Record<number, string>> = {
  40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
};

/** A minute: a diff of a large repository on a slow disk. */
const timeoutMs = 60_000;

/** A span whose files and objects git can look at, for as long as its shadow stands. */
export interface View {
  readonly site: Site;
  readonly signal: AbortSignal;
  readonly from: string;
  /** Null = the files as they are now. */
  readonly to: string | null;
  readonly ignoreSpace: boolean;
  readonly holdsUntracked: boolean;
  /** The two ends as `git diff` takes them. */
  readonly ends: readonly string[];
  /** The folder of the shadow, gone with it. */
  readonly scratch: string;
  /** Null when nothing of the worktree is looked at. */
  readonly index: ShadowIndex | null;
  /** Runs git in the shadow, at the top of the files. */
  readonly git: (
    args: readonly string[],
    more?: Omit<GitCall, "args" | "cwd" | "env">,
  ) => Promise<Result<GitOutput>>;
}

/** Opens a span; `bad_ref` when an end is no commit id, `repo_gone` when there is nothing to look at. */
export async function openSpan<T>(
  kit: Kit,
  span: Span,
  signal: AbortSignal,
  use: (view: View) => Promise<Result<T>>,
): Promise<Result<T>> {
  const to = span.to ?? null;
  const from = span.from ?? emptyTrees[to?.length ?? 40] ?? "";
  if (!isSha(from) || (to !== null && !isSha(to))) {
    return err(fault("bad_ref", "The base is not a commit id."));
  }
  const site = await siteFor(kit, span);
  if (!site.ok) return site;
  const { top, ...repo } = site.value;
  // What is stored has no use for the index, which is large in a large repository.
  const index = to === null ? "copy" : "empty";
  return withShadow(kit, { repo, worktree: top, index }, async (env, scratch, shadowIndex) => {
    // What counts as checked out: `status` would list every file of a branch without a commit.
    if (span.from !== null) await writeFile(join(scratch, "HEAD"), `${from}\n`);
    return use({
      site: site.value,
      signal,
      from,
      to,
      ignoreSpace: span.ignoreSpace ?? false,
      ends: to === null ? [from] : [from, to],
      scratch,
      index: shadowIndex,
      holdsUntracked: span.holdsUntracked ?? false,
      git: (args, more = {}) => kit.runner.run({ timeoutMs, ...more, args, cwd: top, env, signal }),
    });
  });
}

/**
 * Two stored states can be compared without the folder: a person may have removed it, an agent may
 * have pointed its `.git` elsewhere.
 */
async function siteFor(kit: Kit, span: Span): Promise<Result<Site>> {
  if (span.commonDir === undefined || (span.to ?? null) === null) return siteOf(kit, span.folder);
  const repo = await openCommonDir(span.commonDir);
  if (!repo.ok) return repo;
  const commonDir = repo.value;
  const site = await siteOf(kit, span.folder);
  const usable = site.ok && site.value.commonDir === commonDir;
  return usable ? site : ok({ gitDir: commonDir, commonDir, top: commonDir });
}

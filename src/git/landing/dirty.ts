import { ok, type Result } from "../../contract/result.ts";
import type { ChangedPath } from "../../domain/suggestions.ts";
import { bind, type WorktreeGit } from "../capture.ts";
import { fields, type Kit } from "../kit.ts";
import { withShadow } from "../shadow.ts";
import type { Site } from "./site.ts";

/** One path that is not as the last commit has it; names as Latin-1. */
export interface DirtyPath {
  readonly path: string;
  /** Where git takes it to have been renamed from. */
  readonly from: string | null;
  readonly status: ChangedPath["status"];
}

/** What is not committed: staged, changed or untracked. A folder that is a repository ends in `/`. */
export function dirtyPaths(kit: Kit, site: Site): Promise<Result<DirtyPath[]>> {
  const shadow = { repo: site, worktree: site.worktree, index: "copy" } as const;
  return withShadow(kit, shadow, (env) => listDirty(bind(kit, site.worktree, env), site.head));
}

const statuses: Readonly<Record<string, ChangedPath["status"]>> = {
  A: "added",
  D: "deleted",
  R: "renamed",
};

/** The same, with a git whose index is a copy of the worktree's. */
export async function listDirty(git: WorktreeGit, head: string): Promise<Result<DirtyPath[]>> {
  const [diff, others] = await Promise.all([
    git([
      ...["diff", "-z", "--name-status", "--find-renames", "-l1000", "--no-ext-diff"],
      ...["--no-textconv", "--ignore-submodules=dirty", "--no-relative", head, "--"],
    ]),
    git(["ls-files", "-z", "-o", "--exclude-standard"]),
  ]);
  if (!diff.ok) return diff;
  if (!others.ok) return others;
  const found = parseNameStatus(fields(diff.value.stdout, "latin1"));
  const known = new Set(found.map(({ path }) => path));
  for (const path of fields(others.value.stdout, "latin1")) {
    // Removed from the index and still on disk: known to both.
    if (!known.has(path)) found.push({ path, from: null, status: "added" });
  }
  return ok(found);
}

/** Reads the answer of `git diff -z --name-status`. */
export function parseNameStatus(parts: readonly string[]): DirtyPath[] {
  const found: DirtyPath[] = [];
  for (let at = 0; at < parts.length; ) {
    const letter = (parts[at] ?? "")[0] ?? "";
    const paired = letter === "R" || letter === "C";
    const path = parts[at + (paired ? 2 : 1)] ?? "";
    const from = letter === "R" ? (parts[at + 1] ?? null) : null;
    const status = letter === "C" ? "added" : (statuses[letter] ?? "modified");
    found.push({ path, from, status });
    at += paired ? 3 : 2;
  }
  return found;
}

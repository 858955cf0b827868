import type { MergeWay } from "../contract/landing.ts";

/** A word as a POSIX shell reads it back. */
export function shellWord(text: string): string {
  return /^[\w./@:+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What a person can run to merge a branch where its base is checked out; null = any way. */
export function mergeCommand(at: string, branch: string, how: MergeWay | null): string {
  const git = `git -C ${shellWord(at)}`;
  const what = shellWord(branch);
  if (how === "squash") return `${git} merge --squash ${what} && ${git} commit`;
  const flag = how === "fast-forward" ? "--ff-only " : how === "merge" ? "--no-ff " : "";
  return `${git} merge ${flag}${what}`;
}

import type { MergeWay } from "../contract/landing.ts";

/** What no shell takes for more than itself, also as the first word of a command. */
const plain = /^(?![A-Za-z_]\w*\+?=)[\w./@:+-][\w./@:+%=-]*$/;

/** A word as a POSIX shell reads it back, for people: quoted only where it has to be. */
export function shellWord(text: string): string {
  return plain.test(text) ? text : quotedWord(text);
}

/**
 * One word of a POSIX shell that stands for exactly `text`, for scripts: quoted whatever it is, so
 * that it is also taken literally as a pattern. A shell carries no NUL; that is the caller's to refuse.
 */
export function quotedWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What a person can run to merge a branch where its base is checked out; null = any way. */
export function mergeCommand(at: string, branch: string, how: MergeWay | null): string {
  const git = `git -C ${shellWord(at)}`;
  const what = shellWord(branch);
  if (how === "squash") return `${git} merge --squash ${what} && ${git} commit`;
  const flag = how === "fast-forward" ? "--ff-only " : how === "merge" ? "--no-ff " : "";
  return `${git} merge ${flag}${what}`;
}

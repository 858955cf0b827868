/** A file that lies on the server and goes along with a message. */
export interface AttachedFile {
  readonly id: string;
  readonly name: string;
  /** Absent in what an earlier version has kept. */
  readonly isPicture?: boolean;
}

/** What is said when files go along without a word; empty when there are none. */
export function seeAttached(files: readonly AttachedFile[]): string {
  if (files.length === 0) return "";
  const what = files.every(({ isPicture }) => isPicture === true) ? "picture" : "file";
  return `See the attached ${what}${files.length === 1 ? "" : "s"}.`;
}

/** Why a file does not go along: the reason as a sentence, and what can be done. */
export interface Refused {
  readonly name: string;
  readonly text: string;
  readonly hint: string | null;
}

/** All that were refused of one drop, each on a line of its own; what helps is said once. */
export function refusedWords(all: readonly Refused[]): { text: string; hint: string | null } {
  const lines = all.map(({ name, text }) => (name === "" ? text : `${name}: ${text}`));
  const hints = [...new Set(all.map(({ hint }) => hint).filter((hint) => hint !== null))];
  return { text: lines.join("\n"), hint: hints.length === 0 ? null : hints.join(" ") };
}

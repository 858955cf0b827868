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

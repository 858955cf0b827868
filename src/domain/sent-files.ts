const heading = "\n\nFiles that go with this:\n";

/** A message as its agent gets it: the words, then the files that go with them, one in a line. */
export function withFiles(words: string, paths: readonly string[]): string {
  return paths.length === 0
    ? words
    : `${words}${heading}${paths.map((it) => `- ${it}`).join("\n")}`;
}

export interface SentMessage {
  readonly words: string;
  readonly paths: readonly string[];
}

/** The reverse of `withFiles`. What only looks like it stays words. */
export function splitFiles(message: string): SentMessage {
  const at = message.lastIndexOf(heading);
  const lines = at < 0 ? [] : message.slice(at + heading.length).split("\n");
  if (lines.length === 0 || !lines.every((line) => /^- ./.test(line))) {
    return { words: message, paths: [] };
  }
  return { words: message.slice(0, at), paths: lines.map((line) => line.slice(2)) };
}

/** The id of an attachment by the path it is kept at, or null for any other file. */
export function attachmentIdOf(path: string): string | null {
  return /\/attachments\/([0-9A-HJKMNP-TV-Z]{26})$/.exec(path)?.[1] ?? null;
}

/** What is being typed at the caret that can be completed. */
export interface Token {
  readonly kind: "command" | "file";
  /** What it began with: `/`, `$` for a skill of Codex, or `@`. */
  readonly sign: string;
  /** Where it stands in the text, its sign included. */
  readonly start: number;
  readonly end: number;
  /** What was typed behind the sign, up to the caret. */
  readonly query: string;
}

/**
 * The token at the caret: a command only where an agent takes one, at the very start; a file after
 * any `@` that begins a word, so that addresses of mail are left alone.
 */
export function tokenAt(text: string, caret: number): Token | null {
  const before = text.slice(0, caret);
  const rest = /^\S*/.exec(text.slice(caret))?.[0].length ?? 0;
  const command = /^([/$])(\S*)$/.exec(before);
  if (command !== null) {
    const [, sign = "/", query = ""] = command;
    return { kind: "command", sign, start: 0, end: caret + rest, query };
  }
  const quoted = /(?:^|[\s([{])@"([^"\n]*)$/.exec(before);
  if (quoted !== null) {
    const close = text[caret] === '"' ? 1 : 0;
    const query = quoted[1] ?? "";
    return { kind: "file", sign: "@", start: caret - query.length - 2, end: caret + close, query };
  }
  const file = /(?:^|[\s([{])@([^\s@"]*)$/.exec(before);
  if (file === null) return null;
  const query = file[1] ?? "";
  return { kind: "file", sign: "@", start: caret - query.length - 1, end: caret + rest, query };
}

export interface Applied {
  readonly text: string;
  readonly caret: number;
}

/** The text with the token completed. Behind a folder the caret stays: its files come next. */
export function applied(text: string, token: Token, words: string, goOn = false): Applied {
  const after = text.slice(token.end);
  const space = goOn || /^\s/.test(after) ? "" : " ";
  const caret = token.start + words.length + (goOn ? 0 : 1);
  return { text: text.slice(0, token.start) + words + space + after, caret };
}

/** How a file is named in a message; one with a space is put into quotes. */
export function mention(path: string, isDirectory: boolean): string {
  const full = isDirectory && !path.endsWith("/") ? `${path}/` : path;
  if (!/\s/.test(full)) return `@${full}`;
  return isDirectory ? `@"${full}` : `@"${full}"`;
}

const shells = /^(?:\/[\w./-]*\/)?(?:ba|z|da|k)?sh\s+-l?c\s+/;

/**
 * The command a person would have typed: Codex runs everything as `/bin/bash -lc '…'`. Left as it
 * is when the wrapping is not exactly one quoted word.
 */
export function unwrapShell(command: string): string {
  const wrapper = shells.exec(command);
  if (wrapper === null) return command;
  return unquote(command.slice(wrapper[0].length)) ?? command;
}

/** Undoes POSIX quoting of one word, or null when the text is more than one. */
function unquote(word: string): string | null {
  let out = "";
  let at = 0;
  while (at < word.length) {
    const character = word.charAt(at);
    if (character === "'") {
      const end = word.indexOf("'", at + 1);
      if (end < 0) return null;
      out += word.slice(at + 1, end);
      at = end + 1;
    } else if (character === '"') {
      const quoted = doubleQuoted(word, at + 1);
      if (quoted === null) return null;
      out += quoted.text;
      at = quoted.end;
    } else if (character === "\\" && at + 1 < word.length) {
      out += word.charAt(at + 1);
      at += 2;
    } else if (/\s/.test(character)) {
      return null;
    } else {
      out += character;
      at += 1;
    }
  }
  return out;
}

function doubleQuoted(word: string, from: number): { text: string; end: number } | null {
  let out = "";
  for (let at = from; at < word.length; at += 1) {
    const character = word.charAt(at);
    if (character === '"') return { text: out, end: at + 1 };
    const next = word.charAt(at + 1);
    if (character === "\\" && next !== "" && '"\\$`\n'.includes(next)) {
      out += next;
      at += 1;
    } else {
      out += character;
    }
  }
  return null;
}

/** A path below `folder` without it; any other path as it is. */
export function relativeTo(folder: string, path: string): string {
  const prefix = folder.endsWith("/") ? folder : `${folder}/`;
  return path.startsWith(prefix) && path.length > prefix.length ? path.slice(prefix.length) : path;
}

/** The first line that says something, cut to a length that fits a row. */
export function oneLine(text: string, most = 200): string {
  const line = text.split("\n").find((it) => it.trim() !== "") ?? "";
  const trimmed = line.trim();
  return trimmed.length > most ? `${trimmed.slice(0, most - 1)}…` : trimmed;
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

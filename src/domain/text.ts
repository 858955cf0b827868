/** The first words of a prompt as a title of at most 80 characters. */
export function titleFrom(prompt: string): string {
  const line = prompt
    .split("\n")
    .map((text) => text.replace(/^[#>*\-\s]+/, "").trim())
    .find((text) => text !== "");
  const title = plain(line ?? "").replace(/\s+/g, " ");
  if (title === "") {
    return "Untitled task";
  }
  const characters = [...title];
  if (characters.length <= 80) {
    return title.replace(/(?<=[^.,:;])[.,:;]$/, "");
  }
  const cut = characters.slice(0, 79).join("");
  const space = cut.lastIndexOf(" ");
  return `${(space > 40 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** The first 200 characters of a prompt, for lists. */
export function previewOf(prompt: string): string {
  const characters = [...prompt.slice(0, 800)];
  return characters.length <= 200 ? characters.join("") : `${characters.slice(0, 199).join("")}…`;
}

/** Text without control characters other than line break and tab, and without bidi overrides. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, "");
}

/** Escape sequences of a terminal: colours and cursors (CSI), titles and links (OSC), the rest. */
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[PX^_][^\u001B]*(?:\u001B\\)?|[ -/]*[0-~])/g;

/** The last lines of a program's output that say something, as plain text of at most 200 characters each. */
export function lastLines(output: string, count: number): readonly string[] {
  const lines = output
    .slice(-64 * 1024)
    .replace(escapes, "")
    .split("\n")
    // A progress bar writes over itself: what stands there in the end counts.
    .map((line) => plain(line.replace(/\r+$/, "").split("\r").at(-1) ?? "").trimEnd())
    .filter((line) => line.trim() !== "");
  return lines.slice(-count).map((line) => (line.length > 200 ? `${line.slice(0, 199)}…` : line));
}

/** Five letters of an id that people can say: the end of a ULID changes most. */
export function shortId(id: string): string {
  return id.slice(-5).toLowerCase();
}

export interface Cut {
  readonly text: string;
  readonly truncated: boolean;
}

/** Keeps head and tail of a long text and says how much is missing between them. */
export function cutMiddle(text: string, limit: number): Cut {
  if (text.length <= limit) {
    return { text, truncated: false };
  }
  const half = Math.floor(limit / 2);
  const missing = text.length - 2 * half;
  return {
    text: `${text.slice(0, half)}\n… ${missing} characters left out …\n${text.slice(-half)}`,
    truncated: true,
  };
}

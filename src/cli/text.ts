/** Control characters, which a terminal obeys, and marks that turn the direction of text. */
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** Text of a task, which anyone may have written, as one line of at most `width` characters. */
export function oneLine(text: string, width: number): string {
  const plain = text.replace(unsafe, " ");
  const shown = [...plain.trim()];
  return shown.length <= width ? shown.join("") : `${shown.slice(0, width - 1).join("")}…`;
}

/** Rows as columns, the last one unpadded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  const lines = rows.map((row) =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join("  "),
  );
  return lines.map((line) => `${line}\n`).join("");
}

/** How this program is called again, with the data directory it was called with. */
export function npmCommand(
  words: readonly string[],
  flags: Readonly<Record<string, unknown>>,
): string {
  const dataDir = flags["data-dir"];
  const where = typeof dataDir === "string" ? ["--data-dir", dataDir] : [];
  return ["npm run agetor --", ...[...words, ...where].map(shellWord)].join(" ");
}

/** A word that a POSIX shell reads as exactly this text. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A message as git stores it: no blank lines at the ends or in a row, no blanks at the ends of
 * lines, one line break at the end (`git stripspace`).
 */
export function cleanMessage(text: string): string {
  const lines = text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => line.trimEnd());
  const kept = lines.filter((line, index) => line !== "" || lines[index - 1] !== "");
  const body = kept.join("\n").replace(/^\s+|\n+$/g, "");
  return body === "" ? "" : `${body}\n`;
}

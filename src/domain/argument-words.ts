/** Splits arguments the way a shell splits words, with quotes but without any expansion. */
export function words(text: string): readonly string[] {
  const found = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return found.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

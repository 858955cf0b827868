import type { LineRange } from "../contract/review.ts";

/** What of a comment the agent is told. */
export interface Remark {
  readonly path: string | null;
  readonly range: LineRange | null;
  /** The lines it is on, "" for none. */
  readonly quote: string;
  readonly body: string;
}

/** Quoted lines above this are cut: the agent has the file. */
const mostQuoted = 40;

/**
 * Comments on the work as one message to the agent: numbered, each with its place and the lines it
 * is on, so that nothing has to be looked up and an answer can name them.
 */
export function reviewMessage(text: string, remarks: readonly Remark[]): string {
  const [only] = remarks;
  const intro = text.trim();
  if (remarks.length === 1 && only !== undefined) {
    return blocks(intro, [`Review of your changes, ${placeOf(only)}:`, quoted(only), only.body]);
  }
  const numbered = remarks.map((remark, index) =>
    blocks(`${index + 1}. ${placeOf(remark)}:`, [quoted(remark), remark.body]),
  );
  const head = `Review of your changes, ${remarks.length} comments. Work through all of them.`;
  return blocks(intro, [head, ...numbered]);
}

function blocks(first: string, rest: readonly string[]): string {
  return [first, ...rest.map((block) => block.trim())].filter((block) => block !== "").join("\n\n");
}

function placeOf({ path, range }: Remark): string {
  if (path === null) return "on the whole";
  if (range === null) return `\`${path}\``;
  const { start, end, side } = range;
  const lines = start === end ? `line ${start}` : `lines ${start} to ${end}`;
  return `\`${path}\`, ${lines}${side === "old" ? " before your changes" : ""}`;
}

/** The lines in a fence that is longer than any run of back quotes in them. */
function quoted({ quote }: Remark): string {
  if (quote === "") return "";
  const lines = quote.split("\n");
  const shown =
    lines.length <= mostQuoted
      ? lines
      : [...lines.slice(0, mostQuoted), `… ${lines.length - mostQuoted} more lines`];
  const longest = Math.max(0, ...[...quote.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return [fence, ...shown, fence].join("\n");
}

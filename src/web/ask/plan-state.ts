import type { Tokens } from "marked";
import { isWild, lexBlocks } from "../run/markdown/lex.ts";
import { firstLine, isRecord } from "./words.ts";

/** The paragraphs of a plan, each of which can be commented on; the items of a list are such. */
export function paragraphsOf(plan: string): readonly string[] {
  if (isWild(plan)) return [plan];
  try {
    return lexBlocks(plan)
      .flatMap((token) =>
        token.type === "list" ? (token as Tokens.List).items.map((item) => item.raw) : [token.raw],
      )
      .filter((raw) => raw.trim() !== "");
  } catch {
    // Whatever cannot be read as Markdown is one paragraph, shown as it came.
    return [plan];
  }
}

/** What is noted on a plan: by the place of a paragraph, and on the whole of it. */
export interface Notes {
  readonly on: Readonly<Record<string, string>>;
  readonly whole: string;
  /** Whether the field for the whole is open. */
  readonly writing: boolean;
}

export const noNotes: Notes = { on: {}, whole: "", writing: false };

export function areNotes(value: unknown): value is Notes {
  return (
    isRecord(value) &&
    isRecord(value["on"]) &&
    Object.values(value["on"]).every((text) => typeof text === "string") &&
    typeof value["whole"] === "string" &&
    typeof value["writing"] === "boolean"
  );
}

/** Sets or takes away the note of one paragraph; null takes it away. */
export function withNote(notes: Notes, at: number, text: string | null): Notes {
  const on = { ...notes.on };
  if (text === null) delete on[String(at)];
  else on[String(at)] = text;
  return { ...notes, on };
}

export function countNotes(notes: Notes): number {
  const onParts = Object.values(notes.on).filter((text) => text.trim() !== "").length;
  return onParts + (notes.whole.trim() === "" ? 0 : 1);
}

const longestQuote = 200;

/** All notes as one message: what each is about is quoted before it. */
export function revisionOf(notes: Notes, paragraphs: readonly string[]): string {
  const parts = paragraphs.flatMap((raw, index) => {
    const text = notes.on[String(index)]?.trim() ?? "";
    if (text === "") return [];
    const quote = firstLine(raw) ?? "";
    const short = quote.length > longestQuote ? `${quote.slice(0, longestQuote)}…` : quote;
    return [`> ${short}\n\n${text}`];
  });
  const whole = notes.whole.trim();
  return [...parts, ...(whole === "" ? [] : [whole])].join("\n\n");
}

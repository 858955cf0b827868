import { generateKeyBetween } from "fractional-indexing";

/** A rank between two others; null = the end on that side. Ranks compare as plain strings. */
export function rankBetween(before: string | null, after: string | null): string {
  return generateKeyBetween(before, after);
}

/** A rank a client sent: only what the ranking itself makes is taken. */
export function isRank(text: string): boolean {
  try {
    generateKeyBetween(text, null);
    return true;
  } catch {
    return false;
  }
}

import { ApiError } from "../wire/client.ts";
import { toast } from "./toast.ts";

export interface ReportOptions {
  /** What did not happen, before the server's own words: "Could not move to Running". */
  readonly what?: string;
  /** What holds now: "The card is back in Ready." */
  readonly kept?: string;
  readonly retry?: () => void;
}

/** Tells the person that something failed: what, what was kept, and what to do. */
export function report(error: unknown, options: ReportOptions = {}): void {
  const { text, hint } = inWords(error);
  const lead = options.what === undefined ? "" : `${options.what}: `;
  toast({
    text: `${lead}${lead === "" ? text : lowerFirst(text)}`,
    detail: [hint, options.kept].filter((part) => part !== null && part !== undefined).join(" "),
    tone: "bad",
    ...(options.retry === undefined ? {} : { action: { label: "Retry", run: options.retry } }),
  });
}

/** An error as a sentence and what to do about it. */
export function inWords(error: unknown): { text: string; hint: string | null } {
  if (error instanceof ApiError) return { text: error.message, hint: error.hint };
  return {
    text: error instanceof Error ? error.message : "Something went wrong.",
    hint: "Reload the page; the server keeps everything.",
  };
}

/** The same in one line. */
export function inOneLine(error: unknown): string {
  const { text, hint } = inWords(error);
  return hint === null ? text : `${text} ${hint}`;
}

function lowerFirst(text: string): string {
  // "I/O failed" and "PATCH…" keep their capitals.
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

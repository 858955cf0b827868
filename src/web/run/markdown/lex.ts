import { Lexer, type Token, type TokensList } from "marked";

export type { Token };

/** Above this a message is shown as it came: nobody reads half a megabyte as a document. */
const longestText = 400_000;
/** A paragraph longer than this stays plain; the rules for emphasis look at it again and again. */
export const longestInline = 8_000;
const deepest = 24;
const options = { gfm: true } as const;

/**
 * Whether the text would cost more to read as Markdown than it is worth: nested deeper than people
 * write, or longer than they read. Such texts are made to hang a page (UI-07).
 */
export function isWild(text: string): boolean {
  if (text.length > longestText) return true;
  return deepQuote.test(text) || deepIndent.test(text) || deepList.test(text) || run.test(text);
}

const deepQuote = new RegExp(`^[ \\t]*(?:>[ \\t]?){${deepest}}`, "m");
/** A list can only be nested this deep by being indented this far. */
const deepIndent = new RegExp(`^[ \\t]{${deepest * 4}}[ \\t]*(?:[-*+]|\\d+[.)])[ \\t]`, "m");
const deepList = new RegExp(`^[ \\t]*(?:(?:[-*+]|\\d{1,9}[.)])[ \\t]+){${deepest}}`, "m");
const run = /([`*_~[\]!<])\1{400}/;

/** The blocks of a Markdown text. Their inline content is read when it is drawn. */
export function lexBlocks(text: string): readonly Token[] {
  return new Lexer(options).blockTokens(text, []);
}

/** Reads a text that grows at its end: what is settled is not read again. */
export class GrowingLexer {
  #text = "";
  #tokens: readonly Token[] = [];

  read(text: string): readonly Token[] {
    if (text === this.#text) return this.#tokens;
    // The last two blocks may still become one, or something else; the ones before may not.
    const settled = text.startsWith(this.#text) ? this.#tokens.slice(0, -2) : [];
    const length = settled.reduce((sum, token) => sum + token.raw.length, 0);
    const whole = settled.every((token) => token.type !== "def");
    const kept = whole && text.startsWith(settled.map((token) => token.raw).join(""));
    this.#tokens = kept ? [...settled, ...lexBlocks(text.slice(length))] : lexBlocks(text);
    this.#text = text;
    return this.#tokens;
  }
}

/** The inline content of one block: emphasis, code, links. */
export function lexInline(text: string): readonly Token[] | null {
  if (text.length > longestInline) return null;
  const lexer = new Lexer(options);
  lexer.tokens.links = {} as TokensList["links"];
  return lexer.inlineTokens(text, []);
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00A0",
  copy: "©",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  rarr: "→",
  larr: "←",
  times: "×",
};

/** Character references as the characters they stand for; unknown ones stay as they are written. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, dec, hex, name) => {
    if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
    const code = dec === undefined ? Number.parseInt(hex, 16) : Number(dec);
    const fine = code >= 32 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return fine ? String.fromCodePoint(code) : whole;
  });
}

/** A link as it may be followed: http, https and mailto only; null for everything else. */
export function safeHref(href: string): string | null {
  const text = decodeEntities(href).trim();
  if (!/^(?:https?:\/\/|mailto:)/i.test(text)) return null;
  try {
    const url = new URL(text);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

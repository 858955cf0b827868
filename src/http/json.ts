import { err, ok, type Result } from "../contract/result.ts";

/** Deeper than anything we accept; `JSON.stringify` of much deeper values overflows the stack. */
const maxDepth = 64;
/** Members and elements in one body. A prompt is one of them, however long. */
const maxItems = 100_000;
const refusedKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const onlyProto: ReadonlySet<string> = new Set(["__proto__"]);

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Parses a JSON body more strictly than `JSON.parse`: UTF-8 without a byte order mark, at most 64
 * deep, no key twice, no key that reaches a prototype, no NUL, lone surrogate or infinite number.
 * The limits are checked on the text before anything is built from it. The fault is one sentence.
 *
 * `verbatim` is for what an agent's tool is called with, which we only show, store and hand back:
 * any text and any key but `__proto__` is taken there, since a question refused is never answered.
 */
export function parseJson(bytes: Uint8Array, verbatim = false): Result<unknown, string> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return err("The body is not valid UTF-8.");
  }
  const complaint = scan(text, verbatim ? onlyProto : refusedKeys);
  if (complaint !== null) return err(complaint);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err("The body is not valid JSON.");
  }
  const flaw = verbatim ? null : findFlaw(value);
  return flaw === null ? ok(value) : err(flaw);
}

/** Walks the text once; malformed text is left to `JSON.parse`, whose verdict is final. */
function scan(text: string, refused: ReadonlySet<string>): string | null {
  // One entry per open container: its keys so far, or null for an array.
  const open: (Set<string> | null)[] = [];
  let items = 0;
  let keyNext = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      const end = endOfString(text, at);
      if (end === -1) return "The body is not valid JSON.";
      const keys = open.at(-1);
      if (keyNext && keys) {
        const complaint = addKey(keys, text.slice(at, end + 1), refused);
        if (complaint !== null) return complaint;
      }
      keyNext = false;
      at = end;
    } else if (unit === openBrace || unit === openBracket) {
      if (open.length === maxDepth) return `The body is nested deeper than ${maxDepth} levels.`;
      keyNext = unit === openBrace;
      open.push(keyNext ? new Set() : null);
    } else if (unit === closeBrace || unit === closeBracket) {
      open.pop();
      keyNext = false;
    } else if (unit === comma) {
      items += 1;
      if (items > maxItems) return `The body has more than ${maxItems} items.`;
      keyNext = open.at(-1) instanceof Set;
    }
  }
  return null;
}

/** The index of the closing quote of the string that begins at `start`, or -1. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return -1;
}

function addKey(keys: Set<string>, literal: string, refused: ReadonlySet<string>): string | null {
  const key = literal.includes("\\") ? unquote(literal) : literal.slice(1, -1);
  if (key === null) return "The body is not valid JSON.";
  if (refused.has(key)) return `The key "${key}" is not allowed.`;
  if (keys.has(key)) return "A key stands twice in one object.";
  keys.add(key);
  return null;
}

function unquote(literal: string): string | null {
  try {
    const key: unknown = JSON.parse(literal);
    return typeof key === "string" ? key : null;
  } catch {
    return null;
  }
}

/** Depth and item count are known to be small here, so recursion is safe. */
function findFlaw(value: unknown): string | null {
  if (typeof value === "string") return findTextFlaw(value);
  if (typeof value === "number") return Number.isFinite(value) ? null : "A number is too large.";
  if (typeof value !== "object" || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const flaw = findTextFlaw(key) ?? findFlaw(member);
    if (flaw !== null) return flaw;
  }
  return null;
}

function findTextFlaw(text: string): string | null {
  if (text.includes("\0")) return "Text may not contain NUL.";
  return text.isWellFormed() ? null : "Text may not contain half a surrogate pair.";
}

/** One spelling per value, whatever the order of its keys: what a retry is recognised by. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

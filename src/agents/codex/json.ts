/** Total readers for what a foreign program wrote: every shape has an answer, nothing throws. */

export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = {};

/** Deeper nesting makes `JSON.stringify` and `structuredClone` throw later on: refused at the edge. */
const maxDepth = 100;

/** One JSON object, or null for anything else: not JSON, another type, nested too deep. */
export function parseObject(text: string): Fields | null {
  if (tooDeep(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object under a key; an empty one when there is none. */
export function fields(from: Fields, key: string): Fields {
  const value = from[key];
  return isObject(value) ? value : none;
}

export function text(from: Fields, key: string): string | null {
  const value = from[key];
  return typeof value === "string" ? value : null;
}

export function number(from: Fields, key: string): number | null {
  const value = from[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function list(from: Fields, key: string): readonly unknown[] {
  const value = from[key];
  return Array.isArray(value) ? value : [];
}

export function objects(from: Fields, key: string): readonly Fields[] {
  return list(from, key).filter(isObject);
}

export function texts(from: Fields, key: string): readonly string[] {
  return list(from, key).filter((it) => typeof it === "string");
}

function tooDeep(json: string): boolean {
  if (json.length <= maxDepth) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}

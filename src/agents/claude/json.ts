/** Total readers of foreign JSON: a wrong shape gives the empty answer, never a throw. */
export type Json = Readonly<Record<string, unknown>>;

/** Deeper nesting makes `JSON.stringify` of what we keep throw later (trust V12). */
const maxDepth = 100;

/** The object a line holds, or null for anything else. */
export function parseObject(line: string): Json | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && shallow(value, maxDepth) ? value : null;
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectAt(from: Json | null, key: string): Json | null {
  const value = from?.[key];
  return isObject(value) ? value : null;
}

export function stringAt(from: Json | null, key: string): string | null {
  const value = from?.[key];
  return typeof value === "string" ? value : null;
}

export function numberAt(from: Json | null, key: string): number | null {
  const value = from?.[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The objects of a list; everything else in it is passed over. */
export function objectsAt(from: Json | null, key: string): readonly Json[] {
  const value = from?.[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Epoch milliseconds of an ISO time stamp, or null. */
export function timeAt(from: Json, key: string): number | null {
  const time = Date.parse(stringAt(from, key) ?? "");
  return Number.isNaN(time) ? null : time;
}

function shallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  return Object.values(value).every((each) => shallow(each, depth - 1));
}

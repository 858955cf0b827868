import type { Route } from "../contract/routes.ts";

export type Match<Id extends string> =
  | {
      readonly kind: "route";
      readonly id: Id;
      readonly params: Readonly<Record<string, string>>;
    }
  | { readonly kind: "method"; readonly allow: readonly string[] }
  | { readonly kind: "none" };

interface Entry<Id extends string> {
  readonly id: Id;
  readonly method: string;
  readonly segments: readonly string[];
  /** How many segments are fixed words: `/projects/trust` wins over `/projects/:id`. */
  readonly fixed: number;
}

export type Router<Id extends string> = (method: string, path: string) => Match<Id>;

/** Builds the matcher of a route table. Two routes with the same method and shape are a bug. */
export function createRouter<Id extends string>(table: Readonly<Record<Id, Route>>): Router<Id> {
  const bySize = new Map<number, Entry<Id>[]>();
  for (const [id, { method, path }] of Object.entries<Route>(table)) {
    const segments = path.split("/").slice(1);
    const fixed = segments.filter((segment) => !segment.startsWith(":")).length;
    const peers = bySize.get(segments.length) ?? [];
    if (peers.some((other) => other.method === method && sameShape(other.segments, segments))) {
      throw new Error(`two routes match ${method} ${path}`);
    }
    peers.push({ id: id as Id, method, segments, fixed });
    bySize.set(segments.length, peers);
  }
  for (const entries of bySize.values()) entries.sort((a, b) => b.fixed - a.fixed);

  return (method, path) => {
    const given = path.split("/").slice(1);
    const entries = (bySize.get(given.length) ?? []).filter(({ segments }) =>
      fits(segments, given),
    );
    const best = entries[0];
    if (best === undefined) return { kind: "none" };
    const same = entries.filter(({ segments }) => sameShape(segments, best.segments));
    const entry = same.find((candidate) => candidate.method === method);
    if (entry === undefined) return { kind: "method", allow: same.map((other) => other.method) };
    const params = paramsOf(entry.segments, given);
    return params === null ? { kind: "none" } : { kind: "route", id: entry.id, params };
  };
}

function fits(segments: readonly string[], given: readonly string[]): boolean {
  return segments.every((segment, at) =>
    segment.startsWith(":") ? given[at] !== "" : segment === given[at],
  );
}

function sameShape(a: readonly string[], b: readonly string[]): boolean {
  return a.every((segment, at) =>
    segment.startsWith(":") ? b[at]?.startsWith(":") === true : segment === b[at],
  );
}

function paramsOf(
  segments: readonly string[],
  given: readonly string[],
): Readonly<Record<string, string>> | null {
  const params: Record<string, string> = {};
  try {
    for (const [at, segment] of segments.entries()) {
      if (segment.startsWith(":")) params[segment.slice(1)] = decodeURIComponent(given[at] ?? "");
    }
  } catch {
    // A percent sign that encodes nothing: no such thing exists.
    return null;
  }
  return params;
}

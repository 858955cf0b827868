import type { ChangedFile } from "../../../contract/changes.ts";
import type { ViewedFile } from "../../../contract/review.ts";

/** `changed`: it was looked at, and is not what it was then. */
export type Seen = "no" | "yes" | "changed";

export interface SeenFiles {
  readonly of: (file: ChangedFile) => Seen;
  readonly count: number;
  readonly changed: number;
}

/**
 * What the person has looked at among `files`. Where an old state is shown (`past`), a file that was
 * looked at as it is now was not changed by that: it just is not what stands here.
 */
export function seenOf(
  files: readonly ChangedFile[],
  viewed: readonly ViewedFile[],
  past: boolean,
): SeenFiles {
  const ids = new Map<string, Set<string>>();
  for (const { path, id } of viewed) {
    ids.set(path, (ids.get(path) ?? new Set()).add(id));
  }
  const of = (file: ChangedFile): Seen => {
    const known = ids.get(file.path);
    if (known === undefined) return "no";
    if (known.has(file.id)) return "yes";
    return past ? "no" : "changed";
  };
  let [count, changed] = [0, 0];
  for (const file of files) {
    const seen = of(file);
    if (seen === "yes") count += 1;
    if (seen === "changed") changed += 1;
  }
  return { of, count, changed };
}

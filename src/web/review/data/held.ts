import type { ChangedFile } from "../../../contract/changes.ts";

/** A file that is shown as it was, because the reader is in it; `now` is null when it is gone. */
export interface Held {
  readonly shown: ChangedFile;
  readonly now: ChangedFile | null;
}

/**
 * What becomes of the files on the screen when new ones come: those the reader is in (`reading`) stay
 * as they are until the reader leaves them or asks for the new content.
 */
export function holdBack(
  before: readonly ChangedFile[],
  incoming: readonly ChangedFile[],
  reading: ReadonlySet<string>,
): ReadonlyMap<string, Held> {
  const held = new Map<string, Held>();
  if (reading.size === 0) return held;
  const next = new Map(incoming.map((file) => [file.path, file]));
  for (const shown of before) {
    if (!reading.has(shown.path)) continue;
    const now = next.get(shown.path) ?? null;
    if (now === null || !sameLines(shown, now)) held.set(shown.path, { shown, now });
  }
  return held;
}

/** Whether two states of a file look the same: their names may differ by what is compared. */
function sameLines(a: ChangedFile, b: ChangedFile): boolean {
  return a.id === b.id && a.patch === b.patch && a.status === b.status;
}

/** The files as they are shown: the new ones, with those in their old state that are held. */
export function withHeld(
  incoming: readonly ChangedFile[],
  held: ReadonlyMap<string, Held>,
): readonly ChangedFile[] {
  if (held.size === 0) return incoming;
  const shown = incoming.map((file) => held.get(file.path)?.shown ?? file);
  const gone = [...held.values()].filter(({ now }) => now === null).map((one) => one.shown);
  return [...shown, ...gone];
}

import { useMemo } from "react";
import { useHighlight } from "../code/highlight.ts";
import { languageOf } from "../code/language-of.ts";
import type { TokenLine } from "../code/messages.ts";
import { type DiffLine, type Hunk, parsePatch } from "./patch.ts";

export type Inks = (line: DiffLine | null) => TokenLine | undefined;

/** A patch as hunks, with the inks of its lines once they are known. */
export function useDiff(
  patch: string,
  path: string,
): { readonly hunks: readonly Hunk[]; readonly inks: Inks } {
  const hunks = useMemo(() => parsePatch(patch), [patch]);
  const stretches = useMemo(() => hunks.map(({ lines }) => lines), [hunks]);
  return { hunks, inks: useInks(stretches, path) };
}

/**
 * The inks of stretches of lines. Each side is read as one text, so that strings and comments that
 * go over several lines are seen as what they are.
 */
export function useInks(stretches: readonly (readonly DiffLine[])[], path: string): Inks {
  const { old, now } = useMemo(
    () => ({ old: sideOf(stretches, "add"), now: sideOf(stretches, "del") }),
    [stretches],
  );
  const language = languageOf(path);
  // Where nothing was removed, the new side says it all.
  const oldInks = useHighlight(old.changed ? old.text : "", language);
  const nowInks = useHighlight(now.text, language);
  return (line) => {
    if (line === null) return undefined;
    const [inks, at] = line.sort === "del" ? [oldInks, old.at] : [nowInks, now.at];
    const index = at.get(line);
    const found = inks === null || index === undefined ? undefined : inks[index];
    // A grammar that lost its way must not change what is shown.
    return found !== undefined && says(found, line.text) ? found : undefined;
  };
}

function says(tokens: TokenLine, text: string): boolean {
  let at = 0;
  for (const [part] of tokens) {
    if (!text.startsWith(part, at)) return false;
    at += part.length;
  }
  return at === text.length;
}

interface Side {
  readonly text: string;
  readonly at: ReadonlyMap<DiffLine, number>;
  /** Whether it has a line that the other side lacks. */
  readonly changed: boolean;
}

function sideOf(stretches: readonly (readonly DiffLine[])[], skip: "add" | "del"): Side {
  const at = new Map<DiffLine, number>();
  const texts: string[] = [];
  let changed = false;
  for (const lines of stretches) {
    for (const line of lines) {
      if (line.sort === skip || line.sort === "note") continue;
      changed ||= line.sort !== "same";
      at.set(line, texts.length);
      texts.push(line.text);
    }
    texts.push("");
  }
  return { text: texts.join("\n"), at, changed };
}

import { useMemo } from "react";
import { useHighlight } from "../highlight/highlight.ts";
import { languageOf } from "../highlight/language-of.ts";
import type { TokenLine } from "../highlight/messages.ts";
import { type DiffLine, parsePatch } from "./patch.ts";

export interface ReadDiff {
  readonly lines: readonly DiffLine[];
  /** The inks of a line, once they are known. */
  readonly tokens: (line: DiffLine) => TokenLine | undefined;
}

/** A patch as lines, with their inks. Each side is read as one text, so that strings and comments
 *  that go over several lines are seen as what they are. */
export function useDiff(patch: string, path: string): ReadDiff {
  const { lines, old, now, oldAt, nowAt } = useMemo(() => sides(parsePatch(patch)), [patch]);
  const language = languageOf(path);
  const oldInks = useHighlight(old, language);
  const nowInks = useHighlight(now, language);
  return {
    lines,
    tokens(line) {
      const [inks, at] = line.sort === "del" ? [oldInks, oldAt] : [nowInks, nowAt];
      const index = at.get(line);
      const found = inks === null || index === undefined ? undefined : inks[index];
      // A grammar that lost its way must not change what is shown.
      return found?.map(([text]) => text).join("") === line.text ? found : undefined;
    },
  };
}

function sides(lines: readonly DiffLine[]): {
  lines: readonly DiffLine[];
  old: string;
  now: string;
  oldAt: ReadonlyMap<DiffLine, number>;
  nowAt: ReadonlyMap<DiffLine, number>;
} {
  const side = (skip: "add" | "del"): [string, ReadonlyMap<DiffLine, number>] => {
    const at = new Map<DiffLine, number>();
    const texts: string[] = [];
    for (const line of lines) {
      if (line.sort === skip || line.sort === "note") continue;
      at.set(line, texts.length);
      texts.push(line.sort === "hunk" ? "" : line.text);
    }
    return [texts.join("\n"), at];
  };
  const [old, oldAt] = side("add");
  const [now, nowAt] = side("del");
  return { lines, old, now, oldAt, nowAt };
}

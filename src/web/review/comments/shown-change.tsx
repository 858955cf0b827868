import { diffArrays } from "diff";
import { useMemo } from "react";
import type { ReviewComment } from "../../../contract/review.ts";
import { DiffRow } from "../../diff/diff-lines.tsx";
import type { DiffLine } from "../../diff/patch.ts";
import { useInks } from "../../diff/use-diff.ts";
import { marksAt } from "../../diff/words.ts";

/** What the lines of a comment have become: as they were when it was made, and as they are now. */
export function ShownChange({ comment }: { readonly comment: ReviewComment }) {
  const { quote, currentText, range, current, path } = comment;
  const lines = useMemo(
    () => compared(quote, currentText, range?.start ?? 1, current?.start ?? 1),
    [quote, currentText, range, current],
  );
  const stretches = useMemo(() => [lines], [lines]);
  const inks = useInks(stretches, path ?? "");
  return (
    <div className="inset change">
      {/* biome-ignore lint/a11y/useSemanticElements: a <fieldset> is no place for lines of code */}
      <div className="diff" role="group" aria-label="What its lines have become">
        {lines.map((line, at) => (
          <DiffRow
            key={`${line.sort}${line.old ?? line.now}`}
            line={line}
            tokens={inks(line)}
            marks={marksAt(lines, at)}
          />
        ))}
      </div>
      {currentText === null && <p className="cap b">Its lines are not there any more</p>}
    </div>
  );
}

/** The lines of a comment as a small diff of their own. */
function compared(
  quote: string,
  there: string | null,
  oldStart: number,
  nowStart: number,
): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let [old, now] = [oldStart, nowStart];
  for (const part of diffArrays(quote.split("\n"), there === null ? [] : there.split("\n"))) {
    for (const text of part.value) {
      if (part.removed) lines.push({ sort: "del", old: old++, now: null, text });
      else if (part.added) lines.push({ sort: "add", old: null, now: now++, text });
      else lines.push({ sort: "same", old: old++, now: now++, text });
    }
  }
  return lines;
}

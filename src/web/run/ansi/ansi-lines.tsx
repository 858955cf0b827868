import { memo } from "react";
import type { AnsiLine, AnsiSpan } from "./ansi.ts";

/** One line of terminal output. */
export const AnsiText = memo(function AnsiText({ line }: { readonly line: AnsiLine }) {
  return line.map((span, index) =>
    span.names === "" && span.color === null && span.background === null ? (
      span.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the spans of one line have no other name
      <span key={index} className={span.names} style={styleOf(span)}>
        {span.text}
      </span>
    ),
  );
});

function styleOf(span: AnsiSpan): { color?: string; background?: string } {
  return {
    ...(span.color === null ? {} : { color: span.color }),
    ...(span.background === null ? {} : { background: span.background }),
  };
}

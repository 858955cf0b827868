import type { ReactNode } from "react";

/**
 * Characters that change what a text means or how it looks without being seen: bidi controls,
 * zero-width ones, fillers, tags and variation selectors, line ends that are none, control
 * characters other than tab and line break, and every space that only looks like the common one.
 */
const hidden = /(?![\t\n ])[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const once = new RegExp(hidden.source, "u");

/** Whether there is anything in a text that cannot be seen. */
export function hasHidden(text: string): boolean {
  return once.test(text);
}

/** Splits text into what is seen and the code points that are not. */
export function splitHidden(text: string): readonly { text: string; hidden: boolean }[] {
  const parts: { text: string; hidden: boolean }[] = [];
  let from = 0;
  for (const match of text.matchAll(hidden)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), hidden: false });
    const code = match[0].codePointAt(0) ?? 0;
    parts.push({ text: `U+${code.toString(16).toUpperCase().padStart(4, "0")}`, hidden: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), hidden: false });
  return parts;
}

/**
 * Text somebody is asked to judge, such as a command to allow: every invisible character is shown
 * as its code point, and nothing in it can turn the direction of what stands around it.
 */
export function Exact({ children }: { readonly children: string }): ReactNode {
  const parts = splitHidden(children);
  return (
    <bdi dir="ltr">
      {parts.map((part, index) =>
        // biome-ignore-start lint/suspicious/noArrayIndexKey: the parts of one text have no other name
        part.hidden ? (
          <mark key={index} className="unseen" title="An invisible character">
            {part.text}
          </mark>
        ) : (
          <Words key={index} text={part.text} />
          // biome-ignore-end lint/suspicious/noArrayIndexKey: see above
        ),
      )}
    </bdi>
  );
}

/** Longer words have to break somewhere. */
const longest = 28;

/** A line that breaks after a hyphen would tear `-rf` from its dash; short words stay whole. */
function Words({ text }: { readonly text: string }): ReactNode {
  return text.split(/(\s+)/).map((word, index) =>
    word.includes("-") && word.length <= longest ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the words of one text have no other name
      <span key={index} className="nb">
        {word}
      </span>
    ) : (
      word
    ),
  );
}

import { cx } from "../../ui/cx.ts";
import { CodeLine } from "../highlight/code-line.tsx";
import type { TokenLine } from "../highlight/messages.ts";
import type { DiffLine } from "./patch.ts";

const signs = { same: " ", add: "+", del: "−", hunk: "", note: "" } as const;
const looks = { same: "", add: "a", del: "d", hunk: "hk", note: "v" } as const;

export interface DiffRowProps {
  readonly line: DiffLine;
  readonly tokens: TokenLine | undefined;
}

/** One line of a unified diff. */
export function DiffRow({ line, tokens }: DiffRowProps) {
  if (line.sort === "hunk") return <HunkRow line={line} />;
  const number = line.sort === "del" ? line.old : line.now;
  return (
    <div className={cx("ln", looks[line.sort])}>
      <i>{number}</i>
      <u>{signs[line.sort]}</u>
      <s>
        <CodeLine text={line.text} tokens={tokens} marks={line.marks} />
      </s>
    </div>
  );
}

export function HunkRow({ line }: { readonly line: DiffLine }) {
  return <div className="hk">{line.text === "" ? "⋯" : line.text}</div>;
}

/** One side of a line in a side by side diff; null is the empty half. */
export function HalfRow({
  line,
  side,
  tokens,
}: {
  readonly line: DiffLine | null;
  readonly side: "old" | "now";
  readonly tokens: TokenLine | undefined;
}) {
  if (line === null) return <div className="ln v" />;
  return (
    <div className={cx("ln", looks[line.sort], side === "now" && "R")}>
      <i>{side === "old" ? line.old : line.now}</i>
      <u>{signs[line.sort]}</u>
      <s>
        <CodeLine text={line.text} tokens={tokens} marks={line.marks} />
      </s>
    </div>
  );
}

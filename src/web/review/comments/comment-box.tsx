import { useRef, useState } from "react";
import type { ReviewComment } from "../../../contract/review.ts";
import { runNumber } from "../../run/header/run-switcher.tsx";
import { later } from "../../state/actions.ts";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { Exact } from "../../ui/text.tsx";
import { useFacts } from "../data/context.ts";
import { useReaderStore, useWish, wishFor } from "../data/reader.ts";
import { rangeWords } from "../rows/cursor.ts";
import { discardDraft, settle } from "./act.ts";
import { editDraft } from "./drafts.ts";
import { ShownChange } from "./shown-change.tsx";

type State = ReviewComment["state"];

const looks: Readonly<Record<State, { icon: IconName; ink: string; word: string }>> = {
  draft: { icon: "t-edit", ink: "s-ready", word: "Draft" },
  open: { icon: "comment", ink: "s-blocked", word: "Open" },
  addressed: { icon: "st-done", ink: "s-done", word: "Addressed" },
  outdated: { icon: "clock", ink: "t3", word: "Outdated" },
};

export interface CommentBoxProps {
  readonly comment: ReviewComment;
  /** It does not stand below its lines, so it shows which they were. */
  readonly loose: boolean;
}

/** One comment with what has become of it. */
export function CommentBox({ comment, loose }: CommentBoxProps) {
  const { task } = useFacts();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useWish(comment.id, () => box.current?.focus({ preventScroll: true }));
  const { icon, ink, word } = looks[comment.state];
  const done = comment.state === "addressed";
  const changed = comment.currentText !== null || (done && comment.current === null);
  const quoted = comment.quote !== "" && (loose || comment.state === "outdated") && !open;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <fieldset> is for fields; this is something that was said
    <div
      ref={box}
      className={cx("say", comment.state === "draft" && "draft", done && "ok")}
      role="group"
      aria-label={`Comment, ${word.toLowerCase()}`}
      data-comment={comment.id}
      tabIndex={-1}
    >
      <div className="by">
        <Icon name={icon} size={14} className={ink} />
        <b>{comment.settled && done ? "Settled" : word}</b>
        <span className="t3 cut">
          <Where comment={comment} loose={loose} />
        </span>
        <span className="grow" />
        {comment.state === "draft" ? (
          <DraftActions comment={comment} />
        ) : (
          <>
            {changed && comment.range !== null && (
              <Button variant="ghost" size="s" aria-expanded={open} onClick={() => setOpen(!open)}>
                {open ? "Hide change" : "Show change"}
              </Button>
            )}
            <Button variant="ghost" size="s" onClick={() => later(settle(task, comment, !done))}>
              {done ? "Reopen" : "Settle"}
            </Button>
          </>
        )}
      </div>
      {quoted && (
        <pre className="was">
          <Exact>{shortened(comment.quote)}</Exact>
        </pre>
      )}
      {open && <ShownChange comment={comment} />}
      <p className="words">
        {comment.state !== "draft" && <span className="t3 small">You </span>}
        {comment.body}
      </p>
    </div>
  );
}

const quotedLines = 8;

function shortened(quote: string): string {
  const lines = quote.split("\n");
  const left = lines.length - quotedLines;
  if (left <= 0) return quote;
  return `${lines.slice(0, quotedLines).join("\n")}\n… ${left} more`;
}

/** Where it stands and which run it went with: "lines 44–45, sent in run 3". */
function Where({ comment, loose }: CommentBoxProps) {
  const { runs, shown } = useFacts();
  const { state, range, current, path } = comment;
  const elsewhere = path !== null && !shown.files.some((file) => file.path === path);
  const parts: string[] = [];
  const run = (id: string | null): string | null => {
    const number = id === null ? null : runNumber(runs, id);
    return number === null ? null : `in run ${number}`;
  };
  const which = state === "draft" || loose || state === "outdated" ? (current ?? range) : current;
  if (elsewhere) parts.push(path);
  if (state === "open") parts.push(["sent", run(comment.sentIn)].filter(Boolean).join(" "));
  if (state === "addressed" && !comment.settled) parts.push(run(comment.addressedIn) ?? "");
  if (which !== null && state !== "open") parts.push(rangeWords(which));
  else if (which !== null && loose) parts.push(rangeWords(which));
  if (path === null) parts.push("on the whole");
  else if (range === null) parts.push("on the file");
  return <Exact>{parts.filter((part) => part !== "").join(", ")}</Exact>;
}

function DraftActions({ comment }: { readonly comment: ReviewComment }) {
  const { task } = useFacts();
  const store = useReaderStore();
  return (
    <>
      <Button
        variant="ghost"
        size="s"
        onClick={() => {
          store.setState(({ editors }) => ({ editors: editDraft(editors, comment) }));
          wishFor(store, comment.id, comment.path);
        }}
      >
        Edit
      </Button>
      <Button variant="ghost" size="s" onClick={() => later(discardDraft(task, comment))}>
        Discard
      </Button>
    </>
  );
}

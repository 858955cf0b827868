import { type KeyboardEvent, memo, useMemo, useRef } from "react";
import { flushSync } from "react-dom";
import { Markdown } from "../run/markdown/markdown.tsx";
import { later } from "../state/actions.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import type { NamedKey } from "../ui/hotkeys.ts";
import { answer } from "./answer.ts";
import { useDraft } from "./draft.ts";
import { Frame, type Place } from "./frame.tsx";
import { areNotes, countNotes, noNotes, paragraphsOf, revisionOf, withNote } from "./plan-state.ts";
import type { Guard } from "./use-armed.ts";
import type { Plan } from "./words.ts";

/** Its keys in words. */
const planKeys: readonly NamedKey[] = [
  { id: "ask.plan", label: "Approve the plan and implement it", keys: ["y"] },
  { id: "ask.plan.ask", label: "Approve the plan, ask before edits", keys: ["a"] },
  { id: "ask.plan.change", label: "Request changes of the plan", keys: ["n"] },
  { id: "ask.plan.send", label: "Send the notes, from a field", keys: ["$mod+Enter"] },
];

/** A plan as a document: approve it, or say what should change, where it stands. */
export function PlanForm({ ask, place }: { readonly ask: Plan; readonly place: Place }) {
  const paragraphs = useMemo(() => paragraphsOf(ask.plan), [ask.plan]);
  const [notes, change] = useDraft(ask.id, () => noNotes, areNotes);
  const whole = useRef<HTMLTextAreaElement>(null);
  const count = countNotes(notes);
  const give = (choice: "approve_implement" | "approve_ask") => (): void =>
    later(answer(ask, { kind: "plan_approval", choice }));
  const reject = (): void => {
    if (count === 0) return;
    const revision = revisionOf(notes, paragraphs);
    later(answer(ask, { kind: "plan_approval", choice: "reject", revision }));
  };
  const write = (): void => {
    // Before the next key: what is typed now belongs into the field.
    flushSync(() => change((before) => ({ ...before, writing: true })));
    whole.current?.focus();
  };
  return (
    <Frame ask={ask} place={place}>
      {(guard, card) => {
        const onTextKey = (event: KeyboardEvent): void =>
          onNoteKey(event, reject, () => card()?.focus());
        return {
          shortcuts: "Y A N",
          named: planKeys,
          keys: { y: give("approve_implement"), a: give("approve_ask"), n: write },
          body: (
            <div className="plan-doc">
              {paragraphs.map((raw, index) => (
                <Paragraph
                  // biome-ignore lint/suspicious/noArrayIndexKey: a paragraph of one plan is named by its place
                  key={index}
                  raw={raw}
                  note={notes.on[String(index)] ?? null}
                  onNote={(text) => change((before) => withNote(before, index, text))}
                  onKeyDown={onTextKey}
                />
              ))}
              {notes.writing && (
                <textarea
                  ref={whole}
                  className="field own"
                  rows={3}
                  aria-label="What should change"
                  placeholder="What should change"
                  maxLength={50_000}
                  value={notes.whole}
                  onChange={(event) => {
                    const { value } = event.target;
                    change((before) => ({ ...before, whole: value }));
                  }}
                  onKeyDown={onTextKey}
                />
              )}
            </div>
          ),
          acts: (
            <Decide
              guard={guard}
              count={count}
              onApprove={give("approve_implement")}
              onAsk={give("approve_ask")}
              onReject={count > 0 ? reject : write}
            />
          ),
        };
      }}
    </Frame>
  );
}

function onNoteKey(event: KeyboardEvent, send: () => void, leave: () => void): void {
  if (event.nativeEvent.isComposing) return;
  const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (!sends && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  if (sends) send();
  else leave();
}

interface DecideProps {
  readonly guard: Guard;
  readonly count: number;
  readonly onApprove: () => void;
  readonly onAsk: () => void;
  readonly onReject: () => void;
}

/** With notes on the plan the filled button is the one that sends them; no place changes. */
function Decide({ guard, count, onApprove, onAsk, onReject }: DecideProps) {
  const when = (run: () => void) => () => {
    if (guard.seen) run();
  };
  const off = { "aria-disabled": !guard.seen };
  return (
    <>
      <Button
        {...off}
        variant={count === 0 ? "primary" : "plain"}
        keys="Y"
        onClick={when(onApprove)}
      >
        Approve and implement
      </Button>
      <Button {...off} keys="A" onClick={when(onAsk)}>
        Approve, ask before edits
      </Button>
      <span className="grow" />
      <Button
        {...off}
        variant={count > 0 ? "primary" : "plain"}
        keys={count > 0 ? "$mod+Enter" : "N"}
        onClick={when(onReject)}
      >
        Request changes
        {count > 0 && <span className="num">{count}</span>}
      </Button>
    </>
  );
}

interface ParagraphProps {
  readonly raw: string;
  readonly note: string | null;
  readonly onNote: (text: string | null) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function Paragraph({ raw, note, onNote, onKeyDown }: ParagraphProps) {
  /** Not when an empty comment comes back with the draft: it must not take the focus then. */
  const added = useRef(false);
  return (
    <div className={cx("para", note !== null && "has")}>
      <Text raw={raw} />
      {note === null ? (
        <Button
          size="s"
          variant="ghost"
          icon="comment"
          className="addc"
          aria-label={`Comment on: ${raw.trim().slice(0, 80)}`}
          onClick={() => {
            added.current = true;
            onNote("");
          }}
        >
          Comment
        </Button>
      ) : (
        <div className="cm">
          <textarea
            className="field own"
            // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here
            autoFocus={added.current}
            rows={2}
            aria-label="Your comment"
            placeholder="Your comment, sent with “Request changes”"
            maxLength={20_000}
            value={note}
            onChange={(event) => onNote(event.target.value)}
            onKeyDown={onKeyDown}
          />
          <IconButton icon="x" size="s" label="Remove the comment" onClick={() => onNote(null)} />
        </div>
      )}
    </div>
  );
}

const Text = memo(function Text({ raw }: { readonly raw: string }) {
  return <Markdown text={raw} />;
});

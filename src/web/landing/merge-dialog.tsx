import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Landing, MergeWay } from "../../contract/landing.ts";
import { counted } from "../../domain/transcript-words.ts";
import { closeReview } from "../state/review-place.ts";
import { route } from "../state/route.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Segmented } from "../ui/segmented.tsx";
import type { After } from "../wire/landing-calls.ts";
import { mergeWork } from "./act.ts";
import { asMessage } from "./commit-dialog.tsx";
import { afterQuery, suggestionsQuery } from "./data.ts";
import { useWords, type Words } from "./drafts.ts";
import { InTheWay } from "./in-the-way.tsx";
import { AskButton, DialogFoot, MessageField, onSubmitKey, TroubleNote } from "./parts.tsx";
import type { StepProps } from "./step.ts";
import { type Trouble, useDoing } from "./use-doing.ts";
import { gatesOf } from "./words.ts";

const ways: readonly { readonly value: MergeWay; readonly label: string }[] = [
  { value: "squash", label: "Squash" },
  { value: "merge", label: "Merge commit" },
  { value: "fast-forward", label: "Fast-forward" },
];

/** Brings the branch into its base, and says what becomes of the task. */
export function MergeDialog(props: StepProps) {
  const { task, landing, onClose, toStep } = props;
  const base = landing.base?.branch ?? task.baseRef ?? "the base";
  const start = useRef<HTMLDivElement>(null);
  const suggestions = useQuery(suggestionsQuery(task.id));
  const preferred = useQuery(afterQuery).data ?? "keep";
  const [picked, setPicked] = useState<MergeWay | null>(null);
  const [then, setThen] = useState<After | null>(null);
  const how = picked ?? usualWay(landing);
  const after = then ?? preferred;
  const words = useWords(task.id, "merge", asMessage(suggestions.data?.merge));
  const doing = useDoing(task.id);
  const held = gatesOf(landing).filter(({ key }) => isHeld(landing, key));
  const message = words.text.trim();
  const worded = how !== "fast-forward";
  const open = held.length === 0 && landing.ways.length > 0;
  const blocked =
    !open || !landing.ways.includes(how)
      ? "Not yet."
      : worded && message === ""
        ? "It needs a message."
        : null;
  const submit = (): void => {
    if (blocked !== null) return;
    doing.run(async (key) => {
      const body = { how, after, ...(worded ? { message } : {}) };
      const done = await mergeWork(task, body, key);
      words.forget();
      onClose();
      // What is archived or deleted is no longer here to be read.
      const { task: shown, view } = route.getState();
      if (done.after !== "keep" && view === "review" && shown === task.id) closeReview();
    });
  };
  return (
    <Dialog
      title={`Merge into ${base}`}
      aside={<span className="t3 small num">{counted(landing.ahead, "commit")}</span>}
      initialFocus={start}
      onClose={onClose}
      className="land-sheet"
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the fields in it */}
      <div className="sheet-body" onKeyDown={onSubmitKey(submit)} ref={start} tabIndex={-1}>
        <InTheWay {...props} gates={held} />
        {open && (
          <HowAndThen
            {...{ landing, base, how, after, words }}
            waiting={suggestions.isPending}
            onHow={setPicked}
            onThen={setThen}
          />
        )}
        {held.length === 0 && !open && <p>{closedWords(landing, base)}</p>}
        {doing.trouble !== null && (
          <TroubleNote
            trouble={doing.trouble}
            kept="Your message is still here."
            {...(isConflict(doing.trouble)
              ? {
                  actions: (
                    <AskButton
                      task={task}
                      label="Ask the agent to resolve"
                      text={suggestions.data?.askToResolve ?? null}
                      what="to resolve the conflicts"
                      onAsked={onClose}
                    />
                  ),
                }
              : {})}
          />
        )}
      </div>
      <DialogFoot
        label={`Merge into ${base}`}
        doing={doing}
        working="Merging"
        blocked={blocked}
        submit={submit}
        onClose={onClose}
      >
        {landing.behind > 0 && held.length === 0 && (
          <button type="button" className="btn ghost" onClick={() => toStep("rebase")}>
            Rebase first
          </button>
        )}
      </DialogFoot>
    </Dialog>
  );
}

interface HowAndThenProps {
  readonly landing: Landing;
  readonly base: string;
  readonly how: MergeWay;
  readonly after: After;
  readonly words: Words;
  readonly waiting: boolean;
  readonly onHow: (how: MergeWay) => void;
  readonly onThen: (after: After) => void;
}

/** How it is merged, with which words, and what becomes of the task. */
function HowAndThen(props: HowAndThenProps) {
  const { landing, base, how, after, words, waiting, onHow, onThen } = props;
  return (
    <>
      <div className="pk">
        <span className="lbl">How</span>
        <Segmented<MergeWay>
          label="How it is merged"
          value={how}
          wide
          options={ways.map((way) => ({ ...way, blocked: whyNot(way.value, landing, base) }))}
          onChange={onHow}
        />
        <p className="small t3">{inWordsOf(how, landing, base)}</p>
      </div>
      {how !== "fast-forward" && <MessageField label="Message" words={words} waiting={waiting} />}
      <div className="pk">
        <span className="lbl">Afterwards</span>
        <Segmented<After>
          label="What becomes of the task"
          value={after}
          wide
          options={[
            { value: "keep", label: "Keep in Done" },
            { value: "archive", label: "Archive" },
            { value: "delete", label: "Delete" },
          ]}
          onChange={onThen}
        />
        <p className="small t3">{afterWords[after]}</p>
      </div>
    </>
  );
}

function closedWords({ landed }: Landing, base: string): string {
  return landed ? `${base} has all of it already.` : "There is nothing to merge yet.";
}

export function isConflict({ code }: Trouble): boolean {
  return code === "merge_conflict";
}

/** One commit for one task is what most want to read in a history later; fewer than two need none. */
function usualWay({ ways: open, ahead }: Landing): MergeWay {
  const wanted: MergeWay = ahead === 1 ? "fast-forward" : "squash";
  return open.includes(wanted) ? wanted : "squash";
}

function isHeld({ blockers }: Landing, key: string): boolean {
  return blockers.some(({ code, blocking }) => code === key && blocking);
}

function whyNot(way: MergeWay, { ways: open, behind }: Landing, base: string): string | null {
  if (open.includes(way) || open.length === 0) return null;
  return way === "fast-forward" && behind > 0
    ? `${base} has moved on: rebase first`
    : "Not possible as it stands";
}

function inWordsOf(how: MergeWay, { ahead, behind }: Landing, base: string): string {
  const all = ahead === 1 ? "its commit" : `all ${ahead} commits`;
  switch (how) {
    case "fast-forward":
      return `${base} moves to the end of the branch, with ${all} as they are.`;
    case "merge":
      return `${base} gets a commit that joins ${all} to ${counted(behind, "commit")} of its own.`;
    case "squash":
      return `${base} gets one commit with all of it.`;
  }
}

const afterWords: Readonly<Record<After, string>> = {
  keep: "The card goes to Done; worktree and branch stay.",
  archive: "The card leaves the board; worktree and branch stay.",
  delete: "Card, worktree and branch go. The trash keeps them for 30 days.",
};

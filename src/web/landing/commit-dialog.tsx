import { useQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import type { ChangedFile } from "../../contract/changes.ts";
import type { Landing } from "../../contract/landing.ts";
import { counted } from "../../domain/transcript-words.ts";
import { changesQuery } from "../state/changes.ts";
import { AddsDels } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import { Exact } from "../ui/text.tsx";
import { commitWork } from "./act.ts";
import { suggestionsQuery } from "./data.ts";
import { useWords, type Words } from "./drafts.ts";
import { HookRun } from "./hook-run.tsx";
import { AskButton, Check, DialogFoot, MessageField, onSubmitKey, TroubleNote } from "./parts.tsx";
import type { StepProps } from "./step.ts";
import { StopHooks } from "./stop-hooks.tsx";
import { troubleOfHooks, useDoing } from "./use-doing.ts";
import { hooksOf } from "./words.ts";

/** Makes a commit of what is in the worktree, or has the agent make them. */
export function CommitDialog({ task, landing, onClose }: StepProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const region = useRef<HTMLElement>(null);
  const hooking = hooksOf(landing);
  const suggestions = useQuery(suggestionsQuery(task.id));
  const changes = useQuery(changesQuery(task.id, { scope: "uncommitted" }));
  const suggested = suggestions.data?.commit;
  const words = useWords(task.id, "commit", asMessage(suggested));
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [hooks, setHooks] = useState(() => wantsHooks(landing));
  const doing = useDoing(task.id);
  const files = changes.data?.files ?? [];
  const chosen = files.filter(({ path }) => !left.has(path));
  const some = chosen.length < files.length;
  const message = words.text.trim();
  const blocked =
    landing.dirtyFiles === 0
      ? "Everything is committed."
      : files.length > 0 && chosen.length === 0
        ? "Pick at least one file."
        : message === ""
          ? "It needs a message."
          : null;

  const submit = (): void => {
    if (blocked !== null) return;
    doing.run(async (key) => {
      const body = {
        message,
        ...(some ? { paths: chosen.flatMap(pathsOf) } : {}),
        ...(hooks ? { hooks } : {}),
      };
      await commitWork(task, body, key);
      words.forget();
      onClose();
    });
  };
  useMade(landing, words, onClose);
  useFieldBack(hooking !== null, field);
  const flip = (path: string): void => {
    const next = new Set(left);
    if (!next.delete(path)) next.add(path);
    setLeft(next);
  };
  const shell = {
    title: "Commit",
    aside: <OnBranch branch={landing.branch} />,
    initialFocus: hooking === null ? field : region,
    onClose,
    className: "land-sheet",
  };
  if (hooking !== null) {
    return (
      <Dialog {...shell}>
        <div className="sheet-body">
          <HookRun hooks={hooking} region={region} />
        </div>
        <footer>
          <span className="t3 small cut grow">{words.own && "Your message is kept."}</span>
          <Button onClick={onClose}>Close</Button>
          <StopHooks task={task} hooks={hooking} />
        </footer>
      </Dialog>
    );
  }
  const trouble = doing.busy ? null : (doing.trouble ?? troubleOfHooks(landing.hookCommit ?? null));
  return (
    <Dialog {...shell}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the fields in it */}
      <div className="sheet-body" onKeyDown={onSubmitKey(submit)}>
        <MessageField
          label="Message"
          words={words}
          waiting={suggestions.isPending}
          field={field}
          rows={6}
        />
        {files.length > 0 && <Picked files={files} left={left} onFlip={flip} />}
        <Check
          checked={hooks}
          onChange={setHooks}
          hint="pre-commit, commit-msg and others are programs of the repository. They run only if you say so."
        >
          Run the repository’s hooks
        </Check>
        {trouble !== null && <TroubleNote trouble={trouble} kept="Your message is still here." />}
      </div>
      <DialogFoot
        label={some ? `Commit ${counted(chosen.length, "file")}` : "Commit"}
        doing={doing}
        working="Committing"
        blocked={blocked}
        submit={submit}
        onClose={onClose}
      >
        <AskButton
          task={task}
          label="Ask the agent to commit"
          text={suggestions.data?.askToCommit ?? null}
          what="to commit"
          onAsked={onClose}
          variant="ghost"
        />
      </DialogFoot>
    </Dialog>
  );
}

/** Whoever asked for hooks, and has no commit yet, is not to ask for them again. */
function wantsHooks({ hookCommit = null }: Landing): boolean {
  return hookCommit !== null && hookCommit.state !== "made";
}

/** The button that stopped the hooks is gone with them: the focus goes on to the message. */
function useFieldBack(hooking: boolean, field: RefObject<HTMLElement | null>): void {
  const before = useRef(hooking);
  useEffect(() => {
    if (before.current && !hooking) field.current?.focus();
    before.current = hooking;
  }, [hooking, field]);
}

/** The commit was made while this was open, perhaps asked for by another window: nothing is left to do. */
function useMade(landing: Landing, words: Words, onClose: () => void): void {
  const seen = useRef<string | null>(null);
  const { hookCommit = null } = landing;
  useEffect(() => {
    if (hooksOf(landing) !== null) seen.current = hookCommit?.id ?? null;
    if (hookCommit?.state !== "made" || seen.current !== hookCommit.id) return;
    seen.current = null;
    // Words that were typed here for another commit stay.
    if (words.text.trim().split("\n")[0] !== hookCommit.subject) return;
    words.forget();
    onClose();
  }, [landing, hookCommit, words, onClose]);
}

/** A suggestion as git takes it: its first line, an empty one, the rest. */
export function asMessage(words: { title: string; body: string } | undefined): string {
  if (words === undefined) return "";
  return words.body === "" ? words.title : `${words.title}\n\n${words.body}`;
}

/** A file that moved is committed at both of its places. */
function pathsOf({ path, oldPath, status }: ChangedFile): readonly string[] {
  return status === "renamed" && oldPath !== null ? [oldPath, path] : [path];
}

export function OnBranch({ branch }: { readonly branch: string | null }) {
  if (branch === null) return null;
  return (
    <span className="t3 small mono cut" title={branch}>
      {branch}
    </span>
  );
}

interface PickedProps {
  readonly files: readonly ChangedFile[];
  readonly left: ReadonlySet<string>;
  readonly onFlip: (path: string) => void;
}

function Picked({ files, left, onFlip }: PickedProps) {
  const count = files.length - left.size;
  return (
    <fieldset className="pk picked">
      <legend className="lbl">
        {left.size === 0
          ? counted(files.length, "file")
          : `${count} of ${counted(files.length, "file")}`}
      </legend>
      <ul>
        {files.map(({ path, additions, deletions }) => (
          <li key={path}>
            <label className={cx("check-row one", !left.has(path) && "on")}>
              <input
                type="checkbox"
                className="sr"
                checked={!left.has(path)}
                onChange={() => onFlip(path)}
              />
              <span className="box">
                <Icon name="check" />
              </span>
              <span className="mono small cut grow" title={path}>
                <Exact>{path}</Exact>
              </span>
              <AddsDels additions={additions} deletions={deletions} />
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

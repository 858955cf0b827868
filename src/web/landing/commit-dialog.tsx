import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { ChangedFile } from "../../contract/changes.ts";
import { counted } from "../../domain/transcript-words.ts";
import { changesQuery } from "../state/changes.ts";
import { AddsDels } from "../ui/bits.tsx";
import { cx } from "../ui/cx.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import { Exact } from "../ui/text.tsx";
import { commitWork } from "./act.ts";
import { suggestionsQuery } from "./data.ts";
import { useWords } from "./drafts.ts";
import { AskButton, Check, DialogFoot, MessageField, onSubmitKey, TroubleNote } from "./parts.tsx";
import type { StepProps } from "./step.ts";
import { useDoing } from "./use-doing.ts";

/** Makes a commit of what is in the worktree, or has the agent make them. */
export function CommitDialog({ task, landing, onClose }: StepProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const suggestions = useQuery(suggestionsQuery(task.id));
  const changes = useQuery(changesQuery(task.id, { scope: "uncommitted" }));
  const suggested = suggestions.data?.commit;
  const words = useWords(task.id, "commit", asMessage(suggested));
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [hooks, setHooks] = useState(false);
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
  const flip = (path: string): void => {
    const next = new Set(left);
    if (!next.delete(path)) next.add(path);
    setLeft(next);
  };
  return (
    <Dialog
      title="Commit"
      aside={<OnBranch branch={landing.branch} />}
      initialFocus={field}
      onClose={onClose}
      className="land-sheet"
    >
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
        {doing.trouble !== null && (
          <TroubleNote trouble={doing.trouble} kept="Your message is still here." />
        )}
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

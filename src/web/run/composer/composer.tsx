import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { ulid } from "ulid";
import type { Task } from "../../../contract/task.ts";
import { isActive, later, startTask } from "../../state/actions.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Icon } from "../../ui/icons.tsx";
import { announce } from "../../ui/live-region.tsx";
import { inWords } from "../../ui/report.ts";
import { keepDraft, readDraft } from "./drafts.ts";
import { Queue } from "./queue.tsx";
import { sendMessage } from "./send.ts";

export interface ComposerProps {
  readonly task: Task;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onSent: () => void;
}

interface Trouble {
  readonly text: string;
  readonly hint: string | null;
}

/** Where the person speaks to the agent. It is always there, and never loses a word. */
export function Composer({ task, field, onSent }: ComposerProps) {
  const [text, setText] = useState(() => readDraft(task.id));
  const [sending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  /** One key per message: pressing twice, or again after a lost answer, sends it once. */
  const key = useRef(ulid());
  useGrowing(field, text);

  const change = (next: string): void => {
    setText(next);
    keepDraft(task.id, next);
  };
  const send = async (): Promise<void> => {
    const message = text.trim();
    if (message === "" || sending) return;
    setSending(true);
    setTrouble(null);
    try {
      const sent = await sendMessage(task, message, key.current, () => {
        key.current = ulid();
        later(send());
      });
      if (sent === "trust") return;
      key.current = ulid();
      change("");
      announce(sent === "queued" ? "Queued" : "Sent");
      onSent();
    } catch (error) {
      setTrouble(inWords(error));
      key.current = ulid();
    } finally {
      setSending(false);
      field.current?.focus();
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    later(send());
  };
  const active = isActive(task);
  return (
    <div className="composer">
      <Queue task={task} />
      {trouble !== null && <Problem trouble={trouble} onClose={() => setTrouble(null)} />}
      <textarea
        ref={field}
        className="ta"
        rows={1}
        aria-label={labelOf(task)}
        placeholder={labelOf(task)}
        value={text}
        readOnly={sending}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="row">
        <span className="small t3 cut grow">{hintOf(task, text)}</span>
        <Next task={task} empty={text.trim() === ""} />
        <IconButton
          icon="send"
          size="s"
          label={active ? "Queue" : "Send"}
          keys="Enter"
          className={cx("primary")}
          variant="plain"
          disabled={text.trim() === "" || sending}
          aria-busy={sending || undefined}
          onClick={() => later(send())}
        />
      </div>
    </div>
  );
}

/** The plain next step, when there is one that needs no words. */
function Next({ task, empty }: { readonly task: Task; readonly empty: boolean }) {
  if (isActive(task) || !empty) return null;
  if (task.runId === null) {
    return (
      <Button size="s" variant="primary" icon="play" onClick={() => later(startTask(task.id))}>
        Start
      </Button>
    );
  }
  if (task.failure === null) return null;
  return (
    <Button size="s" icon="refresh" onClick={() => later(startTask(task.id))}>
      {task.runStatus === "failed" ? "Retry" : "Start again"}
    </Button>
  );
}

function Problem(props: { readonly trouble: Trouble; readonly onClose: () => void }) {
  const { trouble, onClose } = props;
  return (
    <div className="fault" role="alert">
      <Icon name="st-failed" size={14} />
      <span className="grow">
        {trouble.text}
        {trouble.hint !== null && <span className="t2"> {trouble.hint}</span>}
        <span className="t3"> Your message is still here.</span>
      </span>
      <IconButton icon="x" size="s" label="Dismiss" onClick={onClose} />
    </div>
  );
}

function labelOf(task: Task): string {
  if (task.runId === null) return "Start with other words than the prompt";
  return isActive(task) ? "Follow up; it waits until the agent is idle" : "Follow up";
}

function hintOf(task: Task, text: string): string {
  if (text === "") return "";
  return isActive(task)
    ? "Enter queues it. Shift Enter begins a new line."
    : "Enter sends it. Shift Enter begins a new line.";
}

const tallest = 240;

/** The field is as tall as its text, up to a limit. */
function useGrowing(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(tallest, element.scrollHeight)}px`;
  }, [field, text]);
}

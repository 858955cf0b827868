import "./composer.css";
import { type KeyboardEvent, memo, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { ulid } from "ulid";
import type { Run } from "../../../contract/run.ts";
import type { Task } from "../../../contract/task.ts";
import { isActive, later, startTask } from "../../state/actions.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Icon } from "../../ui/icons.tsx";
import { announce } from "../../ui/live-region.tsx";
import { inWords } from "../../ui/report.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { keepDraft, readDraft } from "./drafts.ts";
import { Queue } from "./queue.tsx";
import { whyQueued } from "./queue-actions.ts";
import { type Delivery, sendMessage } from "./send.ts";

export interface ComposerProps {
  readonly task: Task;
  /** Its latest run, and whether that is the only one. */
  readonly run: Run | null;
  readonly first: boolean;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onSent: () => void;
}

interface Trouble {
  readonly text: string;
  readonly hint: string | null;
}

/** Where the person speaks to the agent. It is always there, and never loses a word. */
export const Composer = memo(function Composer(props: ComposerProps) {
  const { task, run, first, field, onSent } = props;
  const [text, setText] = useState(() => readDraft(task.id));
  const [sending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [wish, setWish] = useState<Delivery>("queue");
  const [told, setTold] = useState<string | null>(null);
  const active = isActive(task);
  const delivery = active ? wish : "queue";
  /** One key per message: pressing twice, or again after a lost answer, sends it once. */
  const key = useRef(ulid());
  useGrowing(field, text);

  const change = (next: string): void => {
    setText(next);
    keepDraft(task.id, next);
  };
  const send = async (words = text): Promise<void> => {
    const message = words.trim();
    if (message === "" || sending) return;
    setSending(true);
    setTrouble(null);
    setTold(null);
    try {
      const sent = await sendMessage(task, message, key.current, delivery, () => {
        key.current = ulid();
        later(send(words));
      });
      if (sent === "trust") return;
      key.current = ulid();
      change("");
      if (sent === "kept") setTold(whyQueued(task));
      announce(sent === "kept" ? whyQueued(task) : sent === "queued" ? "Queued" : "Sent");
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
  return (
    <div className="composer">
      <Queue task={task} />
      {told !== null && active && (
        <p className="told small s-blocked">
          <Icon name="clock" size={14} />
          <span className="grow">{told}</span>
          <IconButton icon="x" size="s" label="Dismiss" onClick={() => setTold(null)} />
        </p>
      )}
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
        <span className="small t3 cut grow">{hintOf(task, text, delivery)}</span>
        {!active && text.trim() === "" && (
          <Next
            task={task}
            again={first ? null : (run?.prompt ?? null)}
            onAgain={(words) => later(send(words))}
          />
        )}
        {active && <DeliverySwitch value={wish} onChange={setWish} />}
        <IconButton
          icon="send"
          size="s"
          label={active ? (wish === "steer" ? "Steer" : "Queue") : "Send"}
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
});

/** Whether a message waits for the end of the turn or is said into it. */
function DeliverySwitch(props: {
  readonly value: Delivery;
  readonly onChange: (value: Delivery) => void;
}) {
  return (
    <Segmented
      label="Delivery"
      value={props.value}
      options={[
        { value: "queue", label: "Queue" },
        { value: "steer", label: "Steer" },
      ]}
      onChange={props.onChange}
    />
  );
}

/** The plain next step after a run that did not succeed; it needs no words. */
function Next(props: {
  readonly task: Task;
  readonly again: string | null;
  readonly onAgain: (text: string) => void;
}) {
  const { task, again, onAgain } = props;
  if (task.runId === null || task.failure === null) return null;
  const redo = (): void => {
    if (again === null) later(startTask(task.id));
    else onAgain(again);
  };
  return (
    <Button size="s" icon="refresh" onClick={redo}>
      {task.runStatus === "cancelled" ? "Start again" : "Retry"}
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

function hintOf(task: Task, text: string, delivery: Delivery): string {
  if (text === "") return "";
  if (delivery === "steer") return "Enter says it into this turn. Shift Enter begins a new line.";
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

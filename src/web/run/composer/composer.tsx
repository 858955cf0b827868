import "./composer.css";
import { type KeyboardEvent, memo, type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { Run } from "../../../contract/run.ts";
import type { Task } from "../../../contract/task.ts";
import { type AttachedFile, seeAttached } from "../../attach/attached-file.ts";
import { Attachments } from "../../attach/attachments.tsx";
import { useAttach } from "../../attach/use-attach.ts";
import { CompletingField } from "../../complete/completing-field.tsx";
import { isActive, later, startTask } from "../../state/actions.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { type NamedKey, useNamedKeys } from "../../ui/hotkeys.ts";
import { Icon } from "../../ui/icons.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { keepDraft, keepFiles, readDraft, readFiles } from "./drafts.ts";
import { below, without } from "./edits.ts";
import { OnItsWay } from "./on-its-way.tsx";
import { type Draft, goingFrom } from "./outbox.ts";
import { Queue } from "./queue.tsx";
import type { Delivery } from "./send.ts";
import { type Trouble, useSending } from "./use-sending.ts";

export interface ComposerProps {
  readonly task: Task;
  /** Its latest run, and whether that is the only one. */
  readonly run: Run | null;
  readonly first: boolean;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onSent: () => void;
}

/** Keys of the field; `onKeyDown` and the list that completes are what they do. */
const fieldKeys: readonly NamedKey[] = [
  { id: "run.send", label: "Send the message", keys: ["Enter"] },
  { id: "run.line", label: "Begin a new line", keys: ["Shift+Enter"] },
  { id: "run.name", label: "Name a file, or use a command", keys: ["@", "/"] },
];

/** Where the person speaks to the agent. It is always there, and never loses a word. */
export const Composer = memo(function Composer(props: ComposerProps) {
  const { task, run, first, field, onSent } = props;
  /** The words that are being sent; what is typed meanwhile is kept behind them. */
  const onItsWay = useRef(goingFrom(task.id)?.draft ?? null);
  const [text, setText] = useState(() => {
    const kept = readDraft(task.id);
    return onItsWay.current === null ? kept : without(kept, onItsWay.current.text);
  });
  const [files, setFiles] = useState(() => notIn(onItsWay.current?.files, readFiles(task.id)));
  const [wish, setWish] = useState<Delivery>("queue");
  const active = isActive(task);
  const delivery = active ? wish : "queue";
  useGrowing(field, text);
  useNamedKeys(fieldKeys);

  const latest = useRef(text);
  const latestFiles = useRef(files);
  const keep = (): void => {
    const way = onItsWay.current;
    const rest = latest.current;
    keepDraft(task.id, way === null ? rest : below(way.text, rest === "" ? [] : [rest]));
    keepFiles(task.id, [...(way?.files ?? []), ...latestFiles.current]);
  };
  const change = (next: string): void => {
    latest.current = next;
    setText(next);
    keep();
  };
  /** What was typed into a waiting message that has gone. */
  const takeIn = (words: readonly string[]): void => {
    change(below(latest.current, words));
    // The field that was written in is gone; nobody else's focus is taken.
    if (document.activeElement === document.body) field.current?.focus();
  };
  const changeFiles = (next: readonly AttachedFile[]): void => {
    latestFiles.current = next;
    setFiles(next);
    keep();
  };
  const way = {
    leave(draft: Draft): void {
      onItsWay.current = draft;
      change(without(latest.current, draft.text));
      changeFiles(notIn(draft.files, latestFiles.current));
    },
    arrive(): void {
      onItsWay.current = null;
      keep();
      onSent();
    },
    comeBack(draft: Draft): void {
      onItsWay.current = null;
      const rest = latest.current;
      change(rest === "" ? draft.text : below(draft.text, [rest]));
      changeFiles([...draft.files, ...latestFiles.current]);
    },
  };
  const { sending, trouble, setTrouble, told, setTold, send } = useSending(props, way);
  const attach = useAttach({ files, change: changeFiles, fail: setTrouble });
  const message = { text, files, delivery };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send(message);
  };
  return (
    <div className={cx("composer", attach.over && "drop-here")} {...attach.handlers}>
      <Queue task={task} onWords={takeIn} />
      {told !== null && active && (
        <p className="told small s-blocked">
          <Icon name="clock" size={14} />
          <span className="grow">{told}</span>
          <IconButton icon="x" size="s" label="Dismiss" onClick={() => setTold(null)} />
        </p>
      )}
      {sending !== null && <OnItsWay text={sending.text} />}
      {trouble !== null && <Problem trouble={trouble} onClose={() => setTrouble(null)} />}
      <CompletingField
        field={field}
        className="ta"
        rows={1}
        aria-label={labelOf(task)}
        placeholder={files.length === 0 ? labelOf(task) : seeAttached(files)}
        value={text}
        place={{ agent: task.agent, workdir: task.workdir, taskId: task.id }}
        onChange={change}
        onKeyDown={onKeyDown}
      />
      <Attachments files={files} coming={attach.coming} onRemove={attach.remove} />
      <div className="row">
        <IconButton icon="clip" size="s" label="Attach a file" onClick={attach.choose} />
        <input ref={attach.input} type="file" multiple hidden onChange={attach.chosen} />
        <span className="small t3 cut grow">
          {hintOf(task, text + seeAttached(files), delivery)}
        </span>
        {!active && text.trim() === "" && files.length === 0 && (
          <Next
            task={task}
            again={first ? null : (run?.prompt ?? null)}
            onAgain={(words) => send({ ...message, text: words })}
          />
        )}
        {active && <DeliverySwitch value={wish} onChange={setWish} />}
        <IconButton
          icon="send"
          size="s"
          label={active ? (wish === "steer" ? "Steer" : "Queue") : "Send"}
          keys="Enter"
          className="primary"
          variant="plain"
          disabled={(text.trim() === "" && files.length === 0) || sending !== null}
          aria-busy={sending !== null || undefined}
          onClick={() => send(message)}
        />
      </div>
    </div>
  );
});

function notIn(
  gone: readonly AttachedFile[] | undefined,
  files: readonly AttachedFile[],
): readonly AttachedFile[] {
  return gone === undefined ? files : files.filter(({ id }) => gone.every((one) => one.id !== id));
}

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

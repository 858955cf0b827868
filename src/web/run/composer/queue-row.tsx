import { type KeyboardEvent, useRef } from "react";
import { flushSync } from "react-dom";
import type { QueuedMessage } from "../../../contract/task.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { type NamedKey, useNamedKeys } from "../../ui/hotkeys.ts";
import { Icon } from "../../ui/icons.tsx";
import type { Edit } from "./edits.ts";
import { useHold } from "./holds.ts";
import type { QueueActions } from "./queue-actions.ts";

export interface QueueRowProps {
  readonly message: QueuedMessage;
  readonly index: number;
  readonly count: number;
  /** Whether there is a turn it could be said into. */
  readonly steerable: boolean;
  readonly actions: QueueActions;
  /** Its words as the person is changing them; null while nobody does. */
  readonly edit: Edit | null;
  readonly onEdit: (edit: Edit | null) => void;
  readonly onDrag: () => void;
  /** Another one was let go here. */
  readonly onDrop: () => void;
}

/** Keys of a waiting message with the focus. */
const rowKeys: readonly NamedKey[] = [
  { id: "run.reorder", label: "Move a waiting message", keys: ["Alt+ArrowUp", "Alt+ArrowDown"] },
];

/** One message that waits: its words can be changed, and its place by Alt and the arrows. */
export function QueueRow(props: QueueRowProps) {
  const { message, index, count, steerable, actions, edit, onEdit, onDrag, onDrop } = props;
  /** Not when an edit comes back after a reload: it must not take the focus then. */
  const asked = useRef(false);
  const words = useRef<HTMLButtonElement>(null);
  useNamedKeys(rowKeys);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!event.altKey || step === 0) return;
    event.preventDefault();
    const to = index + step;
    if (to >= 0 && to < count) actions.move(message, to);
  };
  const close = (): void => {
    flushSync(() => onEdit(null));
    words.current?.focus();
  };
  const begin = (): void => {
    asked.current = true;
    onEdit({ was: message.text, text: message.text });
  };
  if (edit !== null) {
    const save = (): void => {
      const text = edit.text.trim();
      // What cannot be saved is given back: the message may have gone in this moment.
      const back = (): void => onEdit({ was: message.text, text });
      if (text !== "" && text !== message.text) actions.edit(message, text, back);
      // Only now: the end of the edit lets the message go.
      close();
    };
    return (
      <Editing
        message={message}
        text={edit.text}
        focused={asked.current}
        onText={(text) => onEdit({ ...edit, text })}
        onSave={save}
        onLeave={close}
      />
    );
  }
  return (
    <li
      draggable
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        onDrag();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        onDrop();
      }}
      onKeyDown={onKeyDown}
    >
      <Icon name="grip" size={14} className="grip" />
      <span className="n">{index + 1}</span>
      <button
        ref={words}
        type="button"
        className="cut grow words"
        title="Edit. Alt and the arrow keys move it."
        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
        onClick={begin}
      >
        {message.text}
      </button>
      {message.edited === true && <span className="small t3 nb">being edited</span>}
      <span className="r">
        {steerable && message.edited !== true && (
          <Button size="s" variant="ghost" onClick={() => actions.steer(message)}>
            Steer now
          </Button>
        )}
        <IconButton icon="t-edit" size="s" label="Edit the message" onClick={begin} />
        <IconButton
          icon="x"
          size="s"
          label="Remove from the queue"
          onClick={() => actions.remove(message)}
        />
      </span>
    </li>
  );
}

interface EditingProps {
  readonly message: QueuedMessage;
  readonly text: string;
  readonly focused: boolean;
  readonly onText: (text: string) => void;
  readonly onSave: () => void;
  readonly onLeave: () => void;
}

function Editing({ message, text, focused, onText, onSave, onLeave }: EditingProps) {
  useHold(message.taskId, message.id);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.shiftKey) return;
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") onSave();
    else onLeave();
  };
  return (
    <li className="is-edit">
      <textarea
        className="field"
        // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here
        autoFocus={focused}
        rows={Math.min(6, text.split("\n").length)}
        aria-label="Queued message"
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button size="s" disabled={text.trim() === ""} onClick={onSave}>
        Save
      </Button>
      <IconButton icon="x" size="s" label="Leave it as it was" onClick={onLeave} />
    </li>
  );
}

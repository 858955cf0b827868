import { type KeyboardEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { QueuedMessage } from "../../../contract/task.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import type { QueueActions } from "./queue-actions.ts";

export interface QueueRowProps {
  readonly message: QueuedMessage;
  readonly index: number;
  readonly count: number;
  /** Whether there is a turn it could be said into. */
  readonly steerable: boolean;
  readonly actions: QueueActions;
  readonly onDrag: () => void;
  /** Another one was let go here. */
  readonly onDrop: () => void;
}

/** One message that waits: its words can be changed, and its place by Alt and the arrows. */
export function QueueRow(props: QueueRowProps) {
  const { message, index, count, steerable, actions, onDrag, onDrop } = props;
  const [editing, setEditing] = useState<string | null>(null);
  const words = useRef<HTMLButtonElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!event.altKey || step === 0) return;
    event.preventDefault();
    const to = index + step;
    if (to >= 0 && to < count) actions.move(message, to);
  };
  const close = (): void => {
    flushSync(() => setEditing(null));
    words.current?.focus();
  };
  if (editing !== null) {
    const save = (): void => {
      const text = editing.trim();
      if (text !== "" && text !== message.text) actions.edit(message, text);
      close();
    };
    return <Editing text={editing} onText={setEditing} onSave={save} onLeave={close} />;
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
        onClick={() => setEditing(message.text)}
      >
        {message.text}
      </button>
      <span className="r">
        {steerable && (
          <Button size="s" variant="ghost" onClick={() => actions.steer(message)}>
            Steer now
          </Button>
        )}
        <IconButton
          icon="t-edit"
          size="s"
          label="Edit the message"
          onClick={() => setEditing(message.text)}
        />
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
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSave: () => void;
  readonly onLeave: () => void;
}

function Editing({ text, onText, onSave, onLeave }: EditingProps) {
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
        autoFocus
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

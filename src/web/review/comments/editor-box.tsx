import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { later } from "../../state/actions.ts";
import { Button } from "../../ui/button.tsx";
import { type NamedKey, useNamedKeys } from "../../ui/hotkeys.ts";
import { Icon } from "../../ui/icons.tsx";
import { useFacts } from "../data/context.ts";
import { useReaderStore, useWish } from "../data/reader.ts";
import { rangeWords } from "../rows/cursor.ts";
import { closeEditor, saveEditor } from "./act.ts";
import { type Editor, typed } from "./drafts.ts";

const tallest = 320;

export interface EditorBoxProps {
  readonly editor: Editor;
  /** Where the focus goes when the field is done with. */
  readonly leave: () => void;
}

/** Keys of the field, in words. */
const editorKeys: readonly NamedKey[] = [
  { id: "lines.keep", label: "Keep the comment, from its field", keys: ["$mod+Enter"] },
];

/** A field for a comment. Every letter is kept in this tab until the server has the comment. */
export function EditorBox({ editor, leave }: EditorBoxProps) {
  const { task } = useFacts();
  const store = useReaderStore();
  const field = useRef<HTMLTextAreaElement>(null);
  const [busy, setBusy] = useState(false);
  const { id, text, path, range, commentId } = editor;
  useWish(id, () => field.current?.focus({ preventScroll: true }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(tallest, element.scrollHeight)}px`;
  }, [text]);

  const add = (): void => {
    if (busy || text.trim() === "") return;
    setBusy(true);
    later(
      saveEditor(task, store, id)
        .then((saved) => (saved ? leave() : field.current?.focus()))
        .finally(() => setBusy(false)),
    );
  };
  useNamedKeys(editorKeys);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      add();
    } else if (event.key === "Escape") {
      event.preventDefault();
      // What is written stays; only an empty field is put away.
      if (text.trim() === "") closeEditor(store, id);
      leave();
    }
  };
  const where =
    range === null ? (path === null ? "on the whole" : "on the file") : rangeWords(range);
  const name = path === null ? "" : `${path.slice(path.lastIndexOf("/") + 1)}, `;
  return (
    <div className="say draft typing" data-editor={id}>
      <div className="by">
        <Icon name="t-edit" size={14} className="s-ready" />
        <b>{commentId === null ? "Draft" : "Changing a draft"}</b>
        <span className="t3">{where}</span>
      </div>
      <textarea
        ref={field}
        className="ta"
        rows={1}
        aria-label={`Comment, ${name}${where}`}
        placeholder="What should be different?"
        value={text}
        readOnly={busy}
        onChange={(event) => {
          const next = event.target.value;
          store.setState(({ editors }) => ({ editors: typed(editors, id, next) }));
        }}
        onKeyDown={onKeyDown}
        onFocus={() => store.setState({ typing: path })}
        onBlur={() => store.setState({ typing: null })}
      />
      <div className="acts">
        <span className="t3 small cut grow">Sent with the review, as one message</span>
        <Button
          variant="ghost"
          size="s"
          onClick={() => {
            closeEditor(store, id);
            leave();
          }}
        >
          {commentId === null ? "Discard" : "Cancel"}
        </Button>
        <Button size="s" keys="$mod+Enter" busy={busy} disabled={text.trim() === ""} onClick={add}>
          {commentId === null ? "Add to review" : "Save"}
        </Button>
      </div>
    </div>
  );
}

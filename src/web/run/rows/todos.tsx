import type { TodoItem } from "../../../contract/event.ts";
import type { TodoChanges } from "../../../domain/transcript.ts";
import { cx } from "../../ui/cx.ts";
import { StateGlyph, type StateName } from "../../ui/state-glyph.tsx";

const looks: Readonly<Record<TodoItem["status"], { state: StateName; word: string }>> = {
  pending: { state: "backlog", word: "to do" },
  in_progress: { state: "running", word: "in work" },
  completed: { state: "done", word: "done" },
};

export interface TodoListProps {
  readonly todos: readonly TodoItem[];
  /** What is new in this list is marked with a word. */
  readonly changes: TodoChanges | null;
  /** An old list: nothing in it turns. */
  readonly still?: boolean;
}

export function TodoList({ todos, changes, still = true }: TodoListProps) {
  return (
    <ul className="todos">
      {todos.map((todo, index) => {
        const { state, word } = looks[todo.status];
        const news = newsOf(todo.text, changes);
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: two steps may have the same words
            key={index}
            className={cx(
              todo.status === "completed" && "d",
              todo.status === "in_progress" && "medium",
            )}
          >
            <StateGlyph state={state} size={14} still={still} />
            <span>{todo.text}</span>
            <span className="sr">{word}</span>
            {news !== null && <span className="chip">{news}</span>}
          </li>
        );
      })}
      {changes?.removed.map((text) => (
        <li key={`removed ${text}`} className="d gone">
          <StateGlyph state="stopped" size={14} />
          <span>{text}</span>
          <span className="chip">dropped</span>
        </li>
      ))}
    </ul>
  );
}

function newsOf(text: string, changes: TodoChanges | null): string | null {
  if (changes === null) return null;
  if (changes.added.includes(text)) return "new";
  if (changes.finished.includes(text)) return "just done";
  return changes.started.includes(text) ? "just started" : null;
}

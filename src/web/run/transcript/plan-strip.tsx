import { useState } from "react";
import type { TodosItem } from "../../../domain/transcript.ts";
import { Icon } from "../../ui/icons.tsx";
import { TodoList } from "../rows/todos.tsx";

/** Where the agent stands in its plan; it stays in view while the transcript scrolls. */
export function PlanStrip({ item, live }: { readonly item: TodosItem; readonly live: boolean }) {
  const [open, setOpen] = useState(false);
  const { todos } = item;
  if (todos.length === 0) return null;
  const done = todos.filter((todo) => todo.status === "completed").length;
  const now = todos.find((todo) => todo.status === "in_progress");
  const words =
    now?.text ?? (done === todos.length ? "Every step is done" : `${todos.length - done} left`);
  return (
    <div className="strip">
      <button type="button" className="plan" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="steps" aria-hidden="true">
          {todos.slice(0, 24).map((todo, index) => (
            <i
              // biome-ignore lint/suspicious/noArrayIndexKey: a step is named by its place
              key={index}
              className={
                todo.status === "completed" ? "d" : todo.status === "in_progress" ? "n" : ""
              }
            />
          ))}
        </span>
        <span className="num">{`${done} of ${todos.length}`}</span>
        <b className="cut grow">{words}</b>
        <Icon name={open ? "chev-ud" : "chev-d"} size={14} />
      </button>
      {open && <TodoList todos={todos} changes={null} still={!live} />}
    </div>
  );
}

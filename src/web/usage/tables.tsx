import type { ReactNode } from "react";
import type { UsageTask } from "../../contract/usage.ts";
import { useBoard } from "../state/board.ts";
import { go } from "../state/route.ts";
import { useAgentName } from "../ui/agents.tsx";
import { Ago } from "../ui/time.tsx";
import { type Bar, type Sum, sumOf } from "./sums.ts";
import { dayName, dollars, tokens } from "./words.ts";

interface SheetProps {
  readonly title: string;
  /** What a row is about. */
  readonly head: ReactNode;
  readonly children: ReactNode;
}

function Sheet({ title, head, children }: SheetProps) {
  return (
    <section className="block used">
      <h2>{title}</h2>
      <div className="used-scroll">
        <table>
          <caption className="sr">{title}</caption>
          <thead>
            <tr>
              {head}
              <th scope="col">Runs</th>
              <th scope="col">In</th>
              <th scope="col">Out</th>
              <th scope="col">From cache</th>
              <th scope="col">Cost</th>
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  );
}

function Numbers({ sum }: { readonly sum: Sum }) {
  return (
    <>
      <td>{sum.runs}</td>
      <td>{tokens(sum.read)}</td>
      <td>{tokens(sum.written)}</td>
      <td>{tokens(sum.cached)}</td>
      <td>
        {dollars(sum.cost)}
        {sum.cost === null && <span className="sr">not told</span>}
      </td>
    </>
  );
}

/** The chart in numbers: days on which anything was used, the newest first. */
export function DayTable({ bars }: { readonly bars: readonly Bar[] }) {
  const used = bars.filter(({ sum }) => sum.runs > 0).toReversed();
  return (
    <Sheet title="By day" head={<th scope="col">Day</th>}>
      {used.map(({ day, sum }) => (
        <tr key={day}>
          <th scope="row">{dayName(day)}</th>
          <Numbers sum={sum} />
        </tr>
      ))}
    </Sheet>
  );
}

/** The tasks that used most. */
export function TaskTable({ tasks }: { readonly tasks: readonly UsageTask[] }) {
  const head = (
    <>
      <th scope="col">Task</th>
      <th scope="col" className="left">
        Account
      </th>
      <th scope="col">Last run</th>
    </>
  );
  return (
    <Sheet title="By task" head={head}>
      {tasks.map((task) => (
        <TaskRow key={`${task.taskId} ${task.harnessId}`} task={task} />
      ))}
    </Sheet>
  );
}

function TaskRow({ task }: { readonly task: UsageTask }) {
  const here = useBoard((state) => state.tasks.has(task.taskId));
  const account = useAgentName(task.harnessId);
  return (
    <tr>
      <th scope="row" className="used-task">
        {here ? (
          <button
            type="button"
            className="link cut"
            onClick={() => go({ view: null, task: task.taskId, tab: null })}
          >
            <bdi>{task.title}</bdi>
          </button>
        ) : (
          <bdi className="cut t2" title="No longer on the board">
            {task.title}
          </bdi>
        )}
      </th>
      <td className="left t2">{account}</td>
      <td className="t2">
        <Ago at={task.lastAt} />
      </td>
      <Numbers sum={sumOf([task])} />
    </tr>
  );
}

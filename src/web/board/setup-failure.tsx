import type { Task } from "../../contract/task.ts";
import { openSetup } from "../setup/setup-state.ts";
import { later, startTask } from "../state/actions.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Exact } from "../ui/text.tsx";

/** What a failed set-up said, apart: a sentence, and the last lines of its output. */
export function splitFailure(message: string): { readonly text: string; readonly said: string } {
  const end = message.indexOf("\n");
  if (end === -1) return { text: message, said: "" };
  return { text: message.slice(0, end), said: message.slice(end + 1) };
}

export interface SetupChoicesProps {
  readonly task: Task;
  readonly tabIndex?: number;
}

/** The ways on from a failed set-up. */
export function SetupChoices({ task, tabIndex = 0 }: SetupChoicesProps) {
  return (
    <div className="acts">
      <Button
        size="s"
        variant="primary"
        tabIndex={tabIndex}
        onClick={() => later(startTask(task.id))}
      >
        Start again
      </Button>
      <Button size="s" tabIndex={tabIndex} onClick={() => later(startTask(task.id, "skip"))}>
        Skip set-up
      </Button>
      <IconButton
        icon="gear"
        size="s"
        variant="plain"
        label="Change the set-up"
        tabIndex={tabIndex}
        onClick={() => openSetup(task.workdir)}
      />
    </div>
  );
}

/** On the card of a task whose set-up failed. */
export function SetupFailure({ task, tabIndex = 0 }: SetupChoicesProps) {
  const { text, said } = splitFailure(task.failure?.message ?? "");
  return (
    <div className="askcard">
      <p className="note clamp3">{text}</p>
      {said !== "" && (
        <pre className="said-last">
          <Exact>{said}</Exact>
        </pre>
      )}
      <SetupChoices task={task} tabIndex={tabIndex} />
    </div>
  );
}

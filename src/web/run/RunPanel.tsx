import { useTask } from "../state/board.ts";
import { IconButton } from "../ui/button.tsx";

export interface RunPanelProps {
  readonly taskId: string;
  readonly onClose: () => void;
}

/** One task beside the board. */
export default function RunPanel({ taskId, onClose }: RunPanelProps) {
  const task = useTask(taskId);
  return (
    <section className="panel" aria-label={task?.title ?? "Task"}>
      <div className="hd">
        <div className="r1">
          <h1 className="cut grow">{task?.title ?? "This task is not on the board"}</h1>
          <IconButton icon="x" label="Close" keys="Escape" onClick={onClose} />
        </div>
        {task !== null && (
          <div className="r2">
            {task.column} · {task.agent} · {task.workdir}
          </div>
        )}
      </div>
    </section>
  );
}

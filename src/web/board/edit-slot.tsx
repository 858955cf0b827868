import { part } from "../ui/part.tsx";
import { useEditing } from "./edit-state.ts";

const EditTask = part(() => import("./edit-task.tsx"));

/** Where a task is renamed, or changed before it starts. */
export function EditSlot() {
  const taskId = useEditing();
  return taskId === null ? null : <EditTask key={taskId} taskId={taskId} />;
}

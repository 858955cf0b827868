import type { Task } from "../../contract/task.ts";
import type { Frame } from "../wire/frames.ts";
import type { Tasks } from "./order.ts";

/** What a person wants to hear of while looking elsewhere. */
export interface News {
  readonly kind: "needs-you" | "review" | "failed";
  readonly task: Task;
}

/** What a batch of the stream changed for the person; moves by hand are no news. */
export function newsOf(before: Tasks, after: Tasks, frames: readonly Frame[]): readonly News[] {
  const ids = new Set<string>();
  for (const frame of frames) {
    if (frame.type === "task.upserted" && frame.taskId !== null) ids.add(frame.taskId);
  }
  return [...ids].flatMap((id) => {
    const [was, is] = [before.get(id), after.get(id)];
    return was === undefined || is === undefined ? [] : newsOfTask(was, is);
  });
}

function newsOfTask(was: Task, is: Task): readonly News[] {
  const wasWorking = was.phase !== null && was.phase.kind !== "ended";
  if (is.phase?.kind === "blocked" && was.phase?.kind !== "blocked") {
    return [{ kind: "needs-you", task: is }];
  }
  if (!wasWorking || is.phase?.kind !== "ended") return [];
  switch (is.phase.outcome.kind) {
    case "succeeded":
      return [{ kind: "review", task: is }];
    case "failed":
    case "orphaned":
      return [{ kind: "failed", task: is }];
    case "cancelled":
      return [];
  }
}

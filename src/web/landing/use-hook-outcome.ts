import { useEffect, useRef } from "react";
import type { HookCommit, Landing } from "../../contract/landing.ts";
import type { Task } from "../../contract/task.ts";
import { refreshChanges } from "../state/changes.ts";
import { toast } from "../ui/toast.ts";
import { isCommitting, tellCommitted } from "./act.ts";
import type { Steps } from "./use-steps.ts";
import { hooksOf } from "./words.ts";

/**
 * Tells how a commit came out whose hooks were seen to run in this window, however it was begun: by
 * another window, or by this one before it was loaded again. An open dialog shows a refusal itself.
 */
export function useHookOutcome(task: Task, landing: Landing | undefined, steps: Steps): void {
  const seen = useRef<{ readonly id: string; readonly own: boolean } | null>(null);
  const going = hooksOf(landing);
  const last = landing?.hookCommit ?? null;
  useEffect(() => {
    if (going !== null) {
      if (seen.current?.id !== going.id) {
        seen.current = { id: going.id, own: isCommitting(task.id) };
      }
      return;
    }
    const before = seen.current;
    seen.current = null;
    if (last === null || before?.id !== last.id) return;
    refreshChanges(task.id);
    tell(task, last, before.own, steps);
  }, [going, last, task, steps]);
}

function tell(task: Task, commit: HookCommit, own: boolean, steps: Steps): void {
  const { sha, subject, fault } = commit;
  if (sha !== null) {
    // The window that asked for it has the answer, and says it.
    if (!own) tellCommitted(task, { sha, subject });
    return;
  }
  if (steps.open === "commit" || fault === null) return;
  const stopped = commit.state === "stopped";
  toast({
    text: fault.message,
    detail: fault.hint,
    ...(stopped ? { icon: "st-stopped" } : { tone: "bad" }),
    action: { label: "Look at it", run: () => steps.toStep("commit") },
  });
}

import { useState } from "react";
import type { Task } from "../../contract/task.ts";
import { isActive, later } from "../state/actions.ts";
import { Button } from "../ui/button.tsx";
import { tip } from "../ui/tooltip.tsx";
import { revert } from "./data/act.ts";
import { compare } from "./data/scope.ts";

export interface RevertTurnProps {
  readonly task: Task;
  /** Null = the latest. */
  readonly run: string | null;
  readonly expect: (paths: readonly string[] | null) => void;
}

/** Takes back all that one turn changed. */
export function RevertTurn({ task, run, expect }: RevertTurnProps) {
  const [busy, setBusy] = useState(false);
  const which = run ?? task.runId;
  if (which === null) return null;
  const working = isActive(task) && which === task.runId;
  const takeBack = async (): Promise<void> => {
    setBusy(true);
    const done = await revert({
      task,
      body: { kind: "turn", run: which },
      what: "what this turn changed",
      expect: () => expect(null),
    });
    setBusy(false);
    // What the turn did stays what it did; what is left of it is seen since the base.
    if (done) compare("base");
  };
  return (
    <Button
      variant="ghost"
      size="s"
      icon="undo"
      busy={busy}
      disabled={working}
      {...(working ? tip("Not while the agent works on it") : {})}
      onClick={() => later(takeBack())}
    >
      Revert this turn
    </Button>
  );
}

import { useState } from "react";
import { later, runSample } from "../state/actions.ts";
import { go } from "../state/route.ts";
import { EmptyState } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { openAddProject } from "./add-project-state.ts";

/** An empty board: what a card is, and three ways to the first one. */
export function FirstSteps() {
  const [busy, setBusy] = useState(false);
  const sample = async (): Promise<void> => {
    setBusy(true);
    const task = await runSample();
    setBusy(false);
    if (task !== null) go({ task: task.id });
  };
  return (
    <div className="first-steps board-empty" tabIndex={-1}>
      <EmptyState
        title="Nothing on the board yet"
        actions={
          <>
            <Button variant="primary" icon="plus" keys="C" onClick={() => go({ dialog: "new" })}>
              New task
            </Button>
            <Button icon="folder" onClick={openAddProject}>
              Add a project
            </Button>
            <Button icon="play" busy={busy} onClick={() => later(sample())}>
              Run the sample
            </Button>
          </>
        }
      >
        A card is a prompt, a repo and an agent. The sample needs no account: a scripted agent fixes
        a small bug in a throwaway repo.
      </EmptyState>
    </div>
  );
}

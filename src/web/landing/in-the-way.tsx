import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { suggestionsQuery } from "./data.ts";
import { AskButton, CommandLine, FileList } from "./parts.tsx";
import type { StepProps } from "./step.ts";
import { type Gate, inkOf } from "./words.ts";

export interface InTheWayProps extends StepProps {
  readonly gates: readonly Gate[];
}

/** What has to be seen to before: each with what it means, and the safe way on. */
export function InTheWay({ gates, ...step }: InTheWayProps) {
  if (gates.length === 0) return null;
  return (
    <ul className="in-the-way" aria-label="What stands in the way">
      {gates.map((gate) => (
        <li key={gate.key}>
          <p>
            <Icon name={gate.icon} size={14} className={inkOf(gate)} />
            <span>
              <b className="medium">{gate.words}.</b> <span className="t2">{why(gate)}</span>
            </span>
          </p>
          <Way gate={gate} {...step} />
        </li>
      ))}
    </ul>
  );
}

function why({ key, more }: Gate): string {
  switch (key) {
    case "uncommitted":
      return "A merge takes commits only; what is not committed would stay behind.";
    case "base_checked_out":
      return "Moving it here would leave that checkout showing the merge as undone work. Run this there, and it is noticed when you come back:";
    case "conflicts_with_base":
      return "Nothing is touched until they are resolved. The agent can do it on its own branch.";
    default:
      return more ?? "";
  }
}

function Way({ gate, task, landing, onClose, toStep }: StepProps & { readonly gate: Gate }) {
  const asked = useQuery({
    ...suggestionsQuery(task.id),
    enabled: gate.fix?.action === "ask-agent-to-resolve",
  }).data;
  const { fix, key } = gate;
  if (fix === null) return null;
  if (fix.command !== null) return <CommandLine command={fix.command} />;
  const button = (label: string, run: () => void): ReactNode => (
    <div className="acts">
      <Button size="s" onClick={run}>
        {label}
      </Button>
    </div>
  );
  switch (fix.action) {
    case "commit":
      return button("Commit first", () => toStep("commit"));
    case "rebase":
      return button("Rebase first", () => toStep("rebase"));
    case "push":
      return button(fix.label, () => toStep("push"));
    case "pull-request":
      return button(fix.label, () => toStep("request"));
    case "restore-worktree":
      return button(fix.label, () => toStep("back"));
    case "ask-agent-to-resolve":
      return (
        <>
          {key === "conflicts_with_base" && (
            <FileList
              files={landing.conflicts.flatMap(({ taskId, files }) =>
                taskId === null ? files : [],
              )}
            />
          )}
          <div className="acts">
            <AskButton
              task={task}
              label={fix.label}
              text={asked?.askToResolve ?? null}
              what="to resolve the conflicts"
              onAsked={onClose}
            />
          </div>
        </>
      );
    default:
      return null;
  }
}

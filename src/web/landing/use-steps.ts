import { useState } from "react";
import type { Landing, LandingAction } from "../../contract/landing.ts";
import type { ReviewComment } from "../../contract/review.ts";
import type { Task } from "../../contract/task.ts";
import { useReaderStore, wishFor } from "../review/data/reader.ts";
import { later, moveTask, stopTask } from "../state/actions.ts";
import { queries } from "../state/queries.ts";
import { go } from "../state/route.ts";
import { useAgentName } from "../ui/agents.tsx";
import { report } from "../ui/report.ts";
import { askAgent, stopHooks } from "./act.ts";
import { suggestionsQuery } from "./data.ts";
import type { Step } from "./step.ts";
import { hooksOf } from "./words.ts";

/** What the review knows of its comments. */
export interface Talk {
  /** Comments that are not sent, with what is still being typed. */
  readonly drafts: number;
  readonly onSend: () => void;
  /** Comments that still ask for something, drafts among them. */
  readonly open: number;
  /** The first comment that is neither addressed nor settled. */
  readonly firstOpen: ReviewComment | undefined;
}

export interface Steps {
  readonly open: Step | null;
  readonly toStep: (step: Step) => void;
  /** Closes the dialog of a step, if it is still that one: work may end after its dialog was closed. */
  readonly close: (step: Step) => void;
  /** Does what a button says: opens its dialog, or does it at once. */
  readonly act: (action: LandingAction) => void;
  /** Something is sent to the agent. */
  readonly asking: boolean;
}

const dialogOf: Partial<Record<LandingAction, Step>> = {
  commit: "commit",
  rebase: "rebase",
  merge: "merge",
  push: "push",
  "pull-request": "request",
  "run-command": "command",
  "restore-worktree": "back",
};

/** Whether pressing it does something at once, without a dialog in which to think again. */
export function isImmediate(action: LandingAction): boolean {
  return dialogOf[action] === undefined;
}

/** The steps of landing as they are taken from the bar. */
export function useSteps(task: Task, landing: Landing | undefined, talk: Talk): Steps {
  const store = useReaderStore();
  const agent = useAgentName(task.agent);
  const [open, setOpen] = useState<Step | null>(null);
  const [asking, setAsking] = useState(false);

  const ask = async (what: "commit" | "resolve"): Promise<void> => {
    setAsking(true);
    try {
      const words = await queries.fetchQuery(suggestionsQuery(task.id));
      const text =
        what === "commit" ? words.askToCommit : (words.askToResolve ?? finishWords(landing));
      await askAgent(task, text, agent, what === "commit" ? "to commit" : "to resolve it");
    } catch (error) {
      report(error, { what: `Could not ask ${agent}`, retry: () => later(ask(what)) });
    } finally {
      setAsking(false);
    }
  };

  const act = (action: LandingAction): void => {
    const dialog = dialogOf[action];
    if (dialog !== undefined) setOpen(dialog);
    else if (action === "ask-agent-to-commit") later(ask("commit"));
    else if (action === "ask-agent-to-resolve") later(ask("resolve"));
    else if (action === "stop-or-wait") {
      later(hooksOf(landing) === null ? stopTask(task.id) : stopHooks(task));
    } else if (action === "mark-done") later(moveTask(task.id, "done", null));
    else if (action === "answer") go({ view: null, tab: null });
    else if (talk.drafts > 0) talk.onSend();
    else if (talk.firstOpen !== undefined) wishFor(store, talk.firstOpen.id, talk.firstOpen.path);
  };
  const close = (step: Step): void => setOpen((now) => (now === step ? null : now));
  return { open, toStep: setOpen, close, act, asking };
}

/** What is half done by somebody's own git has no suggested words. */
function finishWords(landing: Landing | undefined): string {
  const stands = landing?.blockers.find(({ code }) => code === "uncommitted")?.message;
  return `${stands ?? "Something is unfinished in the worktree."} Please finish it: resolve what conflicts so that both sides' intent holds, run the tests, and commit. Do not push.`;
}

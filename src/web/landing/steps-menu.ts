import type { Landing, LandingAction } from "../../contract/landing.ts";
import type { Task } from "../../contract/task.ts";
import { removeTask } from "../board/card-menu.tsx";
import { isActive } from "../state/actions.ts";
import { closeReview } from "../state/review-place.ts";
import type { IconName } from "../ui/icons.tsx";
import type { MenuEntry } from "../ui/menu.tsx";
import { hooksOf, requestWords } from "./words.ts";

/** Every step there is, with the reason where one cannot be taken now. */
export function stepEntries(
  task: Task,
  landing: Landing,
  act: (action: LandingAction) => void,
  waysBack: () => void,
): readonly MenuEntry[] {
  const discard = discardOf(task);
  const working = isActive(task)
    ? "Not while the agent works on it"
    : hooksOf(landing) === null
      ? null
      : "Not while a commit runs its hooks";
  const item = (
    action: LandingAction,
    label: string,
    icon: IconName,
    blocked: string | null,
  ): MenuEntry => ({
    kind: "item",
    label,
    icon,
    blocked: working ?? blocked,
    onSelect: () => act(action),
  });
  const { pullRequest, dirtyFiles, column } = { ...landing, column: task.column };
  const base = landing.base?.branch ?? "the base";
  const committed = dirtyFiles === 0 ? "Everything is committed" : null;
  const request =
    pullRequest === null || pullRequest.state === "closed"
      ? "Open a pull request"
      : `Pull request ${requestWords(pullRequest).state}`;
  return [
    item("commit", "Commit", "t-edit", committed),
    item("ask-agent-to-commit", "Ask the agent to commit", "send", committed),
    item("rebase", `Rebase onto ${base}`, "branch", whyNoRebase(landing)),
    item("merge", `Merge into ${base}`, "check", whyNoMerge(landing)),
    item("push", "Push", "open", whyNoPush(landing)),
    item("pull-request", request, "link", pullRequest === null ? whyNoPush(landing, true) : null),
    ...(column === "done" ? [] : [item("mark-done", "Mark as done", "st-done", null)]),
    { kind: "separator", id: "back" },
    { kind: "item", label: "Ways back", icon: "undo", keys: "b", onSelect: waysBack },
    { kind: "item", label: "Delete the task", icon: "trash", danger: true, onSelect: discard },
  ];
}

/** Its work goes to the trash; one press brings it back. */
function discardOf(task: Task): () => void {
  return () => {
    closeReview();
    removeTask(task);
  };
}

function whyNoRebase({ base, behind }: Landing): string | null {
  if (base === null) return "Its base is not a branch here";
  return behind === 0 ? `Up to date with ${base.branch}` : null;
}

function whyNoMerge({ base, landed, ahead, dirtyFiles }: Landing): string | null {
  if (base === null) return "Its base is not a branch here";
  if (landed) return `${base.branch} has all of it`;
  return ahead === 0 && dirtyFiles === 0 ? "There is nothing to land yet" : null;
}

function whyNoPush({ remote, ahead, branch }: Landing, request = false): string | null {
  if (branch === null) return "It is on no branch";
  if (ahead === 0) return "Nothing is committed yet";
  return remote?.pushed === true && !request ? `${remote.name} has it as it is` : null;
}

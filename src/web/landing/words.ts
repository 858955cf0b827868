import type { Blocker, HookCommit, Landing, PullRequest } from "../../contract/landing.ts";
import type { Task } from "../../contract/task.ts";
import { counted } from "../../domain/transcript-words.ts";
import type { IconName } from "../ui/icons.tsx";

export type Fix = NonNullable<Blocker["fix"]>;
export type Tone = "bad" | "warn" | "good" | "plain";

/** One thing that stands before landing, or that is as it should be. */
export interface Gate {
  readonly key: string;
  readonly tone: Tone;
  readonly icon: IconName;
  /** Short: it stands in a row. */
  readonly words: string;
  /** The whole of it, where the words leave something out. */
  readonly more: string | null;
  readonly fix: Fix | null;
}

type Look = readonly [Tone, IconName];

const looks: Readonly<Record<Blocker["code"], Look>> = {
  nothing_to_land: ["plain", "info"],
  running: ["plain", "st-running"],
  needs_you: ["warn", "st-blocked"],
  uncommitted: ["warn", "t-edit"],
  conflicts_with_base: ["bad", "st-failed"],
  base_moved: ["warn", "branch"],
  base_checked_out: ["warn", "folder"],
  base_is_no_branch: ["plain", "branch"],
  comments_open: ["warn", "comment"],
  git_too_old: ["bad", "st-failed"],
  no_worktree: ["warn", "folder"],
};

/** The colour of a tone; its words and glyph say the same. */
export function inkOf({ tone }: Pick<Gate, "tone">): string {
  return { bad: "s-failed", warn: "s-blocked", good: "s-done", plain: "t3" }[tone];
}

/** The commit whose hooks run now; null when none do. */
export function hooksOf(landing: Landing | undefined): HookCommit | null {
  const commit = landing?.hookCommit ?? null;
  return commit?.state === "running" || commit?.state === "stopping" ? commit : null;
}

/** What stands between the work and its base, the worst first, then what is well. */
export function gatesOf(landing: Landing): readonly Gate[] {
  const out = isOut(landing.pullRequest);
  // Nothing else can be done before a commit that is under way has come out.
  if (hooksOf(landing) !== null) {
    const running = landing.blockers.filter(({ code }) => code === "running");
    return running.map((blocker) => gateOf(blocker, landing));
  }
  const gates = landing.blockers
    .filter(({ code }) => code !== "nothing_to_land")
    // Whoever lands by way of a forge need not care what is checked out here.
    .filter(({ code }) => !(out && code === "base_checked_out"))
    .map((blocker) => gateOf(blocker, landing));
  return [...gates, ...overlaps(landing), ...wellDone(landing)];
}

function gateOf(blocker: Blocker, landing: Landing): Gate {
  const { code, message, fix } = blocker;
  const [tone, icon] = looks[code];
  const words = shortOf(blocker, landing);
  const files = code === "conflicts_with_base" ? ownConflicts(landing) : [];
  const more = files.length > 0 ? `${message} ${files.join(", ")}` : message;
  return {
    key: code,
    tone,
    icon,
    words,
    more: more === `${words}.` ? null : more,
    fix: fix === null ? null : { ...fix, label: fixLabel(fix, code, landing) },
  };
}

function shortOf({ code, message, fix }: Blocker, { base, behind, dirtyFiles }: Landing): string {
  const name = base?.branch ?? "the base";
  switch (code) {
    case "uncommitted":
      if (fix?.action === "commit") return `${counted(dirtyFiles, "file")} not committed`;
      break;
    case "base_moved":
      return `${name} moved by ${counted(behind, "commit")}`;
    case "base_checked_out":
      return `${name} is checked out`;
    case "conflicts_with_base":
    case "needs_you":
    case "running":
    case "nothing_to_land":
    case "base_is_no_branch":
    case "comments_open":
    case "git_too_old":
    case "no_worktree":
      break;
  }
  return message.replace(/\.$/, "").replace(/^It conflicts/, "Conflicts");
}

/** The server's words say what is to be done; a button says it in as few as it can. */
function fixLabel({ action, label }: Fix, code: Blocker["code"], landing: Landing): string {
  if (action === "stop-or-wait") return hooksOf(landing) === null ? "Stop it" : "Stop them";
  if (action === "commit") return "Commit";
  if (action === "rebase") return "Rebase";
  if (action === "answer") return "Answer";
  if (action === "ask-agent-to-resolve" && code === "conflicts_with_base") {
    return "Ask the agent to resolve";
  }
  return label;
}

function ownConflicts({ conflicts }: Landing): readonly string[] {
  return conflicts.filter(({ taskId }) => taskId === null).flatMap(({ files }) => files);
}

/** Other tasks that change the same lines: no reason not to land, but good to know. */
function overlaps({ conflicts }: Landing): readonly Gate[] {
  return conflicts
    .filter(({ taskId }) => taskId !== null)
    .map(({ taskId, title, files }) => ({
      key: `with ${taskId}`,
      tone: "warn",
      icon: "t-agent",
      words: `Conflicts with “${title}”`,
      more: `Both change the same lines in ${files.join(", ")}. Whichever lands second has to be rebased.`,
      fix: null,
    }));
}

function wellDone({ ways, landed, base, pullRequest }: Landing): readonly Gate[] {
  if (landed || ways.length === 0 || isOut(pullRequest)) return [];
  const words = "Merges cleanly";
  const more = base === null ? null : `Nothing in it conflicts with ${base.branch}.`;
  return [{ key: "clean", tone: "good", icon: "st-done", words, more, fix: null }];
}

/** Whether a pull request still waits for somebody at its forge. */
export function isOut(pullRequest: PullRequest | null): boolean {
  return pullRequest?.state === "open" || pullRequest?.state === "draft";
}

/** Where the work stands, in a few words. */
export function standingOf(landing: Landing): string {
  const { landed, base, pullRequest, blockers, dirtyFiles } = landing;
  if (hooksOf(landing) !== null) return "Committing";
  if (blockers.some(({ code }) => code === "nothing_to_land")) return "Nothing to land yet";
  const nowhere = blockers.some(({ code, fix }) => code === "no_worktree" && fix === null);
  if (nowhere) return "Nothing to land here";
  if (pullRequest?.state === "merged" && dirtyFiles === 0) return "Merged at its forge";
  if (landed && dirtyFiles === 0) return `Landed on ${base?.branch ?? "its base"}`;
  const held = blockers.filter(({ blocking }) => blocking);
  if (isOut(pullRequest) && held.every(({ code }) => code === "base_checked_out")) {
    return "With its reviewers";
  }
  return held.length > 0 ? "Before it can land" : "Ready to land";
}

export interface RequestWords {
  readonly tone: Tone;
  /** "#7 open". */
  readonly state: string;
  /** "3 of 4 checks passed"; null when it has none. */
  readonly checks: string | null;
  readonly review: string | null;
}

const reviews = {
  none: null,
  pending: "Review asked for",
  approved: "Approved",
  changes_requested: "Changes asked for",
} as const satisfies Record<PullRequest["review"], string | null>;

/** All of a pull request in one line. */
export function requestLine(request: PullRequest): string {
  const { state, checks, review } = requestWords(request);
  return [state, checks, review === null ? null : lowerFirst(review)]
    .filter((part) => part !== null)
    .join(", ");
}

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** A pull request as people say it. */
export function requestWords(request: PullRequest): RequestWords {
  const { forge, number, state, review } = request;
  const mark = forge === "gh" ? "#" : "!";
  return {
    tone: requestTone(request),
    state: `${mark}${number} ${state}`,
    checks: checkWords(request),
    review: reviews[review],
  };
}

function checkWords({ checks: { passed, failed, pending } }: PullRequest): string | null {
  const all = passed + failed + pending;
  if (all === 0) return null;
  if (failed > 0) return `${counted(failed, "check")} failed`;
  if (pending > 0) return `${passed} of ${counted(all, "check")} done`;
  return `${counted(all, "check")} passed`;
}

function requestTone({ state, checks, review }: PullRequest): Tone {
  if (state === "merged") return "good";
  if (state === "closed") return "plain";
  if (checks.failed > 0) return "bad";
  if (review === "changes_requested") return "warn";
  return review === "approved" && checks.pending === 0 ? "good" : "plain";
}

/** With what a task's work would conflict; null when with nothing, or that is not known. */
export function conflictWords(
  { conflicts, baseRef }: Pick<Task, "conflicts" | "baseRef">,
  titleOf: (taskId: string) => string | null,
): string | null {
  if (conflicts === null) return null;
  const base = conflicts.base ? (baseRef?.replace(/^refs\/heads\//, "") ?? "its base") : null;
  const titles = conflicts.tasks.map(titleOf);
  const [only] = titles;
  const tasks =
    titles.length === 0
      ? null
      : titles.length === 1 && only !== null && only !== undefined
        ? `“${only}”`
        : counted(titles.length, "task");
  const parts = [base, tasks].filter((part) => part !== null);
  if (parts.length === 0) return null;
  return `Conflicts with ${parts.join(" and ")}`;
}

import { ulid } from "ulid";
import type { Checkpoint, CommitBody } from "../../contract/changes.ts";
import type { MergeBody, PullRequestBody, PushBody } from "../../contract/landing.ts";
import type { Task } from "../../contract/task.ts";
import { sendMessage } from "../run/composer/send.ts";
import { later, restoreTask } from "../state/actions.ts";
import { changedByPerson, refreshChanges } from "../state/changes.ts";
import { queries } from "../state/queries.ts";
import { go } from "../state/route.ts";
import { announce } from "../ui/live-region.tsx";
import { report } from "../ui/report.ts";
import { type ToastSpec, toast } from "../ui/toast.ts";
import { ApiError, call } from "../wire/client.ts";
import type { Landed } from "../wire/landing-calls.ts";
import { checkpointsQuery, landingQuery } from "./data.ts";

/**
 * What a person does to land a task's work. Each throws what the server refused, for the dialog it
 * was asked in to show; what was done is told with its way back.
 */

const undoFor = 12_000;

function undoable(text: string, undo: () => Promise<void>, more: Partial<ToastSpec> = {}): void {
  toast({
    text,
    icon: "check",
    tone: "good",
    timeout: undoFor,
    countdown: true,
    action: { label: "Undo", icon: "undo", run: () => later(undo()) },
    ...more,
  });
}

/** Tasks whose commit was asked for in this window and has no answer yet. */
const committing = new Set<string>();

/** Whether the commit of a task that is under way was asked for here. */
export function isCommitting(taskId: string): boolean {
  return committing.has(taskId);
}

/** Commits what is in the worktree; undone, it is uncommitted again. */
export async function commitWork(task: Task, body: CommitBody, key: string): Promise<void> {
  committing.add(task.id);
  try {
    const { commit } = await call("POST /tasks/:id/commit", { params: { id: task.id }, body, key });
    refreshChanges(task.id);
    tellCommitted(task, commit);
  } finally {
    committing.delete(task.id);
  }
}

/** Says that it is committed, with the way back. */
export function tellCommitted(task: Task, commit: { sha: string; subject: string }): void {
  undoable(`Committed ${commit.sha.slice(0, 7)}.`, () => undoCommit(task), {
    detail: commit.subject,
  });
}

/** Ends the hooks of the commit that is under way; how it came out is read from the landing state. */
export async function stopHooks(task: Task): Promise<void> {
  try {
    await call("POST /tasks/:id/commit/stop", { params: { id: task.id }, body: {} });
  } catch (error) {
    // It has ended just before: what is read now says how.
    const over = error instanceof ApiError && error.code === "not_running";
    if (!over) {
      report(error, { what: "Could not stop the hooks", retry: () => later(stopHooks(task)) });
    }
  }
  refreshChanges(task.id);
}

/** The answer of a commit names no checkpoint; the one that was written before it is the newest. */
async function undoCommit(task: Task): Promise<void> {
  try {
    const [newest] = await queries.fetchQuery(checkpointsQuery(task.id));
    if (newest?.reason !== "commit") {
      toast({ text: "Something else was done since.", detail: "“Ways back” has every step." });
      return;
    }
    await goBack(task, newest);
    announce("The commit is taken back, its files are uncommitted again");
  } catch (error) {
    report(error, { what: "Could not take the commit back", kept: keptBack });
  }
}

const keptBack = "It is kept under “Ways back”.";

/** Brings the branch to its base. Answers what was to become of the task, for who shows it. */
export async function mergeWork(task: Task, body: MergeBody, key: string): Promise<Landed> {
  const done = await call("POST /tasks/:id/merge", { params: { id: task.id }, body, key });
  refreshChanges(task.id);
  const then = { keep: "", archive: " and archived", delete: " and deleted" }[done.after];
  undoable(`Merged into ${done.landed.base}${then}.`, () => undoMerge(task, done), {
    detail: task.title,
  });
  return done;
}

async function undoMerge(task: Task, { after, checkpoint, landed }: Landed): Promise<void> {
  if (after === "delete" && (await restoreTask(task.id)) === null) return;
  try {
    await goBack(task, checkpoint);
    await call("PATCH /tasks/:id", {
      params: { id: task.id },
      body: { column: task.column, ...(after === "archive" ? { archived: false } : {}) },
    });
    announce(`Took the merge into ${landed.base} back`);
  } catch (error) {
    report(error, { what: "Could not take the merge back", kept: keptBack });
  }
}

/** Puts the branch's commits on top of where its base is now. */
export async function rebaseWork(task: Task, base: string, key: string): Promise<void> {
  const params = { id: task.id };
  const { checkpoint } = await call("POST /tasks/:id/rebase", { params, body: {}, key });
  changedByPerson(task.id);
  const undo = () => tryBack(task, checkpoint, "Could not take the rebase back");
  undoable(`Rebased onto ${base}.`, undo);
}

/** Sends the branch to its remote. No undo reaches that far. */
export async function pushWork(task: Task, body: PushBody, key: string): Promise<void> {
  const { remote } = await call("POST /tasks/:id/push", { params: { id: task.id }, body, key });
  refreshChanges(task.id);
  const where = remote === null ? "" : ` to ${remote.name}`;
  toast({ text: `Pushed${where}.`, detail: task.branch, icon: "check", tone: "good" });
}

export async function openRequest(task: Task, body: PullRequestBody, key: string): Promise<void> {
  const params = { id: task.id };
  const { pullRequest } = await call("POST /tasks/:id/pull-request", { params, body, key });
  refreshChanges(task.id);
  toast({
    text: `Pull request ${pullRequest.number} is open.`,
    detail: pullRequest.title,
    icon: "check",
    tone: "good",
  });
}

/** Reads a pull request from its forge again. */
export async function readRequest(task: Task, key: string): Promise<void> {
  const params = { id: task.id };
  const { pullRequest } = await call("POST /tasks/:id/pull-request/refresh", {
    params,
    body: {},
    key,
  });
  queries.setQueryData(landingQuery(task.id).queryKey, (before) =>
    before === undefined ? before : { ...before, pullRequest },
  );
  refreshChanges(task.id);
}

/** Goes back to how files and branches were; what is now becomes a way back itself. */
export async function restoreTo(task: Task, to: Checkpoint, key: string): Promise<void> {
  const checkpoint = await goBack(task, to, key);
  const undo = () => tryBack(task, checkpoint, "Could not go forward again");
  undoable("Gone back.", undo, { detail: to.label, icon: "undo" });
}

async function tryBack(task: Task, to: Checkpoint, what: string): Promise<void> {
  try {
    await goBack(task, to);
    announce("Brought back");
  } catch (error) {
    const retry = () => later(tryBack(task, to, what));
    report(error, { what, kept: keptBack, retry });
  }
}

async function goBack(task: Task, { id }: Checkpoint, key = ulid()): Promise<Checkpoint> {
  const params = { id: task.id, checkpointId: id };
  const { checkpoint } = await call("POST /tasks/:id/checkpoints/:checkpointId/restore", {
    params,
    body: {},
    key,
  });
  changedByPerson(task.id);
  return checkpoint;
}

/** Says something to the agent as it is; `what` names it: "to commit". False when it was not sent. */
export async function askAgent(
  task: Task,
  text: string,
  agent: string,
  what: string,
): Promise<boolean> {
  try {
    const again = () => later(askAgent(task, text, agent, what));
    const sent = await sendMessage(
      task,
      { text, references: [], key: ulid(), delivery: "queue" },
      again,
    );
    if (sent === "trust") return false;
    refreshChanges(task.id);
    toast({
      text: sent === "queued" ? `${agent} is asked ${what} next.` : `Asked ${agent} ${what}.`,
      icon: "send",
      action: { label: "Open run", run: () => go({ view: null, task: task.id, tab: null }) },
    });
    return true;
  } catch (error) {
    report(error, {
      what: `Could not ask ${agent}`,
      retry: () => later(askAgent(task, text, agent, what)),
    });
    return false;
  }
}

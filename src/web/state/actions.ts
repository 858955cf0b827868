import { ulid } from "ulid";
import type { Column } from "../../contract/primitives.ts";
import type { Trust } from "../../contract/project.ts";
import type { PatchTaskBody, Task, Trash } from "../../contract/task.ts";
import { report } from "../ui/report.ts";
import { toast } from "../ui/toast.ts";
import { ApiError, call } from "../wire/client.ts";
import { board, changeBoard } from "./board.ts";
import { addPatch, dropPatch, foldAnswer, foldDeleted, foldRestored } from "./fold.ts";
import { askForTrust } from "./trust.ts";

/** Everything a person does to a task. Each shows at once, and is taken back when it fails. */

const columnNames: Readonly<Record<Column, string>> = {
  backlog: "Backlog",
  ready: "Ready",
  running: "Running",
  blocked: "Blocked",
  review: "Review",
  done: "Done",
};

export function columnName(column: Column): string {
  return columnNames[column];
}

/** Whether an agent works for the task now, or is about to. */
export function isActive(task: Task): boolean {
  return task.phase !== null && task.phase.kind !== "ended";
}

function taken(task: Task): void {
  changeBoard((before) => foldAnswer(before, [task], Date.now()));
}

/** Shows `change` until `send` is answered; what went wrong goes to `failed`. */
async function optimistic(
  taskId: string,
  change: Partial<Task>,
  send: (key: string) => Promise<{ task: Task } | null>,
  failed: (error: unknown) => void,
): Promise<boolean> {
  const key = ulid();
  changeBoard((before) => addPatch(before, { key, taskId, change }));
  try {
    const answer = await send(key);
    if (answer !== null) taken(answer.task);
    return true;
  } catch (error) {
    failed(error);
    return false;
  } finally {
    changeBoard((before) => dropPatch(before, key));
  }
}

function taskOf(id: string): Task | null {
  return board.getState().tasks.get(id) ?? null;
}

/** Moves a card. Into Running means to start it, which is not a matter of rank. */
export async function moveTask(id: string, column: Column, position: string | null): Promise<void> {
  const task = taskOf(id);
  if (task === null) return;
  if (column === "running" && task.column !== "running") {
    await startTask(id);
    return;
  }
  const change = position === null ? { column } : { column, position };
  const done = await optimistic(
    id,
    change,
    (key) => {
      const body = column === task.column ? { position: position ?? task.position } : change;
      return call("PATCH /tasks/:id", { params: { id }, body, key });
    },
    (error) =>
      report(error, {
        what: `Could not move to ${columnNames[column]}`,
        kept: `The card is back in ${columnNames[task.column]}.`,
        retry: () => later(moveTask(id, column, position)),
      }),
  );
  if (done && task.column === "running" && column !== "running" && isActive(task)) {
    toast({
      text: `Moved to ${columnNames[column]}. Its agent keeps working.`,
      action: { label: "Stop it", icon: "stop", run: () => later(stopTask(id)) },
    });
  }
}

/** Changes what a task is called or asks for. Throws what the server refuses it with. */
export async function patchTask(id: string, body: PatchTaskBody): Promise<void> {
  taken((await call("PATCH /tasks/:id", { params: { id }, body, key: ulid() })).task);
}

/** Starts a task; `setup` runs its project's set-up once more, or never in this worktree. */
export async function startTask(id: string, setup?: "again" | "skip"): Promise<void> {
  const task = taskOf(id);
  if (task === null) return;
  await optimistic(
    id,
    { column: "ready", phase: { kind: "preparing", step: "base-ref" }, failure: null },
    (key) =>
      call("POST /tasks/:id/start", {
        params: { id },
        body: setup === undefined ? {} : { setup },
        key,
      }),
    (error) => {
      const trust = trustIn(error);
      if (trust !== null) {
        askForTrust({ trust, title: task.title, accepted: () => later(startTask(id, setup)) });
        return;
      }
      report(error, {
        what: "Could not start",
        kept: `The card is back in ${columnNames[task.column]}.`,
        retry: () => later(startTask(id, setup)),
      });
    },
  );
}

/** What a repository asks to be trusted with, when that is why the server refused. */
export function trustIn(error: unknown): Trust | null {
  if (!(error instanceof ApiError) || error.code !== "trust_required") return null;
  const details = error.details as Partial<Trust> | null;
  if (typeof details?.path !== "string" || typeof details.hash !== "string") return null;
  return { path: details.path, hash: details.hash, trusted: false, files: details.files ?? [] };
}

export async function stopTask(id: string): Promise<void> {
  const task = taskOf(id);
  const runId = task?.runId ?? null;
  if (task === null || runId === null) return;
  await optimistic(
    id,
    { phase: { kind: "cancelling", since: Date.now() } },
    async (key) => {
      await call("POST /runs/:id/cancel", { params: { id: runId }, body: {}, key });
      return null;
    },
    (error) => report(error, { what: "Could not stop", retry: () => later(stopTask(id)) }),
  );
}

export async function archiveTask(
  id: string,
  archived = true,
  tell: "undo" | "quiet" = "undo",
): Promise<void> {
  const title = taskOf(id)?.title ?? "";
  const done = await optimistic(
    id,
    { archivedAt: archived ? Date.now() : null },
    (key) => call("PATCH /tasks/:id", { params: { id }, body: { archived }, key }),
    (error) => report(error, { what: archived ? "Could not archive" : "Could not bring back" }),
  );
  if (done && archived && tell === "undo") {
    toast({
      text: `Archived “${title}”.`,
      icon: "archive",
      action: { label: "Undo", icon: "undo", run: () => later(archiveTask(id, false)) },
    });
  }
}

/** Picks another mode; when it holds is said by the task (`modeNow`, `modeNext`). */
export async function setMode(id: string, mode: string): Promise<void> {
  await optimistic(
    id,
    { mode },
    (key) => call("PATCH /tasks/:id", { params: { id }, body: { mode }, key }),
    (error) => report(error, { what: "Could not change the mode", kept: "It is as it was." }),
  );
}

const undoFor = 10_000;

/** Deletes; everything goes to the trash, and for ten seconds one press brings it back. */
export async function deleteTask(id: string): Promise<void> {
  const title = taskOf(id)?.title ?? "";
  const done = await optimistic(
    id,
    { archivedAt: Date.now() },
    async (key) => {
      const { trash } = await call("DELETE /tasks/:id", { params: { id }, key });
      changeBoard((before) => foldDeleted(before, id));
      toast({
        text: `Deleted “${title}”.${keptInTrash(trash)}`,
        icon: "trash",
        timeout: undoFor,
        countdown: true,
        action: { label: "Undo", icon: "undo", run: () => later(restoreTask(id)) },
      });
      return null;
    },
    (error) => report(error, { what: "Could not delete", kept: "Nothing was removed." }),
  );
  if (!done) return;
}

function keptInTrash(trash: Trash | null): string {
  if (trash === null) return "";
  const parts = [
    trash.unmergedCommits > 0 ? counted(trash.unmergedCommits, "commit") : null,
    trash.dirtyFiles > 0 ? counted(trash.dirtyFiles, "file") : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "" : ` Kept in the trash with ${parts.join(" and ")}.`;
}

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** Brings a deleted task back; null when that failed, which is told. */
export async function restoreTask(id: string): Promise<Task | null> {
  try {
    const { task } = await call("POST /tasks/:id/restore", { params: { id } });
    changeBoard((before) => foldRestored(before, task, Date.now()));
    return task;
  } catch (error) {
    report(error, {
      what: "Could not bring it back",
      kept: "Its work stays in the trash for 30 days.",
      retry: () => later(restoreTask(id)),
    });
    return null;
  }
}

/** Has a project's set-up run again in the worktree of an idle task, before its next message. */
export async function repeatSetup(id: string): Promise<void> {
  try {
    await call("POST /tasks/:id/setup", { params: { id }, body: {} });
    toast({ text: "Set-up runs again before your next message.", icon: "refresh" });
  } catch (error) {
    report(error, { what: "Could not ask for it" });
  }
}

/** The person has looked: no dot any more. False when that could not be stored. */
export function markSeen(id: string): Promise<boolean> {
  return optimistic(
    id,
    { unread: false },
    (key) => call("PATCH /tasks/:id", { params: { id }, body: { unread: false }, key }),
    // The dot comes back by itself; that is message enough.
    () => undefined,
  );
}

export async function runSample(): Promise<Task | null> {
  try {
    const { task } = await call("POST /sample", { body: {} });
    taken(task);
    return task;
  } catch (error) {
    report(error, { what: "Could not run the sample", retry: () => later(runSample()) });
    return null;
  }
}

/** For event handlers: the actions above tell of their own failures. */
export function later(work: Promise<unknown>): void {
  work.catch(report);
}

import type { ReviewComment } from "../../../contract/review.ts";
import type { Task } from "../../../contract/task.ts";
import { later, trustIn } from "../../state/actions.ts";
import { refreshChanges } from "../../state/changes.ts";
import { askForTrust } from "../../state/trust.ts";
import { announce } from "../../ui/live-region.tsx";
import { report } from "../../ui/report.ts";
import { toast } from "../../ui/toast.ts";
import { call } from "../../wire/client.ts";
import { changeReview } from "../data/queries.ts";
import type { ReaderStore } from "../data/reader.ts";
import { type Editor, unsaved, without } from "./drafts.ts";

/** Stores what was typed as a draft. What was typed stays in its field until it is stored. */
export async function saveEditor(task: Task, store: ReaderStore, id: string): Promise<boolean> {
  const editor = store.getState().editors.get(id);
  const body = editor?.text.trim() ?? "";
  if (editor === undefined || body === "") return false;
  try {
    const comment = await storeDraft(task, editor, body);
    changeReview(task.id, (before) => ({
      ...before,
      comments: [...before.comments.filter((one) => one.id !== comment.id), comment],
    }));
    store.setState(({ editors }) => ({ editors: without(editors, id) }));
    announce("Added to the review");
    return true;
  } catch (error) {
    report(error, {
      what: "Could not add the comment",
      kept: "What you wrote is still here.",
      retry: () => later(saveEditor(task, store, id)),
    });
    return false;
  }
}

async function storeDraft(task: Task, editor: Editor, body: string): Promise<ReviewComment> {
  if (editor.commentId !== null) {
    const params = { id: task.id, commentId: editor.commentId };
    return (await call("PATCH /tasks/:id/comments/:commentId", { params, body: { body } })).comment;
  }
  const { path, range, quote } = editor;
  return (
    await call("POST /tasks/:id/comments", {
      params: { id: task.id },
      body: { path, range, body, ...(range === null ? {} : { quote }) },
    })
  ).comment;
}

/** Closes a field. Words in it are only put aside: one press brings them back. */
export function closeEditor(store: ReaderStore, id: string): void {
  const editor = store.getState().editors.get(id);
  if (editor === undefined) return;
  store.setState(({ editors }) => ({ editors: without(editors, id) }));
  if (editor.text.trim() === "" || editor.commentId !== null) return;
  toast({
    text: "Discarded what you wrote.",
    icon: "trash",
    action: {
      label: "Undo",
      icon: "undo",
      run: () =>
        store.setState(({ editors }) => ({ editors: new Map(editors).set(editor.id, editor) })),
    },
  });
}

/** Takes a draft away; it can be brought back as it was. */
export async function discardDraft(task: Task, comment: ReviewComment): Promise<void> {
  const params = { id: task.id, commentId: comment.id };
  drop(task, comment.id);
  try {
    await call("DELETE /tasks/:id/comments/:commentId", { params });
    toast({
      text: "Discarded a draft.",
      icon: "trash",
      action: { label: "Undo", icon: "undo", run: () => later(bringBack(task, comment)) },
    });
  } catch (error) {
    refreshChanges(task.id);
    report(error, { what: "Could not discard the draft" });
  }
}

function drop(task: Task, id: string): void {
  changeReview(task.id, (before) => ({
    ...before,
    comments: before.comments.filter((one) => one.id !== id),
  }));
}

async function bringBack(task: Task, comment: ReviewComment): Promise<void> {
  const { path, range, quote, body } = comment;
  try {
    const answer = await call("POST /tasks/:id/comments", {
      params: { id: task.id },
      body: { path, range, body, ...(range === null ? {} : { quote }) },
    });
    changeReview(task.id, (before) => ({
      ...before,
      comments: [...before.comments, answer.comment],
    }));
  } catch (error) {
    report(error, {
      what: "Could not bring the draft back",
      retry: () => later(bringBack(task, comment)),
    });
  }
}

/** Settles a thread, or opens it again. */
export async function settle(task: Task, comment: ReviewComment, settled: boolean): Promise<void> {
  try {
    const answer = await call("PATCH /tasks/:id/comments/:commentId", {
      params: { id: task.id, commentId: comment.id },
      body: { settled },
    });
    changeReview(task.id, (before) => ({
      ...before,
      comments: before.comments.map((one) => (one.id === comment.id ? answer.comment : one)),
    }));
    announce(settled ? "Settled" : "Open again");
  } catch (error) {
    report(error, { what: settled ? "Could not settle it" : "Could not reopen it" });
  }
}

export interface Sending {
  readonly task: Task;
  readonly store: ReaderStore;
  readonly text: string;
  /** One for each message: sent twice, it arrives once. */
  readonly key: string;
  /** Asked again once the repository is trusted. */
  readonly again: () => void;
}

/** `unsaved`: something that was typed could not be stored, so nothing was sent. */
export type Sent = "run" | "queued" | "trust" | "unsaved";

/** Sends all drafts to the agent as one message; what is still being typed goes along. */
export async function sendReview({ task, store, text, key, again }: Sending): Promise<Sent> {
  for (const editor of unsaved(store.getState().editors)) {
    if (!(await saveEditor(task, store, editor.id))) return "unsaved";
  }
  try {
    const words = text.trim();
    const answer = await call("POST /tasks/:id/review/send", {
      params: { id: task.id },
      body: words === "" ? {} : { text: words },
      key,
    });
    refreshChanges(task.id);
    return answer.run === undefined ? "queued" : "run";
  } catch (error) {
    const trust = trustIn(error);
    if (trust === null) throw error;
    askForTrust({ trust, title: task.title, accepted: again });
    return "trust";
  }
}

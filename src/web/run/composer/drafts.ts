import type { AttachedFile } from "../../attach/use-attach.ts";

/** What the person has typed for a task and not sent. It outlives a reload, not the browser. */

const prefix = "agetor.draft.";

export function readDraft(taskId: string): string {
  try {
    return sessionStorage.getItem(prefix + taskId) ?? "";
  } catch {
    return "";
  }
}

export function keepDraft(taskId: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(prefix + taskId);
    else sessionStorage.setItem(prefix + taskId, text);
  } catch {
    // Storage is full or off: the text still stands in the field.
  }
}

/** What was attached to a message that is not sent; it outlives the panel, not the page. */
const attached = new Map<string, readonly AttachedFile[]>();

export function readFiles(taskId: string): readonly AttachedFile[] {
  return attached.get(taskId) ?? [];
}

export function keepFiles(taskId: string, files: readonly AttachedFile[]): void {
  if (files.length === 0) attached.delete(taskId);
  else attached.set(taskId, files);
}

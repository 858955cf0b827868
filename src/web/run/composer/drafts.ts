import type { AttachedFile } from "../../attach/attached-file.ts";

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

/** What was attached to a message that is not sent: it lies on the server, and outlives a reload too. */
const filesPrefix = "agetor.files.";

export function readFiles(taskId: string): readonly AttachedFile[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(filesPrefix + taskId) ?? "[]");
    return Array.isArray(kept) ? (kept as AttachedFile[]) : [];
  } catch {
    return [];
  }
}

export function keepFiles(taskId: string, files: readonly AttachedFile[]): void {
  try {
    if (files.length === 0) sessionStorage.removeItem(filesPrefix + taskId);
    else sessionStorage.setItem(filesPrefix + taskId, JSON.stringify(files));
  } catch {
    // Storage is full or off: the files still stand below the field.
  }
}

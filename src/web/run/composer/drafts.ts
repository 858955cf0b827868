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

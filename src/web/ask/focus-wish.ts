let wished: string | null = null;

/** The person pressed "Answer" on a card: the form of that task takes the focus when it is there. */
export function wishFocus(taskId: string): void {
  wished = taskId;
}

/** Whether the focus was wished for; true once. */
export function takeFocusWish(taskId: string): boolean {
  if (wished !== taskId) return false;
  wished = null;
  return true;
}

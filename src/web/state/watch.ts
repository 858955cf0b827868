/** Set by the feed: adds a task to the stream until the answer is called. */
let watch: (taskId: string) => () => void = () => () => undefined;

export function watchWith(next: typeof watch): void {
  watch = next;
}

/** Has the stream carry what only those who look at a task want to hear, until the answer is called. */
export function watchTask(taskId: string): () => void {
  return watch(taskId);
}

import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

/** What is typed over a task and not saved yet; absent fields are as they were. */
export interface TaskEdit {
  readonly title?: string;
  readonly prompt?: string;
  readonly agent?: string;
}

interface Editing {
  readonly taskId: string | null;
  /** Kept when the dialog is left by Escape, so that nothing typed is lost by a slip. */
  readonly edits: ReadonlyMap<string, TaskEdit>;
}

const store = createStore<Editing>(() => ({ taskId: null, edits: new Map() }));

export function editTask(taskId: string): void {
  store.setState({ taskId });
}

/** Leaves the dialog; what was typed stays for the next time. */
export function leaveEdit(): void {
  store.setState({ taskId: null });
}

export function changeEdit(taskId: string, change: TaskEdit): void {
  const edits = new Map(store.getState().edits);
  edits.set(taskId, { ...edits.get(taskId), ...change });
  store.setState({ edits });
}

/** Saved or given up. */
export function dropEdit(taskId: string): void {
  const edits = new Map(store.getState().edits);
  edits.delete(taskId);
  store.setState({ edits });
}

export function useEditing(): string | null {
  return useStore(store, (state) => state.taskId);
}

const none: TaskEdit = {};

export function useEdit(taskId: string): TaskEdit {
  return useStore(store, (state) => state.edits.get(taskId) ?? none);
}

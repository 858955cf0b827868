import { useState } from "react";

/** What a person has made of a waiting message and not saved: its words then, and theirs now. */
export interface Edit {
  readonly was: string;
  readonly text: string;
}
export type Edits = ReadonlyMap<string, Edit>;

/** By task. It outlives the panel; what the browser keeps of it outlives a reload too. */
const held = new Map<string, Edits>();
const prefix = "agetor.edits.";

export function readEdits(taskId: string): Edits {
  const known = held.get(taskId);
  if (known !== undefined) return known;
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(prefix + taskId) ?? "[]");
    return new Map(Array.isArray(kept) ? (kept as [string, Edit][]) : []);
  } catch {
    return new Map();
  }
}

/** Keeps one edit, or drops it with null. */
export function keepEdit(taskId: string, messageId: string, edit: Edit | null): Edits {
  const next = new Map(readEdits(taskId));
  if (edit === null) next.delete(messageId);
  else next.set(messageId, edit);
  held.set(taskId, next);
  try {
    if (next.size === 0) sessionStorage.removeItem(prefix + taskId);
    else sessionStorage.setItem(prefix + taskId, JSON.stringify([...next]));
  } catch {
    // Storage is full or off: the words still stand in the field.
  }
  return next;
}

/** The edits of one task's waiting messages, and how to change them. */
export function useEdits(
  taskId: string,
): readonly [Edits, (messageId: string, edit: Edit | null) => void] {
  const [edits, setEdits] = useState(() => readEdits(taskId));
  return [edits, (messageId, edit) => setEdits(keepEdit(taskId, messageId, edit))];
}

/**
 * Edits whose message is no longer in the queue. Words that somebody changed have nowhere to go; the
 * others stand where the message went.
 */
export function leftBehind(
  edits: Edits,
  waiting: ReadonlySet<string>,
): { readonly over: readonly string[]; readonly words: readonly string[] } {
  const over = [...edits].filter(([id]) => !waiting.has(id));
  const words = over
    .filter(([, { was, text }]) => text.trim() !== "" && text.trim() !== was.trim())
    .map(([, { text }]) => text.trim());
  return { over: over.map(([id]) => id), words };
}

/** Words below what stands in a field already. */
export function below(draft: string, words: readonly string[]): string {
  return [...(draft.trim() === "" ? [] : [draft.trimEnd()]), ...words].join("\n\n");
}

/** What stands in a field once its beginning was sent: what came below it meanwhile. */
export function without(draft: string, sent: string): string {
  const begin = sent.trimEnd();
  return draft.startsWith(begin) ? draft.slice(begin.length).trimStart() : draft;
}

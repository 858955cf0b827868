import { useState } from "react";

/** What is filled in and not sent yet outlives a reload, not the browser. */
const prefix = "agetor.ask.";

function read<T>(id: string, valid: (value: unknown) => value is T): T | null {
  try {
    const stored = sessionStorage.getItem(prefix + id);
    const value: unknown = stored === null ? null : JSON.parse(stored);
    return valid(value) ? value : null;
  } catch {
    // Not ours, or storage is off: then the form begins empty.
    return null;
  }
}

function keep(id: string, value: unknown): void {
  try {
    sessionStorage.setItem(prefix + id, JSON.stringify(value));
  } catch {
    // Storage is full or off: what is filled in still stands in the form.
  }
}

export function dropDraft(id: string): void {
  try {
    sessionStorage.removeItem(prefix + id);
  } catch {
    // Storage is off, so nothing was kept.
  }
}

/** State of a form that is kept from the first change on. */
export function useDraft<T>(
  id: string,
  empty: () => T,
  valid: (value: unknown) => value is T,
): readonly [T, (change: (before: T) => T) => void] {
  const [value, setValue] = useState<T>(() => read(id, valid) ?? empty());
  const change = (fold: (before: T) => T): void => {
    setValue((before) => {
      const next = fold(before);
      keep(id, next);
      return next;
    });
  };
  return [value, change];
}

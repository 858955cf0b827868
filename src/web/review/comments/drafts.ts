import { ulid } from "ulid";
import type { LineRange, ReviewComment } from "../../../contract/review.ts";
import type { Passage } from "../rows/cursor.ts";

/** A comment while it is typed: it is kept in this tab until the server has it. */
export interface Editor {
  readonly id: string;
  /** Null = on the whole. */
  readonly path: string | null;
  /** Null = on the file, or the whole. */
  readonly range: LineRange | null;
  /** The lines as they are seen; "" where it is on none. */
  readonly quote: string;
  readonly text: string;
  /** The draft on the server that is being changed; null for a new one. */
  readonly commentId: string | null;
}

export type Editors = ReadonlyMap<string, Editor>;

const prefix = "agetor.comments.";

/** What was typed and not yet added, as it was before a reload. */
export function readEditors(taskId: string): Editors {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(prefix + taskId) ?? "[]");
    const list = Array.isArray(stored) ? stored.filter(isEditor) : [];
    return new Map(list.map((editor) => [editor.id, editor]));
  } catch {
    return new Map();
  }
}

export function keepEditors(taskId: string, editors: Editors): void {
  try {
    const list = [...editors.values()];
    if (list.length === 0) sessionStorage.removeItem(prefix + taskId);
    else sessionStorage.setItem(prefix + taskId, JSON.stringify(list));
  } catch {
    // Storage is full or off: the text still stands in its field.
  }
}

function isEditor(value: unknown): value is Editor {
  const editor = value as Partial<Editor> | null;
  const { id, text, quote, path, range } = editor ?? {};
  const words = [id, text, quote].every((word) => typeof word === "string");
  const placed = (path === null || typeof path === "string") && typeof range === "object";
  return words && placed;
}

/** Opens a field for a new comment; one that is open on the same lines is taken up again. */
export function openEditor(
  editors: Editors,
  path: string | null,
  passage: Passage | null,
): { readonly editors: Editors; readonly id: string } {
  const range = passage?.range ?? null;
  for (const one of editors.values()) {
    if (one.commentId === null && one.path === path && sameRange(one.range, range)) {
      return { editors, id: one.id };
    }
  }
  const id = ulid();
  const editor: Editor = {
    id,
    path,
    range,
    quote: passage?.quote ?? "",
    text: "",
    commentId: null,
  };
  return { editors: new Map(editors).set(id, editor), id };
}

/** Opens a field for a draft that the server has. */
export function editDraft(editors: Editors, comment: ReviewComment): Editors {
  const { id, path, range, quote, body } = comment;
  if (editors.has(id)) return editors;
  return new Map(editors).set(id, { id, path, range, quote, text: body, commentId: id });
}

export function typed(editors: Editors, id: string, text: string): Editors {
  const editor = editors.get(id);
  return editor === undefined ? editors : new Map(editors).set(id, { ...editor, text });
}

export function without(editors: Editors, id: string): Editors {
  const rest = new Map(editors);
  rest.delete(id);
  return rest;
}

/** What would be lost if only the drafts of the server were sent. */
export function unsaved(editors: Editors): readonly Editor[] {
  return [...editors.values()].filter(({ text }) => text.trim() !== "");
}

function sameRange(a: LineRange | null, b: LineRange | null): boolean {
  return a?.side === b?.side && a?.start === b?.start && a?.end === b?.end;
}

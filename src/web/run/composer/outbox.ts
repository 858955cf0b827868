import type { AttachedFile } from "../../attach/attached-file.ts";
import { keepDraft, keepFiles, readDraft, readFiles } from "./drafts.ts";
import { without } from "./edits.ts";
import type { Delivery, Sent } from "./send.ts";

/** A message as it stood in the field. */
export interface Draft {
  readonly text: string;
  readonly files: readonly AttachedFile[];
  readonly delivery: Delivery;
}

/** A message on its way; `over` never rejects. */
export interface Going {
  readonly draft: Draft;
  readonly over: Promise<{ readonly kind: Sent } | { readonly kind: "failed"; error: unknown }>;
}

/** By task, over every look at it: a panel that is closed and opened again must not send twice. */
const going = new Map<string, Going>();

export function goingFrom(taskId: string): Going | null {
  return going.get(taskId) ?? null;
}

/**
 * Follows a message until the server has it. Until then what is kept of the draft holds its words,
 * with what was typed since below them.
 */
export function post(taskId: string, draft: Draft, sent: Promise<Sent>): Going {
  const over = sent.then(
    (kind) => {
      going.delete(taskId);
      if (kind !== "trust") forget(taskId, draft);
      return { kind };
    },
    (error: unknown) => {
      going.delete(taskId);
      return { kind: "failed" as const, error };
    },
  );
  const entry: Going = { draft, over };
  going.set(taskId, entry);
  return entry;
}

/** What has been sent is no draft any more, whether or not anybody looks. */
function forget(taskId: string, { text, files }: Draft): void {
  const gone = new Set(files.map(({ id }) => id));
  keepDraft(taskId, without(readDraft(taskId), text));
  keepFiles(
    taskId,
    readFiles(taskId).filter(({ id }) => !gone.has(id)),
  );
}

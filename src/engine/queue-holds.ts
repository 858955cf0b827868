import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { HoldQueuedBody, QueuedHold } from "../contract/task.ts";
import { type Core, unknown, type Work } from "./core.ts";

/** How long a hold lasts without another sign of life, at most, in milliseconds. */
export const holdMs = 75_000;
/** How long an editor has after a restart to say that it is still there, in milliseconds. */
const graceMs = 30_000;
/** Who edits after a restart: somebody did, and has not said so again. */
const unknownEditor = "";
/** Editors of one message that are told apart. */
const mostEditors = 16;

/** The row that says a waiting message is being edited, so that the next server knows it at once. */
function editEffect(messageId: string): string {
  return `${messageId}:edit`;
}

/** Whether somebody edits this waiting message: it is not to be sent before they are done. */
export function isEdited(read: Pick<Work["tx"], "effect">, messageId: string): boolean {
  return read.effect(editEffect(messageId))?.state === "started";
}

type Leases = Map<string, () => void>;

/**
 * Holds waiting messages while they are edited. Editors say again and again that they are there; that
 * is kept in memory. That there is one at all is a row: a server that takes over grants it a while to
 * speak up, and lets the message go when nobody does.
 */
export class QueueHolds {
  readonly #core: Core;
  /** By message, then by editor: what calls its end off. */
  readonly #leases = new Map<string, { readonly taskId: string; readonly by: Leases }>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Takes up what an earlier server left; before any lane moves. */
  begin(): void {
    for (const { kind, id, taskId } of this.#core.deps.store.openEffects()) {
      if (kind === "edit") this.#lease(taskId, id.replace(/:edit$/, ""), unknownEditor, graceMs);
    }
  }

  stop(): void {
    for (const { by } of this.#leases.values()) for (const cancel of by.values()) cancel();
    this.#leases.clear();
  }

  /**
   * One editor's sign of life: the message stays for `forMs` from now; 0 lets it go, when nobody else
   * edits it. `not_found` for a message that does not wait (any more); `invalid_request` for more
   * editors than a person has pages.
   */
  hold(taskId: string, messageId: string, body: HoldQueuedBody): Result<QueuedHold> {
    return this.#core.attempt(() => this.#hold(taskId, messageId, body));
  }

  #hold(taskId: string, messageId: string, body: HoldQueuedBody): Result<QueuedHold> {
    const { store } = this.#core.deps;
    const waits = store.queued(taskId).some(({ id }) => id === messageId);
    if (!waits) {
      this.#forget(messageId);
      this.#settle(taskId, messageId);
      return unknown("message", messageId);
    }
    const by = this.#leases.get(messageId)?.by;
    if (body.forMs > 0 && by !== undefined && by.size >= mostEditors && !by.has(body.editor)) {
      return err(fault("invalid_request", "Too many pages edit this message.", null));
    }
    this.#end(messageId, unknownEditor);
    if (body.forMs > 0) this.#lease(taskId, messageId, body.editor, body.forMs);
    else this.#end(messageId, body.editor);
    this.#settle(taskId, messageId);
    return ok({ held: isEdited(store, messageId) });
  }

  #lease(taskId: string, messageId: string, editor: string, forMs: number): void {
    this.#end(messageId, editor);
    const held = this.#leases.get(messageId) ?? { taskId, by: new Map<string, () => void>() };
    this.#leases.set(messageId, held);
    const over = (): void => {
      this.#end(messageId, editor);
      // Nobody is there to try again: it is kept until it is stored.
      if (this.#isDue(messageId)) {
        this.#core.keepSoon(taskId, "queue", (work) => this.#settleIn(work, taskId, messageId));
      }
    };
    held.by.set(editor, this.#core.deps.clock.after(forMs, over));
  }

  #end(messageId: string, editor: string): void {
    const by = this.#leases.get(messageId)?.by;
    by?.get(editor)?.();
    by?.delete(editor);
    if (by?.size === 0) this.#leases.delete(messageId);
  }

  #forget(messageId: string): void {
    for (const editor of [...(this.#leases.get(messageId)?.by.keys() ?? [])]) {
      this.#end(messageId, editor);
    }
  }

  /** Brings the row in line with who edits; its task's lane looks again when that changed it. */
  #settle(taskId: string, messageId: string): void {
    if (this.#isDue(messageId)) {
      this.#core.commit("queue", (work) => this.#settleIn(work, taskId, messageId));
    }
  }

  #isDue(messageId: string): boolean {
    return this.#leases.has(messageId) !== isEdited(this.#core.deps.store, messageId);
  }

  #settleIn(work: Work, taskId: string, messageId: string): void {
    const held = this.#leases.has(messageId);
    work.tx.putEffect({
      id: editEffect(messageId),
      taskId,
      runId: null,
      kind: "edit",
      attempt: 1,
      state: held ? "started" : "done",
      at: work.now,
    });
    const task = work.tx.task(taskId);
    if (task !== null) work.putTask(task);
    if (!held) work.poke(taskId);
  }
}

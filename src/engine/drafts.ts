import type { Draft } from "../agents/driver.ts";
import type { DraftFrame } from "../contract/event.ts";

/** The most text one draft keeps in memory; beyond it only the stream carries it. */
const limit = 256 * 1024;

interface Open {
  readonly runId: string;
  readonly kind: DraftFrame["kind"];
  text: string;
}

/** Live text that is not yet stored, per task, for those who join in the middle (M8). */
export class Drafts {
  readonly #tasks = new Map<string, Map<string, Open>>();

  /** Takes what a session drafts and answers the frame to show. */
  take(taskId: string, runId: string, draft: Draft): DraftFrame {
    const open = this.#tasks.get(taskId) ?? new Map<string, Open>();
    this.#tasks.set(taskId, open);
    if (draft.text === null) {
      open.delete(draft.draftId);
    } else {
      const known = open.get(draft.draftId) ?? { runId, kind: draft.kind, text: "" };
      known.text = (known.text.slice(0, draft.offset) + draft.text).slice(0, limit);
      open.set(draft.draftId, known);
    }
    return { type: "draft", taskId, runId, ...draft };
  }

  /** Every open draft of a task, whole. */
  of(taskId: string): readonly DraftFrame[] {
    return [...(this.#tasks.get(taskId) ?? [])].map(([draftId, open]) => ({
      type: "draft",
      taskId,
      runId: open.runId,
      draftId,
      kind: open.kind,
      offset: 0,
      text: open.text,
    }));
  }

  /** Forgets a task's drafts and answers the frames that take them away. */
  clear(taskId: string): readonly DraftFrame[] {
    const gone = this.of(taskId).map((frame) => ({ ...frame, text: null }));
    this.#tasks.delete(taskId);
    return gone;
  }
}

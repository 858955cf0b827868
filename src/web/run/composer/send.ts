import type { Reference, Task } from "../../../contract/task.ts";
import { trustIn } from "../../state/actions.ts";
import { askForTrust } from "../../state/trust.ts";
import { call } from "../../wire/client.ts";

/** `kept`: it was to be said at once, and has to wait all the same. */
export type Sent = "sent" | "queued" | "kept" | "trust";
export type Delivery = "queue" | "steer";

export interface Message {
  readonly text: string;
  /** Files that go along. */
  readonly references: readonly Reference[];
  /** One per message, however often it is sent. */
  readonly key: string;
  readonly delivery: Delivery;
}

/**
 * Sends a message to a task: a follow-up when it has run before, else its first start. Answers
 * `trust` when the repository has to be trusted first; `again` is called once it is.
 */
export async function sendMessage(
  task: Task,
  { text, references, key, delivery }: Message,
  again: () => void,
): Promise<Sent> {
  try {
    if (task.runId === null) {
      // A start takes words only: what goes along belongs to the task.
      if (references.length > 0) {
        const known = new Set(task.references.map((one) => JSON.stringify(one)));
        const fresh = references.filter((one) => !known.has(JSON.stringify(one)));
        const all = [...task.references, ...fresh];
        await call("PATCH /tasks/:id", { params: { id: task.id }, body: { references: all } });
      }
      const body = text === "" ? {} : { prompt: text };
      await call("POST /tasks/:id/start", { params: { id: task.id }, body, key });
      return "sent";
    }
    const answer = await call("POST /runs/:id/input", {
      params: { id: task.runId },
      body: {
        text,
        delivery,
        ...(references.length === 0 ? {} : { references: [...references] }),
      },
      key,
    });
    if (answer.queued === undefined) return "sent";
    return delivery === "steer" ? "kept" : "queued";
  } catch (error) {
    const trust = trustIn(error);
    if (trust === null) throw error;
    askForTrust({ trust, title: task.title, accepted: again });
    return "trust";
  }
}

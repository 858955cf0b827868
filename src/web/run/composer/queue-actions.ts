import type { QueryClient } from "@tanstack/react-query";
import type { QueuedMessage, Task } from "../../../contract/task.ts";
import { later } from "../../state/actions.ts";
import { announce } from "../../ui/live-region.tsx";
import { report } from "../../ui/report.ts";
import { toast } from "../../ui/toast.ts";
import { ApiError, call } from "../../wire/client.ts";
import { inTurn } from "./in-turn.ts";

export const queueKey = (taskId: string): readonly string[] => ["queue", taskId];

/** Why a message that was to be said at once still waits. */
export function whyQueued(task: Task): string {
  return task.phase?.kind === "blocked"
    ? "Stays queued: the agent waits for you."
    : "Stays queued: the agent cannot take it within this turn. It is sent when the agent is idle.";
}

/** What a person does to messages that wait. Each shows at once; the server's list settles it. */
export interface QueueActions {
  /** `back` is called when the words could not be saved. */
  edit(message: QueuedMessage, text: string, back: () => void): void;
  move(message: QueuedMessage, to: number): void;
  steer(message: QueuedMessage): void;
  remove(message: QueuedMessage): void;
}

type Messages = readonly QueuedMessage[];

export function queueActions(client: QueryClient, task: Task): QueueActions {
  const id = task.id;
  const queryKey = queueKey(id);
  const show = (fold: (before: Messages) => Messages): void => {
    client.setQueriesData<Messages>({ queryKey }, (before) =>
      before === undefined ? before : fold(before),
    );
  };
  // It may be gone by now, sent or taken back elsewhere: look again either way.
  const settle = (work: Promise<unknown>, what: string): void =>
    later(
      work
        .catch((error: unknown) => report(error, { what }))
        .then(() => client.invalidateQueries({ queryKey })),
    );
  return {
    edit(message, text, back) {
      const params = { id, messageId: message.id };
      show((before) => before.map((one) => (one.id === message.id ? { ...one, text } : one)));
      const save = async (): Promise<void> => {
        try {
          // Before the message is let go: it would be sent as it was.
          await inTurn(message.id, () =>
            call("PATCH /tasks/:id/queue/:messageId", { params, body: { text } }),
          );
        } catch (error) {
          back();
          // Gone meanwhile: the queue itself says so when it gives the words back.
          if (!(error instanceof ApiError && error.code === "not_found")) throw error;
        }
      };
      settle(save(), "Could not change the message");
    },
    move(message, to) {
      const params = { id, messageId: message.id };
      show((before) => moved(before, message.id, to));
      announce(`Place ${to + 1}`);
      settle(
        call("PATCH /tasks/:id/queue/:messageId", { params, body: { index: to } }),
        "Could not move the message",
      );
    },
    steer(message) {
      const params = { id, messageId: message.id };
      const say = async (): Promise<void> => {
        const answer = await call("POST /tasks/:id/queue/:messageId/steer", { params, body: {} });
        if (answer.queued !== undefined) toast({ text: whyQueued(task), icon: "clock" });
        else announce("Said to the agent");
      };
      settle(say(), "Could not say it now");
    },
    remove(message) {
      const params = { id, messageId: message.id };
      show((before) => before.filter((one) => one.id !== message.id));
      settle(call("DELETE /tasks/:id/queue/:messageId", { params }), "Could not take it back");
    },
  };
}

/** The list with one message at another place; places beyond the ends are the ends. */
export function moved(messages: Messages, id: string, to: number): Messages {
  const one = messages.find((message) => message.id === id);
  if (one === undefined) return messages;
  const others = messages.filter((message) => message.id !== id);
  const at = Math.min(others.length, Math.max(0, to));
  return [...others.slice(0, at), one, ...others.slice(at)];
}

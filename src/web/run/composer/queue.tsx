import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Task } from "../../../contract/task.ts";
import { counted } from "../../../domain/transcript-words.ts";
import { isActive } from "../../state/actions.ts";
import { IconButton } from "../../ui/button.tsx";
import { report } from "../../ui/report.ts";
import { call } from "../../wire/client.ts";

export const queueKey = (taskId: string): readonly string[] => ["queue", taskId];

/** Messages that wait until the agent is idle. */
export function Queue({ task }: { readonly task: Task }) {
  const client = useQueryClient();
  const { data } = useQuery({
    // The number on the card says when the list has changed.
    queryKey: [...queueKey(task.id), task.queuedMessages],
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/queue", { params: { id: task.id }, signal })).messages,
    enabled: task.queuedMessages > 0,
    placeholderData: (before) => before,
  });
  const messages = task.queuedMessages === 0 ? [] : (data ?? []);
  if (messages.length === 0) return null;
  const remove = (messageId: string): void => {
    call("DELETE /tasks/:id/queue/:messageId", { params: { id: task.id, messageId } })
      .catch((error: unknown) => report(error, { what: "Could not take it back" }))
      // It may be gone by now, sent or taken back elsewhere: look again either way.
      .then(() => client.invalidateQueries({ queryKey: queueKey(task.id) }))
      .catch(() => undefined);
  };
  const when = isActive(task) ? "sent when the agent is idle" : "sent after your next message";
  return (
    <section className="queue" aria-label="Queued messages">
      <p className="cap">{`${counted(messages.length, "message")} queued, ${when}`}</p>
      <ol>
        {messages.map((message, index) => (
          <li key={message.id}>
            <span className="n">{index + 1}</span>
            <span className="cut grow">{message.text}</span>
            <IconButton
              icon="x"
              size="s"
              label="Remove from the queue"
              onClick={() => remove(message.id)}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

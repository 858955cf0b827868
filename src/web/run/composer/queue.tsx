import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Task } from "../../../contract/task.ts";
import { counted } from "../../../domain/transcript-words.ts";
import { isActive } from "../../state/actions.ts";
import { call } from "../../wire/client.ts";
import { queueActions, queueKey } from "./queue-actions.ts";
import { QueueRow } from "./queue-row.tsx";

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
  const actions = useMemo(() => queueActions(client, task), [client, task]);
  const [dragged, setDragged] = useState<string | null>(null);
  const messages = task.queuedMessages === 0 ? [] : (data ?? []);
  if (messages.length === 0) return null;
  const when = isActive(task) ? "sent when the agent is idle" : "sent after your next message";
  const drop = (to: number): void => {
    const message = messages.find(({ id }) => id === dragged);
    setDragged(null);
    if (message !== undefined && messages[to] !== message) actions.move(message, to);
  };
  return (
    <section className="queue" aria-label="Queued messages">
      <p className="cap">{`${counted(messages.length, "message")} queued, ${when}`}</p>
      <ol>
        {messages.map((message, index) => (
          <QueueRow
            key={message.id}
            message={message}
            index={index}
            count={messages.length}
            steerable={isActive(task) && task.phase?.kind !== "cancelling"}
            actions={actions}
            onDrag={() => setDragged(message.id)}
            onDrop={() => drop(index)}
          />
        ))}
      </ol>
    </section>
  );
}

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type { TranscriptData } from "../../../contract/event.ts";
import type { Task } from "../../../contract/task.ts";
import { counted } from "../../../domain/transcript-words.ts";
import { isActive } from "../../state/actions.ts";
import { transcriptSource } from "../../state/transcript.ts";
import { toast } from "../../ui/toast.ts";
import { call } from "../../wire/client.ts";
import { leftBehind, useEdits } from "./edits.ts";
import { queueActions, queueKey } from "./queue-actions.ts";
import { QueueRow } from "./queue-row.tsx";

export interface QueueProps {
  readonly task: Task;
  /** Takes the words of an edit whose message has gone. */
  readonly onWords: (words: readonly string[]) => void;
}

/** Messages that wait until the agent is idle. */
export function Queue({ task, onWords }: QueueProps) {
  const client = useQueryClient();
  const { data, error, isFetching } = useQuery({
    // What the card knows of it says when the list has changed.
    queryKey: [...queueKey(task.id), task.queuedMessages, task.queueEdited],
    queryFn: async ({ signal }) =>
      (await call("GET /tasks/:id/queue", { params: { id: task.id }, signal })).messages,
    enabled: task.queuedMessages > 0,
    placeholderData: (before) => before,
    // The same number of messages may come again, with others in it.
    staleTime: 0,
  });
  const actions = useMemo(() => queueActions(client, task), [client, task]);
  const [dragged, setDragged] = useState<string | null>(null);
  const messages = task.queuedMessages === 0 ? [] : (data ?? []);
  const [edits, setEdit] = useEdits(task.id);
  // A list of another time must not end an edit.
  const sure = task.queuedMessages === 0 || (data !== undefined && error === null && !isFetching);
  useEffect(() => {
    if (!sure) return;
    const { over, words } = leftBehind(edits, new Set(messages.map(({ id }) => id)));
    for (const id of over) setEdit(id, null);
    if (words.length === 0) return;
    onWords(words);
    toast({
      text: over.some((id) => wasSent(task.id, id))
        ? "The message was sent as it was before you finished."
        : "The message left the queue before you finished.",
      detail: "Your words are in the field below.",
      icon: "info",
    });
  });
  if (messages.length === 0) return null;
  const when = whenSent(task, messages.length);
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
            edit={edits.get(message.id) ?? null}
            onEdit={(edit) => setEdit(message.id, edit)}
            onDrag={() => setDragged(message.id)}
            onDrop={() => drop(index)}
          />
        ))}
      </ol>
    </section>
  );
}

/** When the messages go, or what they wait for. */
function whenSent(task: Task, count: number): string {
  if (task.queueEdited) return count === 1 ? "held while it is edited" : "held while one is edited";
  return isActive(task) ? "sent when the agent is idle" : "sent after your next message";
}

/** Whether a message of the queue stands in the transcript by now. */
function wasSent(taskId: string, messageId: string): boolean {
  const events = transcriptSource(taskId)?.view().events ?? [];
  const sent = events.findLast(
    ({ type, data }) =>
      type === "user.message" && (data as TranscriptData["user.message"]).messageId === messageId,
  );
  return sent !== undefined;
}

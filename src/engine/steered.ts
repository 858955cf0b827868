import type { AgentItem } from "../agents/driver.ts";
import type { QueuedMessage } from "../contract/task.ts";
import { rankBetween } from "../domain/rank.ts";
import type { EffectRecord, RunRecord } from "../store/types.ts";
import type { Work } from "./core.ts";

/**
 * Names the row that tells what became of saying a message into a turn: `started` = it may have
 * reached the agent, `done` = it did, in `runId`, `failed` = it did not, or `runId` was stopped
 * before the agent heard it.
 */
export function steerEffect(messageId: string): string {
  return `${messageId}:steer`;
}

export function putSteer(
  work: Work,
  about: Pick<EffectRecord, "taskId" | "runId" | "state"> & { readonly messageId: string },
): void {
  const { messageId, ...rest } = about;
  work.tx.putEffect({
    ...rest,
    id: steerEffect(messageId),
    kind: "steer",
    attempt: 1,
    at: work.now,
  });
}

/** The agent has a waiting message: it leaves the queue and is shown as part of the run. */
export function hear(work: Work, run: RunRecord, message: QueuedMessage): void {
  const { taskId } = run;
  work.tx.removeQueued(message.id);
  putSteer(work, { messageId: message.id, taskId, runId: run.id, state: "done" });
  work.append({
    type: "user.message",
    taskId,
    runId: run.id,
    key: `message:${message.id}`,
    data: { text: message.text, messageId: message.id, source: "app" },
  });
  const task = work.tx.task(taskId);
  if (task !== null) {
    work.putTask(task);
  }
}

/** The transcript proves that a message was heard which a server that died left in the queue. */
export function hearEcho(work: Work, run: RunRecord, messageId: string): void {
  const message = work.tx.queued(run.taskId).find(({ id }) => id === messageId);
  if (message !== undefined) {
    hear(work, run, message);
  }
}

/** What a turn was begun with that the agent had queued itself, as the person wrote it. */
export function queuedByAgent(
  work: Work,
  taskId: string,
  messageId: string,
): { readonly text: string | null } | null {
  const effect = work.tx.effect(steerEffect(messageId));
  if (effect === null) {
    return null;
  }
  const waiting = work.tx.queued(taskId).find(({ id }) => id === messageId);
  const said = effect.runId === null ? null : work.tx.said(effect.runId, messageId);
  return { text: waiting?.text ?? said };
}

/**
 * Nobody heard it, so it waits again, in front of all that was said later. It is sent with the
 * person's next message and not before: who pressed Stop wants the agent to be still.
 */
export function takeBack(
  work: Work,
  run: RunRecord,
  item: Extract<AgentItem, { kind: "returned" }>,
  newId: () => string,
): void {
  const { taskId } = run;
  const task = work.tx.task(taskId);
  const waiting = work.tx.queued(taskId);
  const message = task === null ? null : unheard(work, waiting, item, newId);
  if (task === null || message === null) {
    return;
  }
  const earlier = waiting.filter(({ id }) => wasTakenBack(work, id, run.id));
  putSteer(work, { messageId: message.id, taskId, runId: run.id, state: "failed" });
  if (!waiting.some(({ id }) => id === message.id)) {
    const later = waiting.filter((one) => !earlier.includes(one));
    const createdAt = work.now;
    let rank: string | null = null;
    for (const one of [...earlier, { ...message, taskId, createdAt }, ...later]) {
      rank = rankBetween(rank, null);
      work.tx.putQueued({ ...one, position: rank });
    }
  }
  work.putTask(task);
  work.notice(
    taskId,
    run.id,
    {
      level: "info",
      code: "message_unheard",
      message: "The agent did not get to read your last message. It waits in the queue again.",
      hint: "It is sent with your next message; change it or remove it there.",
    },
    `unheard:${message.id}`,
  );
}

function unheard(
  work: Work,
  waiting: readonly QueuedMessage[],
  { messageId, text }: Extract<AgentItem, { kind: "returned" }>,
  newId: () => string,
): { readonly id: string; readonly text: string } | null {
  if (messageId === null) {
    return text.trim() === "" ? null : { id: newId(), text };
  }
  const known = waiting.find(({ id }) => id === messageId);
  const effect = work.tx.effect(steerEffect(messageId));
  if (known !== undefined || effect?.state !== "done") {
    return known ?? null;
  }
  const said = effect.runId === null ? null : work.tx.said(effect.runId, messageId);
  return { id: messageId, text: said ?? text };
}

/** Whether a stop of this run took something back that still waits. */
export function holdsBack(work: Work, run: RunRecord): boolean {
  return work.tx.queued(run.taskId).some(({ id }) => wasTakenBack(work, id, run.id));
}

function wasTakenBack(work: Work, messageId: string, runId: string): boolean {
  const effect = work.tx.effect(steerEffect(messageId));
  return effect?.state === "failed" && effect.runId === runId;
}

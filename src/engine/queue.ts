import type { Message } from "../agents/driver.ts";
import { ok, type Result } from "../contract/result.ts";
import type { Run } from "../contract/run.ts";
import type {
  HoldQueuedBody,
  PatchQueuedBody,
  QueuedHold,
  QueuedMessage,
} from "../contract/task.ts";
import { rankBetween } from "../domain/rank.ts";
import type { RunRecord, TaskRecord } from "../store/types.ts";
import type { Answer, CommandMeta, Queue } from "./api.ts";
import { type Core, unknown, type Work } from "./core.ts";
import { toRun } from "./present.ts";
import { isEdited, QueueHolds } from "./queue-holds.ts";
import type { Sessions } from "./sessions.ts";
import { hear, putSteer, steerEffect } from "./steered.ts";

/** Puts a message behind all that wait for the agent of this task. */
export function enqueue(
  work: Work,
  task: TaskRecord,
  message: { readonly id: string; readonly text: string },
): QueuedMessage {
  const queued: QueuedMessage = { ...message, taskId: task.id, createdAt: work.now };
  work.tx.putQueued({ ...queued, position: rankBetween(work.tx.queuedRank(task.id), null) });
  work.putTask(task);
  return queued;
}

/** The row that says a task came back from the trash since this run: what waits, waits for the person. */
function holdEffect(runId: string): string {
  return `${runId}:hold`;
}

/** Has the messages of a task that comes back wait until the person sends one, over restarts too. */
export function holdQueue(work: Work, { id, runId }: TaskRecord): void {
  if (runId !== null && work.tx.queued(id).length > 0) {
    work.tx.putEffect({
      id: holdEffect(runId),
      taskId: id,
      runId,
      kind: "hold",
      attempt: 1,
      state: "done",
      at: work.now,
    });
  }
}

/** Whether the messages behind this run came back from the trash and wait for the person. */
export function isHeld(work: Work, run: RunRecord): boolean {
  return work.tx.effect(holdEffect(run.id)) !== null;
}

/** Messages that wait for a working agent: to be read, changed, reordered, taken back, or said now. */
export class QueueCommands implements Queue {
  readonly #core: Core;
  readonly #sessions: Sessions;
  readonly holds: QueueHolds;

  constructor(core: Core, sessions: Sessions) {
    this.#core = core;
    this.#sessions = sessions;
    this.holds = new QueueHolds(core);
  }

  list(taskId: string): Result<{ messages: readonly QueuedMessage[] }> {
    const { store } = this.#core.deps;
    const task = store.task(taskId);
    return task === null || task.deletedAt !== null
      ? unknown("task", taskId)
      : ok({ messages: shown(store, taskId) });
  }

  hold(taskId: string, messageId: string, body: HoldQueuedBody): Result<QueuedHold> {
    return this.holds.hold(taskId, messageId, body);
  }

  patch(
    taskId: string,
    messageId: string,
    body: PatchQueuedBody,
    meta: CommandMeta,
  ): Answer<{ messages: readonly QueuedMessage[] }> {
    return this.#core.once(meta, async () =>
      this.#core.command(meta, "queue", (work) => {
        const found = find(work, taskId, messageId);
        if (found === null) {
          return unknown("message", messageId);
        }
        const { task, message, others } = found;
        const at = Math.min(body.index ?? found.index, others.length);
        const all = [...others.slice(0, at), { ...message, ...textOf(body) }, ...others.slice(at)];
        // A queue is short: giving every message a new rank is simpler than finding gaps.
        let rank: string | null = null;
        for (const one of all) {
          rank = rankBetween(rank, null);
          work.tx.putQueued({ ...one, position: rank });
        }
        work.putTask(task);
        // Another one may be the first now, and not be edited.
        work.poke(taskId);
        return ok({ status: 200, body: { messages: shown(work.tx, taskId) } });
      }),
    );
  }

  remove(taskId: string, messageId: string, meta: CommandMeta): Answer<{ deleted: true }> {
    return this.#core.once(meta, async () =>
      this.#core.command<{ deleted: true }>(meta, "queue", (work) => {
        const found = find(work, taskId, messageId);
        if (found === null) {
          return unknown("message", messageId);
        }
        work.tx.removeQueued(messageId);
        work.putTask(found.task);
        work.poke(taskId);
        return ok({ status: 200, body: { deleted: true } });
      }),
    );
  }

  steer(
    taskId: string,
    messageId: string,
    meta: CommandMeta,
  ): Answer<{ run: Run } | { queued: QueuedMessage }> {
    return this.#core.once(meta, () => this.steerNow(taskId, messageId, meta));
  }

  /**
   * Says a waiting message into the current turn. It waits in the queue until the agent's echo
   * proves that it was heard; where steering is not safe now, or somebody edits it, it stays there.
   */
  async steerNow(
    taskId: string,
    messageId: string,
    meta: CommandMeta,
  ): Answer<{ run: Run } | { queued: QueuedMessage }> {
    const message = this.#core.deps.store.queued(taskId).find((one) => one.id === messageId);
    if (message === undefined) {
      return unknown("message", messageId);
    }
    if (this.#steerable(taskId) && !isEdited(this.#core.deps.store, messageId)) {
      await this.#say(taskId, message);
    }
    return this.#core.command<{ run: Run } | { queued: QueuedMessage }>(meta, "steer", (work) => {
      const task = work.tx.task(taskId);
      const run = task?.runId == null ? null : work.tx.run(task.runId);
      // What the transcript told meanwhile counts: that it was heard, or that it came back.
      const said = work.tx.effect(steerEffect(messageId))?.state === "done";
      if (!said || run === null) {
        return ok({ status: 202, body: { queued: message } });
      }
      hear(work, run, message);
      return ok({ status: 202, body: { run: toRun(run) } });
    });
  }

  /** Only into a turn that works and waits for nobody. */
  #steerable(taskId: string): boolean {
    const { store } = this.#core.deps;
    const task = store.task(taskId);
    const run = task?.runId == null ? null : store.run(task.runId);
    return run?.phase.kind === "working" && store.interactions(taskId).length === 0;
  }

  async #say(taskId: string, message: Message): Promise<void> {
    const live = this.#sessions.live(taskId);
    if (live?.session.steer === undefined) {
      return;
    }
    const runId = this.#core.deps.store.task(taskId)?.runId ?? null;
    this.#mark({ messageId: message.id, taskId, runId: null, state: "started" });
    const delivery = await live.session.steer(message);
    // An uncertain one keeps its row: the next try looks for its echo before it sends anything.
    if (delivery.kind !== "uncertain") {
      const state = delivery.kind === "delivered" ? "done" : "failed";
      const about = { messageId: message.id, taskId, runId: state === "done" ? runId : null };
      this.#mark({ ...about, state });
    }
  }

  /** An end that the transcript told first stays as it is. */
  #mark(about: Parameters<typeof putSteer>[1]): void {
    this.#core.commit("steer", (work) => {
      const before = work.tx.effect(steerEffect(about.messageId))?.state;
      if (about.state === "started" || before === "started") {
        putSteer(work, about);
      }
    });
  }
}

interface Found {
  readonly task: TaskRecord;
  readonly message: QueuedMessage;
  readonly others: readonly QueuedMessage[];
  readonly index: number;
}

function find(work: Work, taskId: string, messageId: string): Found | null {
  const task = work.tx.task(taskId);
  const all = work.tx.queued(taskId);
  const index = all.findIndex((one) => one.id === messageId);
  const message = all[index];
  if (task === null || task.deletedAt !== null || message === undefined) {
    return null;
  }
  return { task, message, others: all.filter((one) => one.id !== messageId), index };
}

/** The waiting messages, with which of them are being edited. */
function shown(
  read: Pick<Work["tx"], "queued" | "effect">,
  taskId: string,
): readonly QueuedMessage[] {
  return read
    .queued(taskId)
    .map((message) => (isEdited(read, message.id) ? { ...message, edited: true } : message));
}

function textOf(body: PatchQueuedBody): Partial<QueuedMessage> {
  return body.text === undefined ? {} : { text: body.text };
}

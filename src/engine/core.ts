import type { Clock, Driver } from "../agents/driver.ts";
import type { Event, EventType, NoticeData } from "../contract/event.ts";
import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Task } from "../contract/task.ts";
import type { Git } from "../git/types.ts";
import type { Host } from "../host/types.ts";
import {
  type RunRecord,
  type Store,
  StoreTrouble,
  type TaskRecord,
  type TaskView,
  type Tx,
} from "../store/types.ts";
import type { CommandMeta, Reply } from "./api.ts";
import type { Hub } from "./hub.ts";
import { Keeper } from "./keeper.ts";
import { toRun, toTask } from "./present.ts";
import { asFault, faultOf } from "./trouble.ts";

export type Log = (
  level: "debug" | "info" | "warn" | "error",
  message: string,
  data?: Record<string, unknown>,
) => void;

/** What the engine is given by the composition root. */
export interface EngineDeps {
  readonly store: Store;
  readonly git: Git;
  readonly host: Host;
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly clock: Clock;
  /** A new ULID, rising over the life of the server. */
  readonly newId: () => string;
  readonly dataDir: string;
  /** Program and arguments per agent kind from the environment; a harness's own win over these. */
  readonly overrides: Readonly<Record<string, { bin: string | null; args: readonly string[] }>>;
  readonly log: Log;
  /** How an agent's own processes get back to this server (M4). */
  readonly bridge: {
    readonly argv: readonly [string, ...string[]];
    readonly socket: string;
    /** Known once the server listens, so before anything is started. */
    readonly mcpUrl: () => string;
  };
}

/** One transaction in the making: its events are published after the commit, its tasks poked. */
export interface Work {
  readonly tx: Tx;
  readonly cause: string;
  readonly now: number;
  append(event: {
    readonly type: EventType;
    readonly taskId: string | null;
    readonly runId: string | null;
    readonly key?: string;
    readonly data: unknown;
    readonly at?: number;
  }): Event | null;
  /** Stores the task and tells every board. */
  putTask(task: TaskRecord): void;
  /** Stores the run and tells every board. */
  putRun(run: RunRecord): void;
  notice(taskId: string | null, runId: string | null, notice: NoticeData, key?: string): void;
  /** Has the task's lane look again after the commit. */
  poke(taskId: string): void;
}

/** Commit, then publish, then act: the one way the engine changes anything. */
export class Core {
  readonly deps: EngineDeps;
  readonly hub: Hub;
  /** Stores what happened anyway, however long that takes. */
  readonly keeper: Keeper;
  #poke: (taskId: string) => void = () => undefined;
  readonly #committed: ((events: readonly Event[]) => void)[] = [];
  readonly #flights = new Map<string, Promise<unknown>>();
  /** Resolves when what an earlier server left has been taken up; commands wait for it. */
  readonly #booted = Promise.withResolvers<void>();

  constructor(deps: EngineDeps, hub: Hub) {
    this.deps = deps;
    this.hub = hub;
    this.keeper = new Keeper(deps, (taskId) => {
      this.#after(() => this.#tellWaiting(taskId));
    });
  }

  /** Who is told, after a commit, that a task may owe the world something. */
  onPoke(poke: (taskId: string) => void): void {
    this.#poke = poke;
  }

  /** One more who hears of every committed event, in order. */
  onCommitted(committed: (events: readonly Event[]) => void): void {
    this.#committed.push(committed);
  }

  /** From now on commands are taken. */
  booted(): void {
    this.#booted.resolve();
  }

  /** Resolves when commands are taken. */
  untilBooted(): Promise<void> {
    return this.#booted.promise;
  }

  now(): number {
    return this.deps.clock.now();
  }

  /** Runs `change` in one transaction. A throw changes, publishes and starts nothing. */
  commit<T>(cause: string, change: (work: Work) => T): T {
    const pokes = new Set<string>();
    const events: Event[] = [];
    const touched = new Set<string>();
    const value = this.deps.store.transact((tx) => {
      const work = this.#work(tx, cause, events, pokes, touched);
      const answer = change(work);
      for (const id of touched) {
        const view = tx.view(id);
        if (view !== null && view.task.deletedAt === null) {
          work.append({ type: "task.upserted", taskId: id, runId: null, data: toTask(view) });
        }
      }
      return answer;
    });
    this.#after(() => this.hub.publish(events));
    for (const committed of this.#committed) {
      this.#after(() => committed(events));
    }
    for (const taskId of pokes) {
      this.#after(() => this.#poke(taskId));
    }
    return value;
  }

  /**
   * Commits what happened anyway, in the world or by the clock: tried again until it is stored, in
   * order for each task. Rejects when `signal` aborts while it waits, or the server ends.
   */
  keep<T>(
    taskId: string,
    cause: string,
    change: (work: Work) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.keeper.keep(taskId, () => this.commit(cause, change), signal);
  }

  /** `keep` for what nobody waits for: what cannot be stored for another reason is in the log. */
  keepSoon(taskId: string, cause: string, change: (work: Work) => void): void {
    this.keep(taskId, cause, change).catch((thrown: unknown) => {
      if (this.keeper.stopped) {
        return;
      }
      this.deps.log("error", "a change was not stored", { taskId, cause, why: String(thrown) });
    });
  }

  /** Waits, after a trouble of the store, until something can be written for this task. */
  room(taskId: string, thrown: StoreTrouble, signal?: AbortSignal): Promise<void> {
    const { store } = this.deps;
    const probe = (): void =>
      store.transact((tx) => {
        const task = tx.task(taskId);
        if (task !== null) {
          tx.putTask(task);
        }
      });
    return this.keeper.room(taskId, thrown, probe, signal);
  }

  /** A task as its board is to show it now. */
  present(view: TaskView): Task {
    const shown = toTask(view);
    const waiting = this.keeper.live(view.task.id);
    return waiting === null ? shown : { ...shown, live: waiting };
  }

  /** Runs what a person asked for; a trouble of the store becomes a fault that says what to do. */
  attempt<T>(work: () => Result<T>): Result<T> {
    try {
      return work();
    } catch (thrown) {
      if (thrown instanceof StoreTrouble) {
        return err(faultOf(thrown));
      }
      throw thrown;
    }
  }

  /** It is stored: whoever fails to take it up must not have it stored again. */
  #after(follow: () => void): void {
    try {
      follow();
    } catch (thrown) {
      this.deps.log("error", "what follows a change failed", { why: String(thrown) });
    }
  }

  /** Shows on the card that something waits to be stored, and the card as it is when all is. */
  #tellWaiting(taskId: string): void {
    const task = this.deps.store.task(taskId);
    const live = this.keeper.live(taskId);
    if (task === null || task.deletedAt !== null) {
      return;
    }
    if (live !== null) {
      this.hub.show({ type: "activity", taskId, at: this.now(), events: 0, live });
      return;
    }
    this.keepSoon(taskId, "stored", (work) => {
      const now = work.tx.task(taskId);
      if (now !== null && now.deletedAt === null) {
        work.putTask(now);
      }
    });
  }

  /**
   * Runs a command once per idempotency key. `change` answers in the transaction that does the
   * work, so the receipt is as durable as the effect.
   */
  command<T>(
    meta: CommandMeta,
    cause: string,
    change: (work: Work) => Result<Reply<T>>,
  ): Result<Reply<T>> {
    try {
      return this.commit(cause, (work) => {
        const known = this.#receipt<T>(meta);
        if (known !== null) {
          return known;
        }
        const answer = change(work);
        if (answer.ok && meta.commandId !== null) {
          work.tx.putReceipt({
            commandId: meta.commandId,
            digest: meta.digest,
            status: answer.value.status,
            answer: answer.value.body,
            at: work.now,
          });
        }
        if (!answer.ok) {
          throw new Refused(answer);
        }
        return answer;
      });
    } catch (thrown) {
      if (thrown instanceof Refused) {
        return thrown.answer;
      }
      if (thrown instanceof StoreTrouble) {
        return err(faultOf(thrown));
      }
      throw thrown;
    }
  }

  /**
   * For commands that ask the world before they commit: a retry that arrives while the first is
   * under way waits for its answer; one that arrives later gets its receipt.
   */
  async once<T>(
    meta: CommandMeta,
    run: () => Promise<Result<Reply<T>>>,
  ): Promise<Result<Reply<T>>> {
    await this.#booted.promise;
    if (meta.commandId === null) {
      return asFault(run);
    }
    const known = this.#receipt<T>(meta);
    if (known !== null) {
      return known;
    }
    const key = `${meta.commandId} ${meta.digest}`;
    const flying = this.#flights.get(key) as Promise<Result<Reply<T>>> | undefined;
    if (flying !== undefined) {
      return flying;
    }
    const flight = asFault(run).finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  #receipt<T>(meta: CommandMeta): Result<Reply<T>> | null {
    if (meta.commandId === null) {
      return null;
    }
    const receipt = this.deps.store.receipt(meta.commandId);
    if (receipt === null) {
      return null;
    }
    if (receipt.digest !== meta.digest) {
      return err(
        fault(
          "key_reused",
          "This Idempotency-Key was used for another request.",
          "Use a new key for a new request.",
        ),
      );
    }
    return ok({ status: receipt.status as Reply<T>["status"], body: receipt.answer as T });
  }

  #work(tx: Tx, cause: string, events: Event[], pokes: Set<string>, touched: Set<string>): Work {
    const now = this.now();
    const append: Work["append"] = (event) => {
      const stored = tx.appendEvent({
        at: event.at ?? now,
        type: event.type,
        taskId: event.taskId,
        runId: event.runId,
        key: event.key ?? null,
        cause,
        data: event.data,
      });
      if (stored !== null) {
        events.push(stored);
      }
      return stored;
    };
    return {
      tx,
      cause,
      now,
      append,
      putTask: (task) => {
        tx.putTask(task);
        touched.add(task.id);
      },
      putRun: (run) => {
        tx.putRun(run);
        append({ type: "run.upserted", taskId: run.taskId, runId: run.id, data: toRun(run) });
      },
      notice: (taskId, runId, data, key) => {
        append({ type: "notice", taskId, runId, data, ...(key === undefined ? {} : { key }) });
      },
      poke: (taskId) => {
        pokes.add(taskId);
      },
    };
  }
}

/** Carries a refusal out of a transaction, so that it rolls back. */
class Refused extends Error {
  readonly answer: { readonly ok: false; readonly fault: ReturnType<typeof fault> };

  constructor(answer: { readonly ok: false; readonly fault: ReturnType<typeof fault> }) {
    super(answer.fault.message);
    this.answer = answer;
  }
}

/** The answer to an id nobody knows. */
export function unknown(
  what: "task" | "run" | "harness" | "message" | "comment",
  id: string,
): Result<never> {
  return err(
    fault("not_found", `There is no ${what} ${id.slice(0, 40)}.`, "It may have been deleted."),
  );
}

/** The answer to a card that is put into Running by anything but its start; `how` says that one. */
export function startInstead(how: string): Fault {
  return fault("use_start", "A card moves to Running by starting it.", how);
}

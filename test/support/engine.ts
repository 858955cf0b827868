import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monotonicFactory } from "ulid";
import type { Clock, Driver } from "../../src/agents/driver.ts";
import type { Event } from "../../src/contract/event.ts";
import type { Result } from "../../src/contract/result.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import type { CommandMeta, Engine, Reply } from "../../src/engine/api.ts";
import { createAuth } from "../../src/engine/auth.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createGit } from "../../src/git/git.ts";
import { createHost } from "../../src/host/host.ts";
import type { Host } from "../../src/host/types.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/types.ts";

/** Real time that a test can move forward: what is due by then happens at once. */
class MovedClock implements Clock {
  #ahead = 0;
  readonly #waiting = new Set<{ readonly due: number; readonly fire: () => void }>();

  now(): number {
    return Date.now() + this.#ahead;
  }

  monotonic(): number {
    return performance.now() + this.#ahead;
  }

  after(ms: number, run: () => void): () => void {
    const cancel = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    };
    const fire = (): void => {
      cancel();
      run();
    };
    const timer = setTimeout(fire, ms);
    const waiting = { due: this.monotonic() + ms, fire };
    this.#waiting.add(waiting);
    return cancel;
  }

  advance(ms: number): void {
    this.#ahead += ms;
    const due = [...this.#waiting].filter((one) => one.due <= this.monotonic());
    for (const one of due.sort((a, b) => a.due - b.due)) {
      one.fire();
    }
  }
}

const meta: CommandMeta = { commandId: null, digest: "" };

/**
 * The real engine in the test's own process, over a real store, git and host, for what depends on
 * the time of day: its clock can be moved.
 */
export class TestEngine {
  readonly root: string;
  readonly engine: Engine;
  readonly store: Store;
  readonly host: Host;
  /** The tasks whose agent was hibernated, in that order. */
  readonly hibernated: unknown[] = [];
  readonly #clock = new MovedClock();
  readonly #looks = new Set<() => void>();

  private constructor(drivers: readonly Driver[], root: string, port: (store: Store) => Store) {
    this.root = root;
    const dataDir = join(root, "data");
    const store = openStore({ dataDir, clock: this.#clock });
    if (!store.ok) {
      throw new Error(store.fault.message);
    }
    this.store = store.value;
    this.host = createHost({ dataDir, env: process.env });
    const newId = monotonicFactory();
    const launchToken = randomBytes(32).toString("base64url");
    const auth = createAuth({ store: this.store, clock: this.#clock, launchToken, newId });
    const deps = {
      store: port(this.store),
      git: createGit({ dataDir, env: process.env }),
      host: this.host,
      drivers: new Map(drivers.map((driver) => [driver.descriptor.kind, driver])),
      clock: this.#clock,
      newId,
      dataDir,
      overrides: {},
      log: (_: string, message: string, data?: Record<string, unknown>) => {
        if (message === "hibernated an idle agent") {
          this.hibernated.push(data?.["taskId"]);
          for (const look of [...this.#looks]) {
            look();
          }
        }
      },
      bridge: {
        argv: ["/bin/false"] as const,
        socket: join(root, "none.sock"),
        mcpUrl: () => "http://127.0.0.1:9/mcp",
      },
    };
    this.engine = createEngine(deps, auth);
  }

  /**
   * `root` is made when it is not given; it goes with `close`. `port` is what the engine has for the
   * store.
   */
  static async start(
    drivers: readonly Driver[],
    root = mkdtempSync(join(tmpdir(), "agetor-engine-")),
    port: (store: Store) => Store = (store) => store,
  ): Promise<TestEngine> {
    const made = new TestEngine(drivers, root, port);
    await made.engine.boot();
    return made;
  }

  advance(minutes: number): void {
    this.#clock.advance(minutes * 60_000);
  }

  /** Lets that time pass; resolves when the agent of the task was let go because of it. */
  hibernate(task: Task, minutes = 31): Promise<void> {
    const count = () => this.hibernated.filter((one) => one === task.id).length;
    const before = count();
    this.advance(minutes);
    return new Promise((resolve) => {
      const look = (): void => {
        if (count() > before) {
          this.#looks.delete(look);
          resolve();
        }
      };
      this.#looks.add(look);
      look();
    });
  }

  /** Creates and starts a task in a repository that is trusted as it is. */
  async begin(body: {
    readonly workdir: string;
    readonly prompt: string;
    readonly agent: string;
    readonly mode?: string;
  }): Promise<Task> {
    const { path, hash } = value(await this.engine.projects.trust(body.workdir));
    value(await this.engine.projects.acceptTrust({ path, hash }, meta));
    return done(await this.engine.tasks.create({ ...body, start: true }, meta)).task;
  }

  /** Sends a message to an idle task and waits until its run has ended. */
  async say(task: Task, text: string): Promise<Run> {
    const { runId } = value(this.engine.tasks.get(task.id)).task;
    const sent = done(await this.engine.runs.input(runId ?? "", { text }, meta));
    if (!("run" in sent)) {
      throw new Error("the message was queued");
    }
    await this.ended(task);
    return sent.run;
  }

  /** Waits until the task stands as wished. */
  until(task: Task, wish: (now: Task) => boolean): Promise<Task> {
    return new Promise((resolve, reject) => {
      let end: (() => void) | null = null;
      let found = false;
      const event = (one: Event): boolean => {
        if (!found && one.type === "task.upserted" && wish(one.data as Task)) {
          found = true;
          end?.();
          resolve(one.data as Task);
        }
        return !found;
      };
      const opened = this.engine.streams.open(
        { scope: { kind: "task", taskId: task.id }, after: null, tail: null },
        { event, draft: () => true, reset: () => true },
      );
      if (!opened.ok) {
        reject(new Error(opened.fault.message));
      } else if (found) {
        opened.value();
      } else {
        end = opened.value;
      }
    });
  }

  /** Waits until the newest run of the task has ended. */
  ended(task: Task): Promise<Task> {
    const { runId } = value(this.engine.tasks.get(task.id)).task;
    return this.until(task, (now) => now.runId === runId && now.phase?.kind === "ended");
  }

  async close(): Promise<void> {
    for (const task of value(this.engine.tasks.list({})).tasks) {
      await this.engine.tasks.remove(task.id, meta);
    }
    await this.engine.shutdown();
    this.store.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The value of a result that the test takes for granted. */
export function value<T>(result: Result<T>): T {
  if (!result.ok) {
    throw new Error(JSON.stringify(result.fault));
  }
  return result.value;
}

/** What a command that the test takes for granted answers. */
export function done<T>(result: Result<Reply<T>>): T {
  return value(result).body;
}

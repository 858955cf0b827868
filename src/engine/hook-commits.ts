import type { Event } from "../contract/event.ts";
import { type Fault, fault } from "../contract/fault.ts";
import type { HookCommit } from "../contract/landing.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Run } from "../contract/run.ts";
import { cleanMessage } from "../domain/commit-message.ts";
import { lastLines } from "../domain/text.ts";
import type { Committed, HookMinder } from "../git/landing/types.ts";
import type { ProcessRef } from "../host/types.ts";
import type { Core } from "./core.ts";
import { type HookRecord, HookRecords } from "./hook-records.ts";

/**
 * How long hooks may take to tidy up, in milliseconds. They get what a terminal sends at Ctrl-C:
 * pre-commit and lint-staged put back what they had set aside only for that.
 */
const grace = 3_000;
/** So much of what is printed is kept, in characters, and so many lines of it are shown. */
const keptOutput = 8_000;
const shownLines = 12;

interface Going {
  readonly id: string;
  readonly subject: string;
  readonly since: number;
  state: HookCommit["state"];
  output: string;
  sha: string | null;
  fault: Fault | null;
  readonly abort: AbortController;
  /** Null until its process is known. */
  process: ProcessRef | null;
  /** Would not go, although it was ended. */
  leftovers: readonly number[];
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Commits that run the repository's hooks: one at a time and task, seen by whoever asks how the task
 * stands, and ended on the person's wish, with the server, or by the next one
 * (docs/decisions/0021).
 */
export class HookCommits {
  readonly #core: Core;
  readonly #records: HookRecords;
  readonly #known = new Map<string, Going>();

  constructor(core: Core) {
    this.#core = core;
    this.#records = new HookRecords(core.deps.dataDir);
    core.onCommitted((events) => this.#hear(events));
  }

  /** For who asks how the task stands; null when there is nothing to say. */
  of(taskId: string): HookCommit | null {
    const going = this.#known.get(taskId);
    return going === undefined ? null : shown(going);
  }

  /** Why the task's files cannot be changed now; null when they can. */
  busy(taskId: string): Fault | null {
    return this.#underWay(taskId) === null
      ? null
      : fault(
          "already_running",
          "A commit of this task is running the repository’s hooks.",
          "Wait until they are done, or stop them.",
        );
  }

  /** Something else is done with the task: how the last one came out is no news any more. */
  forget(taskId: string): void {
    if (this.#underWay(taskId) === null) {
      this.#known.delete(taskId);
    }
  }

  /** Makes a commit with hooks; the caller has the task's lane. */
  async run(
    taskId: string,
    message: string,
    work: (minder: HookMinder) => Promise<Result<Committed>>,
  ): Promise<Result<Committed>> {
    const going: Going = {
      id: this.#core.deps.newId(),
      subject: cleanMessage(message).split("\n")[0] ?? "",
      since: this.#core.now(),
      state: "running",
      output: "",
      sha: null,
      fault: null,
      abort: new AbortController(),
      process: null,
      leftovers: [],
      done: Promise.withResolvers(),
    };
    this.#known.set(taskId, going);
    this.#tell(taskId);
    let answer: Result<Committed> = err(fault("internal", "The commit failed.", "Try again."));
    try {
      const made = await work(this.#minder(taskId, going));
      answer = made.ok || made.fault.code !== "cancelled" ? made : err(stopped(going));
      return answer;
    } finally {
      going.state = answer.ok ? "made" : answer.fault.code === "cancelled" ? "stopped" : "refused";
      going.sha = answer.ok ? answer.value.sha : null;
      going.fault = answer.ok ? null : answer.fault;
      if (going.state === "refused" && going.process === null) {
        // It came to no hooks: whoever asked for it has been told why.
        this.#known.delete(taskId);
      }
      this.#endWaiting(taskId);
      this.#tell(taskId);
      going.done.resolve();
    }
  }

  /** Ends the hooks that run now, and waits for it. `not_running` when none do. */
  async stop(taskId: string): Promise<Result<{ hookCommit: HookCommit }>> {
    const going = this.#underWay(taskId);
    if (going === null) {
      return err(
        fault(
          "not_running",
          "No commit runs hooks in this task now.",
          "Look at how it came out; it may have ended just now.",
        ),
      );
    }
    going.state = "stopping";
    going.abort.abort();
    this.#tell(taskId);
    await going.done.promise;
    return ok({ hookCommit: shown(going) });
  }

  /** Ends all that run: what they would answer to is about to go. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#known.keys()].map((taskId) => this.stop(taskId)));
  }

  /** Ends what a killed server has left running, and tells the tasks how their commits came out. */
  async endLeftovers(): Promise<void> {
    for (const record of await this.#records.all()) {
      await this.#endLeftover(record).catch((thrown: unknown) => {
        this.#core.deps.log("warn", "the hooks of an earlier server were not ended", {
          taskId: record.taskId,
          why: String(thrown),
        });
      });
    }
  }

  async #endLeftover({ taskId, process, subject }: HookRecord): Promise<void> {
    const { host, store } = this.#core.deps;
    const { leftovers } = await host.end(process, "SIGINT", grace);
    const task = store.task(taskId);
    if (task !== null && task.deletedAt === null) {
      await this.#core.keep(taskId, "hooks", (work) => {
        work.notice(taskId, null, {
          level: "warning",
          code: "hooks_cut_short",
          message: `Agetor ended while the hooks of the commit “${subject}” ran. The commit was not made, and what was left of them was ended.${stay(leftovers)}`,
          hint: "What the hooks changed in the files is still there. Commit again.",
        });
      });
    }
    await this.#records.remove(taskId);
  }

  #minder(taskId: string, going: Going): HookMinder {
    const { host } = this.#core.deps;
    return {
      signal: going.abort.signal,
      began: async (pid) => {
        const process = await host.identify(pid);
        if (process === null) {
          return err(fault("host_failed", "git ended before it began.", "Try again."));
        }
        // Written before anything of the repository runs: the next server can tell what was ours.
        await this.#records.put({ taskId, process, since: going.since, subject: going.subject });
        going.process = process;
        return ok(null);
      },
      printed: (text) => {
        going.output = (going.output + text).slice(-keptOutput);
      },
      end: async () => {
        if (going.process !== null) {
          going.leftovers = (await host.end(going.process, "SIGINT", grace)).leftovers;
        }
      },
      over: () => this.#records.remove(taskId),
    };
  }

  #underWay(taskId: string): Going | null {
    const going = this.#known.get(taskId);
    return going?.state === "running" || going?.state === "stopping" ? going : null;
  }

  /** Has whoever shows the task ask again. */
  #tell(taskId: string): void {
    this.#core.hub.show({ type: "changes", taskId, at: this.#core.now() });
  }

  /** The card of a run that has to wait for the hooks says so; one that goes on is the newer news. */
  #hear(events: readonly Event[]): void {
    for (const { type, taskId, data } of events) {
      const kind = type === "run.upserted" ? (data as Run).phase.kind : "ended";
      if (taskId === null || kind === "ended") {
        continue;
      }
      if (this.#underWay(taskId) === null) {
        this.forget(taskId);
      } else if (kind === "preparing") {
        this.#setLive(taskId, true);
      }
    }
  }

  #endWaiting(taskId: string): void {
    if (this.#core.deps.store.task(taskId)?.live?.verb === waiting.verb) {
      this.#setLive(taskId, false);
    }
  }

  #setLive(taskId: string, waits: boolean): void {
    this.#core.keepSoon(taskId, "hooks", (work) => {
      const task = work.tx.task(taskId);
      if (task !== null && task.deletedAt === null) {
        work.putTask({ ...task, live: waits ? { ...waiting, at: work.now } : null });
      }
    });
  }
}

const waiting = { verb: "Waiting", object: "for the commit’s hooks to end" } as const;

function shown({ output, fault: why, ...going }: Going): HookCommit {
  const { id, subject, since, state, sha } = going;
  const lines = lastLines(output, shownLines).join("\n");
  const said = why === null ? null : { code: why.code, message: why.message, hint: why.hint };
  return { id, subject, since, state, output: lines, sha, fault: said };
}

function stopped({ output, leftovers }: Going): Fault {
  return fault(
    "cancelled",
    `Stopped: the commit was not made.${stay(leftovers)}`,
    "What the hooks changed in the files is still there.",
    output.trim() === "" ? null : { output: output.trim() },
  );
}

/** Says what would not end, so that nothing goes on unseen. */
function stay(leftovers: readonly number[]): string {
  return leftovers.length === 0 ? "" : ` These processes would not end: ${leftovers.join(", ")}.`;
}

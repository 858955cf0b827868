import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  Batch,
  Bridge,
  Driver,
  OpenRequest,
  Session,
  SessionIo,
  SessionRef,
} from "../agents/driver.ts";
import { fault } from "../contract/fault.ts";
import { err, type Result } from "../contract/result.ts";
import type { RunOutcome } from "../contract/run.ts";
import type { SessionRecord } from "../store/types.ts";
import type { Activity } from "./activity.ts";
import { orphaned } from "./agent-exit.ts";
import type { Core } from "./core.ts";
import type { Drafts } from "./drafts.ts";
import { type Ingested, ingest } from "./ingest.ts";
import type { LiveChanges } from "./live-changes.ts";
import { agreeOnMode } from "./mode.ts";
import { changeRun } from "./run-changes.ts";

interface Live {
  readonly record: SessionRecord;
  readonly session: Session;
  readonly release: AbortController;
}

export interface SessionsDeps {
  readonly core: Core;
  readonly drafts: Drafts;
  readonly activity: Activity;
  readonly changes: LiveChanges;
}

/** The living agents of this server, one per task, and the way they report. */
export class Sessions {
  readonly #core: Core;
  readonly #deps: SessionsDeps;
  readonly #live = new Map<string, Live>();

  constructor(deps: SessionsDeps) {
    this.#core = deps.core;
    this.#deps = deps;
  }

  /** The task's living session with its row as it is stored now, or null. */
  live(taskId: string): { readonly record: SessionRecord; readonly session: Session } | null {
    const live = this.#live.get(taskId);
    if (live === undefined) {
      return null;
    }
    // Its settings follow what the agent says; the row has the newest.
    const record = this.#core.deps.store.session(live.record.id) ?? live.record;
    return { record, session: live.session };
  }

  /** Has the living agent go over to the mode its task has by now, where it can. */
  async tellMode(taskId: string): Promise<void> {
    const live = this.#live.get(taskId);
    const task = this.#core.deps.store.task(taskId);
    if (live?.session.setMode === undefined || task === null) {
      return;
    }
    await this.#core.keep(taskId, "mode", (work) => agreeOnMode(work, live.record.id));
    await live.session.setMode(task.mode);
  }

  /** Every task with a living agent. */
  tasks(): readonly string[] {
    return [...this.#live.keys()];
  }

  /** The ways from an agent's own processes back to its person. */
  bridge(): Bridge {
    const { argv, mcpUrl } = this.#core.deps.bridge;
    return { argv, mcpUrl: mcpUrl() };
  }

  dirOf(sessionId: string): string {
    return join(this.#core.deps.dataDir, "sessions", sessionId);
  }

  /**
   * Makes the secret with which the session's own processes may ask, and nothing else (M4); it and
   * the way to the server lie in the session's folder, its hash in the database.
   */
  issueToken(sessionId: string): string {
    const dir = this.dirOf(sessionId);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const token = randomBytes(32).toString("base64url");
    writeFileSync(join(dir, "token"), token, { mode: 0o600 });
    writeFileSync(join(dir, "socket"), this.#core.deps.bridge.socket, { mode: 0o600 });
    return createHash("sha256").update(token).digest("hex");
  }

  /** Starts the agent of a stored session (or finds the one an earlier try started). */
  async open(
    record: SessionRecord,
    driver: Driver,
    request: Omit<OpenRequest, "sessionId" | "dir">,
  ): Promise<Result<Session>> {
    const dir = this.dirOf(record.id);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const release = new AbortController();
    const io = this.#io(record, release.signal);
    const opened = await driver
      .open({ ...request, sessionId: record.id, dir }, io)
      .catch((thrown: unknown) => {
        // What it began to read is read again by the next try.
        release.abort();
        throw thrown;
      });
    if (!opened.ok) {
      release.abort();
      await this.#close(record);
      return opened;
    }
    return (await this.#adopt(record, opened.value, release))
      ? opened
      : err(fault("agent_exited", "The agent ended while it was starting.", null));
  }

  /** Takes up a session an earlier server left. A session that is gone ends its run. */
  async attach(record: SessionRecord, driver: Driver): Promise<void> {
    const release = new AbortController();
    const taking = { attaching: true };
    const io = this.#io(record, release.signal, taking);
    const found = await driver.attach(record.ref as SessionRef, io);
    taking.attaching = false;
    if (!("kind" in found)) {
      await this.#adopt(record, found, release);
      // The server may have died between storing another mode and telling it.
      await this.tellMode(record.taskId);
      return;
    }
    release.abort();
    this.#core.deps.log("info", "a session is gone", { sessionId: record.id, why: found.why });
    await this.#lose(record, found.why, found.detail);
  }

  /** Ends the task's agent for good. */
  async close(taskId: string): Promise<Result<{ readonly leftovers: readonly number[] }> | null> {
    const live = this.#live.get(taskId);
    if (live === undefined) {
      return null;
    }
    const closed = await live.session.close();
    live.release.abort();
    this.#live.delete(taskId);
    await this.#close(live.record);
    return closed;
  }

  /** Lets go of every agent; they live on. */
  async detachAll(): Promise<void> {
    const all = [...this.#live.values()];
    this.#live.clear();
    for (const live of all) {
      live.release.abort();
    }
    await Promise.allSettled(all.map((live) => live.session.detach()));
  }

  /** False when the session was found closed again: it ended while it was being opened. */
  #adopt(record: SessionRecord, session: Session, release: AbortController): Promise<boolean> {
    const adopt = (): boolean => {
      const state = this.#core.commit("session", (work) => {
        const now = work.tx.session(record.id) ?? record;
        if (now.state === "closed") {
          return "closed";
        }
        work.tx.putSession({ ...now, state: "live" });
        work.poke(record.taskId);
        return "live";
      });
      if (state === "closed") {
        release.abort();
        return false;
      }
      this.#live.set(record.taskId, { record, session, release });
      return true;
    };
    return this.#core.keeper.keep(record.taskId, adopt);
  }

  #close({ id, taskId }: SessionRecord): Promise<void> {
    return this.#core.keep(taskId, "session", (work) => {
      const record = work.tx.session(id);
      if (record !== null && record.state !== "closed") {
        work.tx.putSession({ ...record, state: "closed", closedAt: work.now });
      }
    });
  }

  #lose(
    record: SessionRecord,
    why: "exited" | "foreign" | "never-started",
    detail: string,
  ): Promise<void> {
    return this.#core.keep(record.taskId, "session", (work) => {
      const now = work.tx.session(record.id) ?? record;
      work.tx.putSession({ ...now, state: "closed", closedAt: work.now });
      const task = work.tx.task(record.taskId);
      const run = task?.runId == null ? null : work.tx.run(task.runId);
      if (run === null || run.sessionId !== record.id) {
        return;
      }
      const delivering = run.phase.kind === "preparing" && run.phase.step === "session";
      if (!delivering) {
        changeRun(work, run, { type: "agent.gone", outcome: lost(why, detail) });
      }
      work.poke(record.taskId);
    });
  }

  #io(
    record: SessionRecord,
    signal: AbortSignal,
    taking: { readonly attaching: boolean } = { attaching: false },
  ): SessionIo {
    const { host, clock, store, log } = this.#core.deps;
    return {
      host,
      clock,
      signal,
      cursor: (stream) => {
        const cursor = store.cursor(record.id, stream);
        return cursor === null
          ? null
          : { generation: cursor.generation, offset: cursor.offset, state: cursor.state };
      },
      ingest: (batch) => this.#ingest(record, signal, batch, taking.attaching),
      draft: (draft) => {
        const runId = store.newestRunId(record.taskId);
        if (runId !== null && !signal.aborted) {
          this.#core.hub.show(this.#deps.drafts.take(record.taskId, runId, draft));
        }
      },
      held: () => this.#core.keeper.isBehind(record.taskId),
      saveRef: (ref) =>
        this.#core.keep(
          record.taskId,
          "session",
          (work) => {
            const now = work.tx.session(record.id);
            if (now !== null) {
              work.tx.putSession({ ...now, ref, agentSessionId: ref.agentSessionId });
            }
          },
          signal,
        ),
      log: (level, message, data) => log(level, message, { sessionId: record.id, ...data }),
    };
  }

  #ingest(
    record: SessionRecord,
    signal: AbortSignal,
    batch: Batch,
    attaching: boolean,
  ): Promise<void> {
    if (signal.aborted) {
      // Another server, or another session of this one, owns the cursor now.
      return Promise.reject(new Error("this session was let go of"));
    }
    const take = () => this.#taken(record, ingest(this.#core, record.id, batch, attaching));
    return this.#core.keeper.keep(record.taskId, take, signal);
  }

  /** What follows from a stored batch. Stores nothing itself: the batch would be taken twice. */
  #taken(record: SessionRecord, taken: Ingested): void {
    if (taken.transcriptEvents > 0 || taken.statsChanged) {
      this.#deps.activity.note(record.taskId, taken.transcriptEvents, taken.statsChanged);
    }
    if (taken.filesTouched || taken.runEnded) {
      this.#deps.changes.touch(record.taskId);
    }
    if (taken.runEnded || taken.exited) {
      for (const frame of this.#deps.drafts.clear(record.taskId)) {
        this.#core.hub.show(frame);
      }
    }
    if (taken.exited) {
      const live = this.#live.get(record.taskId);
      if (live !== undefined && live.record.id === record.id) {
        this.#live.delete(record.taskId);
        // The driver is still inside this very call; let it return before its signal aborts.
        queueMicrotask(() => live.release.abort());
      }
    }
  }
}

function lost(why: "exited" | "foreign" | "never-started", detail: string): RunOutcome {
  return why === "foreign"
    ? orphaned(`The agent's place was taken by something else: ${detail}`)
    : orphaned(`The agent ended while Agetor was not watching it. ${detail}`.trim());
}

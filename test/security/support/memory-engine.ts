import { ulid } from "ulid";
import type { Event, EventType } from "../../../src/contract/event.ts";
import { fault } from "../../../src/contract/fault.ts";
import type { QuestionBody } from "../../../src/contract/interaction.ts";
import { type Column, columns } from "../../../src/contract/primitives.ts";
import { err, ok, type Result } from "../../../src/contract/result.ts";
import type { Task } from "../../../src/contract/task.ts";
import type {
  Answer,
  CommandMeta,
  Engine,
  Reply,
  StreamQuery,
  StreamSink,
} from "../../../src/engine/api.ts";
import { createAuth } from "../../../src/engine/auth.ts";
import { McpEndpoint } from "../../../src/mcp/endpoint.ts";
import { MemoryAuthStore } from "./memory-auth-store.ts";

interface Subscriber {
  readonly query: StreamQuery;
  readonly sink: StreamSink;
}

/**
 * An engine in memory: real auth, real receipts, a real journal with streams, and tasks that only
 * hold what they are given. Everything else says `not_found`. It counts what it was asked to do,
 * so that a test can show that a refused request did nothing.
 */
export class MemoryEngine implements Engine {
  readonly authStore = new MemoryAuthStore();
  readonly auth: Engine["auth"];
  readonly stored = new Map<string, Task>();
  readonly journal: Event[] = [];
  readonly located: unknown[] = [];
  /** What `places.locate` answers. */
  place: Result<{ path: string; directory: string }> = err(fault("not_found", "No such place."));
  /** Every command that got as far as the engine. */
  commands = 0;
  /** How many commands took effect. */
  effects = 0;
  readonly #receipts = new Map<string, { digest: string; answer: Promise<Result<Reply<never>>> }>();
  readonly #subscribers = new Set<Subscriber>();
  readonly #waiting = new Set<() => void>();
  #firstSeq = 1;
  #seq = 0;

  constructor(launchToken: string) {
    this.auth = createAuth({
      store: this.authStore,
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      launchToken,
      newId: ulid,
    });
  }

  /** Appends an event and sends it to every stream that wants it. */
  publish(type: EventType, taskId: string | null, data: unknown): Event {
    this.#seq += 1;
    const event = { seq: this.#seq, at: Date.now(), type, taskId, runId: null, data };
    this.journal.push(event);
    for (const subscriber of [...this.#subscribers]) this.#send(subscriber, event);
    return event;
  }

  /** Forgets events, as retention does. */
  forgetBefore(seq: number): void {
    this.#firstSeq = seq;
    this.journal.splice(
      0,
      this.journal.findIndex((event) => event.seq >= seq),
    );
  }

  /** Resolves when no more than `count` streams are open. */
  streamsAtMost(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#subscribers.size > count) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  readonly streams: Engine["streams"] = {
    count: () => this.#subscribers.size,
    open: (query, sink) => {
      if (query.scope.kind === "task" && !this.stored.has(query.scope.taskId)) return nothing();
      if (query.scope.kind === "run") return nothing();
      const subscriber = { query, sink };
      this.#subscribers.add(subscriber);
      for (const event of this.#past(query, sink)) {
        if (this.#subscribers.has(subscriber)) this.#send(subscriber, event);
      }
      return ok(() => this.#drop(subscriber));
    },
  };

  #past(query: StreamQuery, sink: StreamSink): readonly Event[] {
    if (query.after === null) return query.scope.kind === "global" ? [] : [...this.journal];
    if (query.after > this.#seq || query.after < this.#firstSeq - 1) {
      sink.reset();
      return [];
    }
    const { after } = query;
    return this.journal.filter((event) => event.seq > after);
  }

  #send(subscriber: Subscriber, event: Event): void {
    const { scope } = subscriber.query;
    if (scope.kind === "task" && event.taskId !== scope.taskId) return;
    if (!subscriber.sink.event(event)) this.#drop(subscriber);
  }

  #drop(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    for (const look of [...this.#waiting]) look();
  }

  /** Once per key, as the real one does by its receipts. */
  #command<T>(meta: CommandMeta, work: () => Result<Reply<T>>): Answer<T> {
    this.commands += 1;
    const run = (): Answer<T> => {
      this.effects += 1;
      return Promise.resolve(work());
    };
    if (meta.commandId === null) return run();
    const known = this.#receipts.get(meta.commandId);
    if (known === undefined) {
      const answer = run();
      this.#receipts.set(meta.commandId, { digest: meta.digest, answer: answer as Answer<never> });
      return answer;
    }
    if (known.digest === meta.digest) return known.answer;
    return Promise.resolve(err(fault("key_reused", "This key was used for something else.")));
  }

  readonly #refuse = (meta: CommandMeta): Answer<never> => this.#command(meta, nothing);

  readonly tasks: Engine["tasks"] = {
    list: (query) => {
      const tasks = [...this.stored.values()].filter(
        ({ column }) => query.column === undefined || query.column === column,
      );
      return ok({ tasks, nextCursor: null, counts: countsOf(tasks) });
    },
    get: (id) => this.#withTask(id, (task) => ok({ task })),
    create: (body, meta) =>
      this.#command(meta, () => {
        const task = makeTask({ ...body, id: body.id ?? ulid() });
        this.stored.set(task.id, task);
        this.publish("task.upserted", task.id, task);
        return ok({ status: 201, body: { task, run: null } });
      }),
    patch: (id, body, meta) =>
      this.#command(meta, () =>
        this.#withTask(id, (task) => {
          const patched = { ...task, ...(body.title === undefined ? {} : { title: body.title }) };
          this.stored.set(id, patched);
          return ok({ status: 200, body: { task: patched } });
        }),
      ),
    remove: (_, meta) => this.#refuse(meta),
    restore: (_, meta) => this.#refuse(meta),
    trash: () => ok({ tasks: [] }),
    purge: (_, meta) => this.#refuse(meta),
    setup: async () => nothing(),
    repeatSetup: (_, meta) => this.#refuse(meta),
    start: (_, __, meta) => this.#refuse(meta),
    sample: (meta) => this.#refuse(meta),
    terminal: async () => nothing(),
    interactions: (id) =>
      id === null ? ok({ interactions: [] }) : this.#withTask(id, () => ok({ interactions: [] })),
    transcript: (id) =>
      this.#withTask(id, () => ok({ events: [], nextBefore: null, lastSeq: this.#seq })),
  };

  readonly changes: Engine["changes"] = {
    list: async () => nothing(),
    file: async () => nothing(),
    lines: async () => nothing(),
    image: async () => nothing(),
    patch: async () => nothing(),
    commits: async () => nothing(),
    markReviewed: (_, meta) => this.#refuse(meta),
    reviewedAt: async () => nothing(),
  };

  #withTask<T>(id: string, work: (task: Task) => Result<T>): Result<T> {
    const task = this.stored.get(id);
    return task === undefined ? nothing() : work(task);
  }

  readonly runs: Engine["runs"] = {
    list: (id) => this.#withTask(id, () => ok({ runs: [], nextCursor: null })),
    cancel: (_, meta) => this.#refuse(meta),
    input: (_, __, meta) => this.#refuse(meta),
  };

  readonly projects: Engine["projects"] = {
    list: async () => ok({ projects: [] }),
    add: (_, meta) => this.#refuse(meta),
    remove: (_, meta) => this.#refuse(meta),
    branches: async () => nothing(),
    trust: async () => nothing(),
    acceptTrust: (_, meta) => this.#refuse(meta),
    setup: async () => nothing(),
    putSetup: (_, meta) => this.#refuse(meta),
  };

  readonly harnesses: Engine["harnesses"] = {
    list: () => ok({ harnesses: [] }),
    get: () => nothing(),
    create: (_, meta) => this.#refuse(meta),
    patch: (_, __, meta) => this.#refuse(meta),
    remove: (_, meta) => this.#refuse(meta),
    templates: () => ok({ templates: [] }),
    test: async () => nothing(),
    login: async () => nothing(),
    agents: async () => ok({ agents: [] }),
    models: async () => ok({ models: {}, source: "curated" }),
    commands: async () => ok({ commands: [] }),
    options: () => ({}),
    defaultAgent: () => "fake",
  };

  readonly #preferences: Record<string, unknown> = {};
  readonly preferences: Engine["preferences"] = {
    all: () => ok({ preferences: { ...this.#preferences } }),
    set: (values, meta) =>
      this.#command(meta, () => {
        for (const [key, value] of Object.entries(values)) this.#preferences[key] = value;
        return ok({ status: 200, body: { preferences: { ...this.#preferences } } });
      }),
  };

  readonly files: Engine["files"] = { find: async () => ok({ files: [] }) };

  readonly places: Engine["places"] = {
    locate: async (request) => {
      this.located.push(request);
      return this.place;
    },
  };

  readonly queue: Engine["queue"] = {
    list: nothing,
    patch: (_task, _message, _body, meta) => this.#refuse(meta),
    remove: (_task, _message, meta) => this.#refuse(meta),
    hold: nothing,
    steer: (_task, _message, meta) => this.#refuse(meta),
  };

  readonly reviews: Engine["reviews"] = {
    read: () => Promise.resolve(nothing()),
    comment: (_task, _body, meta) => this.#refuse(meta),
    patch: (_task, _comment, _body, meta) => this.#refuse(meta),
    remove: (_task, _comment, meta) => this.#refuse(meta),
    send: (_task, _body, meta) => this.#refuse(meta),
    markViewed: (_task, _body, meta) => this.#refuse(meta),
  };

  readonly usage: Engine["usage"] = { report: nothing };

  readonly doctor: Engine["doctor"] = {
    look: () => Promise.resolve(nothing()),
    report: () => Promise.resolve(nothing()),
    probe: () => Promise.resolve(nothing()),
    probing: () => ok({ progress: null }),
  };

  readonly interactions: Engine["interactions"] = {
    approve: () => Promise.resolve(ok({ gone: true })),
    answer: (_id, _answer, _by, meta) => this.#refuse(meta),
    rules: nothing,
    revoke: (_task, _rule, meta) => this.#refuse(meta),
  };

  /** What was asked and taken back with the token of a session. */
  readonly asked: QuestionBody[] = [];
  readonly withdrawn: string[] = [];
  readonly #answer = Promise.withResolvers<unknown>();
  /** Answers every question there is and will be. */
  readonly answerQuestions = this.#answer.resolve;
  readonly questions: Engine["questions"] = {
    ask: (_, body) => {
      this.asked.push(body);
      return Promise.resolve(ok({ id: body.requestId }));
    },
    answered: async (_session, _id, signal) => {
      const left = Promise.withResolvers<null>();
      signal.addEventListener("abort", () => left.resolve(null), { once: true });
      const answer = await Promise.race([this.#answer.promise, left.promise]);
      return answer === null ? err(fault("late", "Nobody waits.")) : ok(answer);
    },
    withdraw: (_, id) => {
      this.withdrawn.push(id);
      return Promise.resolve(ok({ withdrawn: true }));
    },
  };

  /** The endpoint agents call, over this engine's questions. */
  readonly mcp = new McpEndpoint({ questions: this.questions, newId: ulid, now: Date.now });

  readonly landing: Engine["landing"] = {
    revert: (_task, _body, meta) => this.#refuse(meta),
    commit: (_task, _body, meta) => this.#refuse(meta),
    stopCommit: (_task, meta) => this.#refuse(meta),
    merge: (_task, _body, meta) => this.#refuse(meta),
    rebase: (_task, meta) => this.#refuse(meta),
    push: (_task, _body, meta) => this.#refuse(meta),
    pullRequest: (_task, _body, meta) => this.#refuse(meta),
    refreshPullRequest: (_task, meta) => this.#refuse(meta),
    restoreCheckpoint: (_task, _checkpoint, meta) => this.#refuse(meta),
    suggestions: async () => nothing(),
    state: async () => nothing(),
    checkpoints: async () => nothing(),
  };

  readonly uploads: Uint8Array[] = [];
  readonly blobs: Engine["blobs"] = {
    get: (id) => (id === "known" ? ok(new TextEncoder().encode("<b>bytes</b>")) : nothing()),
    attachment: async () => nothing(),
    attach: (bytes, _, meta) =>
      this.#command(meta, () => {
        this.uploads.push(bytes);
        return ok({ status: 201, body: { id: ulid(), path: "/data/attachments/x" } });
      }),
  };

  async boot(): Promise<void> {
    // Nothing was left by an earlier one.
  }

  async shutdown(): Promise<void> {
    for (const subscriber of [...this.#subscribers]) this.#drop(subscriber);
  }
}

function nothing(): { readonly ok: false; readonly fault: ReturnType<typeof fault> } {
  return err(fault("not_found", "There is no such thing."));
}

function countsOf(tasks: readonly Task[]): Record<Column, number> {
  const counts = Object.fromEntries(columns.map((column) => [column, 0])) as Record<Column, number>;
  for (const { column } of tasks) counts[column] += 1;
  return counts;
}

function makeTask(given: {
  id: string;
  prompt: string;
  workdir: string;
  title?: string | undefined;
}): Task {
  return {
    id: given.id,
    title: given.title ?? given.prompt.slice(0, 50),
    prompt: given.prompt,
    promptPreview: given.prompt.slice(0, 200),
    column: "backlog",
    position: "a0",
    agent: "fake",
    agentKind: "fake",
    workdir: given.workdir,
    isolation: "none",
    baseRef: null,
    baseSha: null,
    branch: null,
    worktreePath: null,
    mode: null,
    modeNow: null,
    modeNext: null,
    model: null,
    effort: null,
    references: [],
    runId: null,
    runStatus: null,
    phase: null,
    runStartedAt: null,
    pendingInteractions: 0,
    queuedMessages: 0,
    queueEdited: false,
    unread: false,
    failure: null,
    stats: null,
    live: null,
    pullRequest: null,
    conflicts: null,
    archivedAt: null,
    createdAt: 0,
    updatedAt: 0,
  };
}

import { realpathSync } from "node:fs";
import type { Event } from "../contract/event.ts";
import { fault } from "../contract/fault.ts";
import type { Interaction } from "../contract/interaction.ts";
import { type Column, columns } from "../contract/primitives.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Run } from "../contract/run.ts";
import type {
  CreateTaskBody,
  PatchTaskBody,
  StartTaskBody,
  Task,
  Trash,
} from "../contract/task.ts";
import { isRank, rankBetween } from "../domain/rank.ts";
import type { TaskFilter, TaskRecord } from "../store/types.ts";
import type { Answer, CommandMeta, ListTasksQuery, Reply, Tasks } from "./api.ts";
import { type Core, startInstead, unknown, type Work } from "./core.ts";
import { toTask } from "./present.ts";
import type { Removal } from "./removal.ts";
import type { RunCommands } from "./runs.ts";
import type { SampleTask } from "./sample.ts";
import type { Sessions } from "./sessions.ts";
import type { SetupCommands } from "./setup-commands.ts";
import type { TaskCreation } from "./task-create.ts";
import type { Worksites } from "./worksites.ts";

export interface TaskParts {
  readonly core: Core;
  readonly creation: TaskCreation;
  readonly runs: RunCommands;
  readonly removal: Removal;
  readonly sample: SampleTask;
  readonly worksites: Worksites;
  readonly sessions: Sessions;
  readonly setups: SetupCommands;
}

/** Commands and queries on tasks. */
export class TaskCommands implements Tasks {
  readonly #core: Core;
  readonly #parts: TaskParts;

  constructor(parts: TaskParts) {
    this.#core = parts.core;
    this.#parts = parts;
  }

  list(
    query: ListTasksQuery,
  ): Result<{ tasks: readonly Task[]; nextCursor: string | null; counts: Record<Column, number> }> {
    const limit = query.limit ?? 100;
    const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
    if (query.cursor !== undefined && after === null) {
      return err(
        fault("invalid_request", "This cursor is not one of ours.", "Start without a cursor."),
      );
    }
    const archived = query.archived ?? false;
    const filter: TaskFilter = {
      archived,
      limit: limit + 1,
      ...(query.column === undefined ? {} : { column: query.column }),
      ...(query.agent === undefined ? {} : { agent: query.agent }),
      ...(query.workdir === undefined ? {} : { workdir: query.workdir }),
      ...(query.q === undefined ? {} : { q: query.q }),
      ...(after === null ? {} : { after }),
    };
    const views = this.#core.deps.store.views(filter);
    const page = views.slice(0, limit);
    const last = page.at(-1)?.task;
    return ok({
      tasks: page.map((view) => this.#core.present(view)),
      nextCursor: views.length > limit && last !== undefined ? encodeCursor(last) : null,
      counts: { ...this.#core.deps.store.counts(archived) },
    });
  }

  get(id: string): Result<{ task: Task }> {
    const view = this.#core.deps.store.view(id);
    if (view === null || view.task.deletedAt !== null) {
      return unknown("task", id);
    }
    return ok({ task: { ...this.#core.present(view), prompt: view.task.prompt } });
  }

  create(body: CreateTaskBody, meta: CommandMeta): Answer<{ task: Task; run: Run | null }> {
    return this.#parts.creation.create(body, meta);
  }

  start(id: string, body: StartTaskBody, meta: CommandMeta): Answer<{ task: Task; run: Run }> {
    return this.#parts.runs.start(id, body, meta);
  }

  remove(id: string, meta: CommandMeta): Answer<{ deleted: true; trash: Trash | null }> {
    return this.#parts.removal.remove(id, meta);
  }

  restore(id: string, meta: CommandMeta): Answer<{ task: Task }> {
    return this.#parts.removal.restore(id, meta);
  }

  trash(): Result<{ tasks: readonly (Task & { deletedAt: number; trash: Trash | null })[] }> {
    return this.#parts.removal.list();
  }

  purge(id: string, meta: CommandMeta): Answer<{ deleted: true }> {
    return this.#parts.removal.purge(id, meta);
  }

  setup(id: string): ReturnType<Tasks["setup"]> {
    return this.#parts.setups.worktree(id);
  }

  repeatSetup(id: string, meta: CommandMeta): ReturnType<Tasks["repeatSetup"]> {
    return this.#parts.setups.repeat(id, meta);
  }

  sample(meta: CommandMeta): Answer<{ task: Task; run: Run | null }> {
    return this.#parts.sample.create(meta);
  }

  async terminal(id: string): ReturnType<Tasks["terminal"]> {
    const task = this.#core.deps.store.task(id);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", id);
    }
    const terminal = this.#parts.sessions.live(id)?.session.terminal ?? null;
    if (terminal === null) {
      return err(
        fault(
          "not_running",
          "This task has no terminal now.",
          "Only a live agent with a terminal has one.",
        ),
      );
    }
    const shown = await terminal.capture();
    return shown.ok
      ? ok({ terminal: { ...shown.value, attachCommand: terminal.attachCommand } })
      : shown;
  }

  interactions(id: string | null): Result<{ interactions: readonly Interaction[] }> {
    if (id !== null && this.#live(id) === null) {
      return unknown("task", id);
    }
    return ok({ interactions: this.#core.deps.store.interactions(id) });
  }

  transcript(
    id: string,
    page: { readonly before?: number; readonly limit?: number },
  ): Result<{ events: readonly Event[]; nextBefore: number | null; lastSeq: number }> {
    if (this.#live(id) === null) {
      return unknown("task", id);
    }
    const { store } = this.#core.deps;
    const limit = page.limit ?? 500;
    const events = store.eventsBefore(id, page.before ?? Number.MAX_SAFE_INTEGER, limit);
    const first = events[0];
    return ok({
      events,
      nextBefore: events.length === limit && first !== undefined ? first.seq : null,
      lastSeq: store.lastSeq(),
    });
  }

  patch(id: string, body: PatchTaskBody, meta: CommandMeta): Answer<{ task: Task }> {
    return this.#core.once(meta, async () => {
      const moved =
        body.workdir === undefined ? null : await this.#core.deps.git.inspect(body.workdir);
      if (moved !== null && !moved.ok) {
        return moved;
      }
      const based = await this.#rebased(id, body);
      if (!based.ok) {
        return based;
      }
      const patched = this.#core.command(meta, "patch", (work) =>
        this.#patchIn(work, id, body, based.value),
      );
      if (patched.ok && body.mode !== undefined) {
        await this.#parts.sessions.tellMode(id);
      }
      return patched;
    });
  }

  /** Another working directory means another repository, and so another base commit. */
  async #rebased(id: string, body: PatchTaskBody): Promise<Result<Partial<TaskRecord>>> {
    const task = this.#live(id);
    if (task === null) {
      return unknown("task", id);
    }
    if (body.workdir === undefined) {
      return ok({});
    }
    if (task.runId !== null) {
      return err(locked("folder"));
    }
    return this.#parts.worksites.rebase(task, body.workdir);
  }

  #patchIn(
    work: Work,
    id: string,
    body: PatchTaskBody,
    based: Partial<TaskRecord>,
  ): Result<Reply<{ task: Task }>> {
    const task = work.tx.task(id);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", id);
    }
    const agent = this.#agentOf(task, body);
    if (!agent.ok) {
      return agent;
    }
    const place = placeOf(work, task, body);
    if (!place.ok) {
      return place;
    }
    work.putTask({
      ...task,
      ...based,
      ...agent.value,
      ...place.value,
      ...plainFields(task, body, work.now),
      ...(body.workdir === undefined ? {} : { workdir: realpathSync(body.workdir) }),
      updatedAt: work.now,
    });
    const view = work.tx.view(id);
    if (view === null) {
      return unknown("task", id);
    }
    return ok({ status: 200, body: { task: { ...toTask(view), prompt: view.task.prompt } } });
  }

  #agentOf(
    task: TaskRecord,
    body: PatchTaskBody,
  ): Result<Partial<Pick<TaskRecord, "agent" | "agentKind">>> {
    if (body.agent === undefined || body.agent === task.agent) {
      return ok({});
    }
    if (this.#core.deps.store.latestSession(task.id) !== null) {
      return err(locked("agent"));
    }
    const harness = this.#core.deps.store.harness(body.agent);
    return harness === null
      ? unknown("harness", body.agent)
      : ok({ agent: harness.id, agentKind: harness.kind });
  }

  #live(id: string): TaskRecord | null {
    const task = this.#core.deps.store.task(id);
    return task === null || task.deletedAt !== null ? null : task;
  }
}

function plainFields(task: TaskRecord, body: PatchTaskBody, now: number): Partial<TaskRecord> {
  const archivedAt = body.archived === true ? (task.archivedAt ?? now) : null;
  return {
    ...(body.title === undefined ? {} : { title: body.title }),
    ...(body.prompt === undefined ? {} : { prompt: body.prompt }),
    ...(body.mode === undefined ? {} : { mode: body.mode }),
    ...(body.model === undefined ? {} : { model: body.model }),
    ...(body.effort === undefined ? {} : { effort: body.effort }),
    ...(body.references === undefined ? {} : { references: body.references }),
    ...(body.unread === undefined ? {} : { unread: body.unread }),
    ...(body.archived === undefined ? {} : { archivedAt }),
  };
}

function placeOf(
  work: Work,
  task: TaskRecord,
  body: PatchTaskBody,
): Result<Partial<Pick<TaskRecord, "column" | "position">>> {
  if (body.position !== undefined && !isRank(body.position)) {
    return err(
      fault(
        "invalid_request",
        "This position is not a rank.",
        "Use a rank between two cards' positions.",
      ),
    );
  }
  const moves = body.column !== undefined && body.column !== task.column;
  if (moves && body.column === "running") {
    return err(startInstead("Use POST /tasks/:id/start."));
  }
  if (!moves) {
    return ok(body.position === undefined ? {} : { position: body.position });
  }
  const column = body.column ?? task.column;
  return ok({
    column,
    position: body.position ?? rankBetween(null, work.tx.ranks(column).first),
  });
}

function locked(what: "folder" | "agent"): ReturnType<typeof fault> {
  return fault(
    "locked",
    `The ${what} of a task cannot change once it has been started.`,
    "Create a new task instead.",
  );
}

function encodeCursor(task: TaskRecord): string {
  return Buffer.from(JSON.stringify([task.column, task.position, task.id])).toString("base64url");
}

function decodeCursor(text: string): { column: Column; position: string; id: string } | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (
      !Array.isArray(parts) ||
      parts.length !== 3 ||
      parts.some((part) => typeof part !== "string")
    ) {
      return null;
    }
    const [name, position, id] = parts as [string, string, string];
    const column = columns.find((known) => known === name);
    return column === undefined ? null : { column, position, id };
  } catch {
    return null;
  }
}

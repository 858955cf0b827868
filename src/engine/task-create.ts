import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { type Fault, fault } from "../contract/fault.ts";
import type { Harness } from "../contract/harness.ts";
import type { Isolation } from "../contract/primitives.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Run } from "../contract/run.ts";
import type { CreateTaskBody, Task } from "../contract/task.ts";
import { rankBetween } from "../domain/rank.ts";
import { titleFrom } from "../domain/text.ts";
import type { Place } from "../git/types.ts";
import type { TaskRecord } from "../store/types.ts";
import type { Answer, CommandMeta, Reply } from "./api.ts";
import { type Core, startInstead, unknown, type Work } from "./core.ts";
import { toRun, toTask } from "./present.ts";
import type { RunCommands } from "./runs.ts";

type Created = { task: Task; run: Run | null };

/** Creates tasks: everything is looked at and resolved first, then stored in one transaction. */
export class TaskCreation {
  readonly #core: Core;
  readonly #runs: RunCommands;
  readonly #defaultAgent: () => string;

  constructor(core: Core, runs: RunCommands, defaultAgent: () => string) {
    this.#core = core;
    this.#runs = runs;
    this.#defaultAgent = defaultAgent;
  }

  create(body: CreateTaskBody, meta: CommandMeta): Answer<Created> {
    return this.#core.once(meta, async () => {
      const known = this.#existing(body);
      if (known !== null) {
        return known;
      }
      if (body.column === "running" && body.start !== true) {
        return err(startInstead("Send `start: true` instead of a column."));
      }
      const drafted = await this.#draft(body);
      if (!drafted.ok) {
        return drafted;
      }
      const task = drafted.value;
      if (body.start === true) {
        const refused = await this.#runs.preflight(task);
        if (refused !== null) {
          return err(refused);
        }
      }
      if (task.commonDir !== null && task.baseSha !== null) {
        const pinned = await this.#core.deps.git.pin(task.commonDir, task.id, task.baseSha);
        if (!pinned.ok) {
          return pinned;
        }
      }
      return this.#core.command(meta, "create", (work) => this.#store(work, task, body));
    });
  }

  #store(work: Work, task: TaskRecord, body: CreateTaskBody): Result<Reply<Created>> {
    if (work.tx.task(task.id) !== null) {
      return err(taken(task.id));
    }
    const position = rankBetween(null, work.tx.ranks(task.column).first);
    work.putTask({ ...task, position, createdAt: work.now, updatedAt: work.now });
    work.tx.putReceipt({
      commandId: `task:${task.id}`,
      digest: digestOf(body),
      status: 201,
      answer: null,
      at: work.now,
    });
    const started = body.start === true ? this.#runs.startIn(work, task.id, {}) : null;
    if (started !== null && !started.ok) {
      return started;
    }
    const view = work.tx.view(task.id);
    if (view === null) {
      return unknown("task", task.id);
    }
    return ok({
      status: 201,
      body: {
        task: { ...toTask(view), prompt: view.task.prompt },
        run: started === null ? null : started.value.body.run,
      },
    });
  }

  /** A client-made id that is known already: the same task again, or a conflict. */
  #existing(body: CreateTaskBody): Result<Reply<Created>> | null {
    const { store } = this.#core.deps;
    const view = body.id === undefined ? null : store.view(body.id);
    if (body.id === undefined || view === null) {
      return null;
    }
    if (
      view.task.deletedAt !== null ||
      store.receipt(`task:${body.id}`)?.digest !== digestOf(body)
    ) {
      return err(taken(body.id));
    }
    return ok({
      status: 201,
      body: {
        task: { ...toTask(view), prompt: view.task.prompt },
        run: view.run === null ? null : toRun(view.run),
      },
    });
  }

  async #draft(body: CreateTaskBody): Promise<Result<TaskRecord>> {
    const agent = body.agent ?? this.#defaultAgent();
    const harness = this.#core.deps.store.harness(agent);
    if (harness === null) {
      return err(this.#noAgent(agent));
    }
    const place = await this.#core.deps.git.inspect(body.workdir);
    if (!place.ok) {
      return place;
    }
    const isolation = isolationFor(body, place.value);
    if (!isolation.ok) {
      return isolation;
    }
    const base = await this.#base(body, place.value, isolation.value);
    if (!base.ok) {
      return base;
    }
    return ok(this.#record(body, harness, place.value, isolation.value, base.value));
  }

  #noAgent(name: string): Fault {
    const known = this.#core.deps.store.harnesses().filter(({ enabled }) => enabled);
    const ids = known.map(({ id }) => id).join(", ");
    return fault("agent_unavailable", `There is no agent "${name}".`, `There are ${ids}.`);
  }

  async #base(
    body: CreateTaskBody,
    place: Place,
    isolation: Isolation,
  ): Promise<Result<{ ref: string | null; sha: string | null }>> {
    if (place.kind === "folder" || place.headSha === null) {
      return body.baseRef == null
        ? ok({ ref: null, sha: null })
        : err(
            fault("bad_ref", "There is no commit to start from here.", "Leave the base ref out."),
          );
    }
    const ref = body.baseRef ?? place.branch ?? "HEAD";
    if (isolation === "none" && body.baseRef == null) {
      return ok({ ref, sha: place.headSha });
    }
    const sha = await this.#core.deps.git.resolve(place.commonDir, body.baseRef ?? place.headSha);
    return sha.ok ? ok({ ref, sha: sha.value }) : sha;
  }

  #record(
    body: CreateTaskBody,
    harness: Harness,
    place: Place,
    isolation: Isolation,
    base: { ref: string | null; sha: string | null },
  ): TaskRecord {
    return {
      id: body.id ?? this.#core.deps.newId(),
      title: body.title ?? titleFrom(body.prompt),
      prompt: body.prompt,
      column: body.start === true ? "ready" : (body.column ?? "backlog"),
      position: "",
      agent: harness.id,
      agentKind: harness.kind,
      workdir: realpathSync(body.workdir),
      commonDir: place.kind === "repository" ? place.commonDir : null,
      prefix: place.kind === "repository" ? place.prefix : "",
      isolation,
      baseRef: base.ref,
      baseSha: base.sha,
      branch: null,
      worktreePath: null,
      mode: body.mode ?? null,
      model: body.model ?? null,
      effort: body.effort ?? null,
      references: body.references ?? [],
      runId: null,
      unread: false,
      stats: null,
      live: null,
      pullRequest: null,
      conflicts: null,
      archivedAt: null,
      deletedAt: null,
      trash: null,
      createdAt: 0,
      updatedAt: 0,
    };
  }
}

function isolationFor(body: CreateTaskBody, place: Place): Result<Isolation> {
  const possible = place.kind === "repository" && place.headSha !== null;
  if (possible) {
    const wanted = body.isolation ?? "worktree";
    if (wanted === "none" && place.bare) {
      return err(
        fault(
          "not_a_directory",
          "A bare repository has no files to work in.",
          "Let the task have its own worktree.",
        ),
      );
    }
    return ok(wanted);
  }
  if (body.isolation !== "worktree") {
    return ok("none");
  }
  const why: Fault =
    place.kind === "folder"
      ? fault(
          "not_a_repository",
          "This folder is not in a git repository, so the task cannot have its own worktree.",
          "Run `git init` and commit there first, or let the agent work in the folder itself.",
        )
      : fault(
          "empty_repository",
          "This repository has no commit yet, so the task cannot have its own worktree.",
          "Make a first commit, or let the agent work in the folder itself.",
        );
  return err(why);
}

function digestOf(body: CreateTaskBody): string {
  const sorted = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}

function taken(id: string): Fault {
  return fault("already_exists", `There already is another task ${id}.`, "Use a new id.");
}

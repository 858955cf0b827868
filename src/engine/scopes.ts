import type { ChangeQuery, ChangeScope, ChangeSide } from "../contract/changes.ts";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { CommitHead, CommitsRequest, Snapshot, Span } from "../git/types.ts";
import type { RunRecord, TaskRecord } from "../store/types.ts";
import { type Core, unknown } from "./core.ts";
import type { Snapshots } from "./snapshots.ts";

/** A task in a repository, with the folder its files are in; null before its first start. */
export interface Site {
  readonly task: TaskRecord;
  readonly folder: string | null;
  readonly commonDir: string;
  readonly baseSha: string;
}

/** The two states a query means, for git and for people. */
export interface Scoped {
  readonly site: Site;
  readonly scope: ChangeScope;
  readonly from: ChangeSide;
  readonly to: ChangeSide;
  /** Null = there are no files yet, and so no changes. */
  readonly span: Span | null;
}

type Ends = Pick<Scoped, "from" | "to"> & {
  readonly fromSha: string | null;
  /** `from` is a snapshot, in which there are untracked files too. */
  readonly holdsUntracked?: true;
};

const now: ChangeSide = { label: "now", sha: null, at: null };

/** Finds out what a query of changes compares. */
export class Scopes {
  readonly #core: Core;
  readonly #snapshots: Snapshots;

  constructor(core: Core, snapshots: Snapshots) {
    this.#core = core;
    this.#snapshots = snapshots;
  }

  /** Where a task's files are; `not_a_repository` when there is nothing to compare them with. */
  site(id: string): Result<Site> {
    const task = this.#core.deps.store.task(id);
    if (task === null || task.deletedAt !== null) {
      return unknown("task", id);
    }
    const { baseSha, commonDir } = task;
    if (baseSha === null || commonDir === null) {
      return err(
        fault(
          "not_a_repository",
          "This task works in a plain folder, so there is no base to compare with.",
          "Run `git init` and commit in the folder to see changes of new tasks.",
        ),
      );
    }
    const folder = task.worktreePath ?? (task.isolation === "none" ? task.workdir : null);
    return ok({ task, folder, commonDir, baseSha });
  }

  async resolve(id: string, query: ChangeQuery): Promise<Result<Scoped>> {
    const site = this.site(id);
    if (!site.ok) {
      return site;
    }
    const scope = query.scope ?? "base";
    const ends = await this.#ends(site.value, scope, query);
    if (!ends.ok) {
      return ends;
    }
    const { folder, commonDir } = site.value;
    const { from, to, fromSha, holdsUntracked = false } = ends.value;
    const ignoreSpace = query.whitespace === "ignore";
    const span =
      folder === null
        ? null
        : { folder, commonDir, from: fromSha, to: to.sha, ignoreSpace, holdsUntracked };
    return ok({ site: site.value, scope, from, to, span });
  }

  #ends(site: Site, scope: ChangeScope, query: ChangeQuery): Promise<Result<Ends>> {
    switch (scope) {
      case "base":
        return Promise.resolve(ok(this.#base(site)));
      case "uncommitted":
        return this.#uncommitted(site);
      case "turn":
        return this.#turn(site, query.run ?? null);
      case "review":
        return this.#review(site);
      case "commit":
        return this.#commit(site, query.commit ?? null);
    }
  }

  #base({ task, folder, baseSha }: Site): Ends {
    const from = { label: task.baseRef ?? short(baseSha), sha: baseSha, at: null };
    // Nothing is there yet that could differ.
    const to = folder === null ? { ...from, label: "not started" } : now;
    return { from, to, fromSha: baseSha };
  }

  async #uncommitted(site: Site): Promise<Result<Ends>> {
    if (site.folder === null) {
      return ok(this.#base(site));
    }
    const head = await this.#core.deps.git.head(site.folder);
    if (!head.ok) {
      return head;
    }
    const from = head.value === null ? beforeAll : sideOf(head.value);
    return ok({ from, to: now, fromSha: from.sha });
  }

  /**
   * The start of a run is what the one before left, and its end what the next began with, where its
   * own were not kept: a person who types in the agent's terminal is not waited for.
   */
  async #turn(site: Site, wanted: string | null): Promise<Result<Ends>> {
    const { task } = site;
    const { store } = this.#core.deps;
    const run = store.run(wanted ?? task.runId ?? "");
    if (run === null || run.taskId !== task.id) {
      return wanted === null ? err(noTurn()) : unknown("run", wanted);
    }
    await this.#snapshots.settle(task.id);
    const { number, previous, next } = store.turn(run.id);
    const moment = (runId: string | null, side: "start" | "end") =>
      ({ kind: "turn", runId: runId ?? run.id, side }) as const;
    const [start = null, end = null, before = null, after = null] = await this.#snapshots.find(
      task,
      [
        moment(run.id, "start"),
        moment(run.id, "end"),
        ...[moment(previous, "end"), moment(next, "start")],
      ],
    );
    const from =
      named(`before turn ${number}`, start) ??
      (previous === null ? null : named(`after turn ${number - 1}`, before));
    if (from === null) {
      return err(this.#notKept(site, run, number));
    }
    const isOver = store.run(run.id)?.phase.kind === "ended";
    const to =
      (isOver ? named(`after turn ${number}`, end) : null) ??
      (next === null ? null : named(`before turn ${number + 1}`, after)) ??
      (isOver ? { ...now, label: `now: the end of turn ${number} was not kept` } : now);
    return ok({ from, to, fromSha: from.sha, holdsUntracked: true });
  }

  #notKept({ task }: Site, run: RunRecord, number: number) {
    return fault(
      "not_found",
      `The files before turn ${number} were not kept. ${this.#reason(task, run)}`,
      "Compare with the base instead.",
      { runId: run.id },
    );
  }

  #reason(task: TaskRecord, run: RunRecord): string {
    const known = this.#snapshots.why(run.id, "start");
    if (known !== null) {
      return known;
    }
    if (task.isolation === "none") {
      return "The task has no worktree of its own, and the files of a person's own folder are not kept.";
    }
    return run.phase.kind === "preparing" || run.phase.kind === "queued"
      ? "It has not begun yet."
      : "It is older than Agetor's memory of turns, or it had no beginning that Agetor saw.";
  }

  async #review(site: Site): Promise<Result<Ends>> {
    if (site.folder === null) {
      return ok(this.#base(site));
    }
    const [mark = null] = await this.#snapshots.find(site.task, [{ kind: "review" }]);
    const from = named("your last review", mark);
    if (from !== null) {
      return ok({ from, to: now, fromSha: from.sha, holdsUntracked: true });
    }
    // Nothing was reviewed yet: then everything is to be.
    return ok(this.#base(site));
  }

  async #commit(site: Site, sha: string | null): Promise<Result<Ends>> {
    if (sha === null) {
      const missing = "The scope `commit` needs a commit.";
      return err(fault("invalid_request", missing, "Name one of GET /tasks/:id/commits."));
    }
    const request = commitsOf(site);
    const found = request === null ? ok(null) : await this.#core.deps.git.commit(request, sha);
    if (!found.ok) {
      return found;
    }
    if (found.value === null) {
      return err(
        fault("not_found", `${short(sha)} is no commit of this task.`, "Load its commits again."),
      );
    }
    const { parent } = found.value;
    const from = parent === null ? beforeAll : { label: short(parent), sha: parent, at: null };
    return ok({ from, to: sideOf(found.value), fromSha: parent });
  }
}

/** Where git finds the commits of a task; null before its first start. */
export function commitsOf({ task, folder, commonDir, baseSha }: Site): CommitsRequest | null {
  return folder === null ? null : { folder, commonDir, branch: task.branch, baseSha };
}

const beforeAll: ChangeSide = { label: "before the first commit", sha: null, at: null };

function sideOf(commit: CommitHead): ChangeSide {
  const label = `${short(commit.sha)} ${commit.subject}`.trim();
  return { label, sha: commit.sha, at: commit.at };
}

function named(label: string, snapshot: Snapshot | null): (ChangeSide & { sha: string }) | null {
  return snapshot === null ? null : { label, sha: snapshot.sha, at: snapshot.at };
}

function short(sha: string): string {
  return sha.slice(0, 8);
}

function noTurn() {
  return fault("not_found", "This task has not been started yet.", "Start it to see its turns.");
}

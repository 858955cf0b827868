import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type {
  CreateCommentBody,
  PatchCommentBody,
  PutViewedBody,
  Review,
  ReviewComment,
  SendReviewBody,
  ViewedFile,
} from "../contract/review.ts";
import { anchorAt } from "../domain/anchor.ts";
import { reviewMessage } from "../domain/review-message.ts";
import type { CommentRecord, TaskRecord } from "../store/types.ts";
import type { Answer, CommandMeta, Reviews, Taken } from "./api.ts";
import { type Core, unknown, type Work } from "./core.ts";
import { type Carried, isSent, toComment, whereNow } from "./review-state.ts";
import type { RunCommands } from "./runs.ts";
import { topOf, WorkFiles } from "./work-files.ts";

export interface ReviewParts {
  readonly core: Core;
  readonly runs: RunCommands;
  /** When the person last marked all of a task as reviewed. */
  readonly reviewedAt: (taskId: string) => Promise<Result<number | null>>;
}

/** Comments on a task's changes, and the files the person has looked at. */
export class ReviewCommands implements Reviews {
  readonly #core: Core;
  readonly #runs: RunCommands;
  readonly #reviewedAt: ReviewParts["reviewedAt"];
  /** By task: the look at its comments that a run's end has started. */
  readonly #following = new Map<string, Promise<void>>();

  constructor({ core, runs, reviewedAt }: ReviewParts) {
    this.#reviewedAt = reviewedAt;
    this.#core = core;
    this.#runs = runs;
    core.onCommitted((events) => {
      for (const { type, taskId, runId } of events) {
        if (type === "turn.ended" && taskId !== null && runId !== null) {
          this.#noticeEnd(taskId, runId);
        }
      }
    });
  }

  async read(taskId: string): Promise<Result<{ review: Review }>> {
    const task = this.#task(taskId);
    if (task === null) {
      return unknown("task", taskId);
    }
    const { store } = this.#core.deps;
    await this.#following.get(taskId);
    const files = await this.#files(task);
    const reviewedAt = await this.#reviewedAt(taskId);
    const comments = store.comments(taskId).map((comment) => this.#shown(comment, files));
    return ok({
      review: {
        comments,
        viewed: [...store.viewed(taskId)],
        // A repository that is gone takes the mark along, not the comments.
        reviewedAt: reviewedAt.ok ? reviewedAt.value : null,
      },
    });
  }

  comment(
    taskId: string,
    body: CreateCommentBody,
    meta: CommandMeta,
  ): Answer<{ comment: ReviewComment }> {
    return this.#core.once(meta, async () => {
      const task = this.#task(taskId);
      if (task === null) {
        return unknown("task", taskId);
      }
      const wrong = misplaced(body);
      if (wrong !== null) {
        return err(wrong);
      }
      const files = await this.#files(task);
      return this.#core.command(meta, "comment", (work) => {
        const record = this.#newComment(work, taskId, body, files);
        if (work.tx.comment(record.id) !== null) {
          return err(fault("already_exists", "There is a comment with this id.", null));
        }
        work.tx.putComment(record);
        this.#touch(work, taskId);
        return ok({ status: 201, body: { comment: this.#shown(record, files) } });
      });
    });
  }

  #newComment(
    work: Work,
    taskId: string,
    body: CreateCommentBody,
    files: WorkFiles,
  ): CommentRecord {
    const path = body.path ?? null;
    const range = body.range ?? null;
    const file = path === null ? null : files.lines(path);
    const seen = body.quote ?? (range === null ? "" : sliced(file, range));
    const follows = range?.side === "new" && file !== null;
    return {
      id: body.id ?? this.#core.deps.newId(),
      taskId,
      path,
      range,
      quote: range === null ? "" : seen,
      body: body.body,
      anchor: follows ? anchorAt(file, range, seen.split("\n")) : null,
      messageId: null,
      addressedIn: null,
      settled: null,
      createdAt: work.now,
      updatedAt: work.now,
      sentAt: null,
    };
  }

  patch(
    taskId: string,
    commentId: string,
    body: PatchCommentBody,
    meta: CommandMeta,
  ): Answer<{ comment: ReviewComment }> {
    return this.#core.once(meta, async () => {
      const task = this.#task(taskId);
      if (task === null) {
        return unknown("task", taskId);
      }
      const files = await this.#files(task);
      return this.#core.command(meta, "comment", (work) => {
        const comment = this.#comment(work, taskId, commentId);
        if (comment === null) {
          return unknown("comment", commentId);
        }
        const sent = isSent(comment, this.#carried(comment));
        if (body.body !== undefined && sent) {
          return err(
            fault(
              "locked",
              "This comment was sent; the agent has read it as it is.",
              "Write another one.",
            ),
          );
        }
        const changed: CommentRecord = {
          ...comment,
          body: body.body ?? comment.body,
          settled: sent ? (body.settled ?? comment.settled) : null,
          updatedAt: work.now,
        };
        work.tx.putComment(changed);
        this.#touch(work, taskId);
        return ok({ status: 200, body: { comment: this.#shown(changed, files) } });
      });
    });
  }

  remove(taskId: string, commentId: string, meta: CommandMeta): Answer<{ deleted: true }> {
    return this.#core.once(meta, async () =>
      this.#core.command<{ deleted: true }>(meta, "comment", (work) => {
        if (this.#comment(work, taskId, commentId) === null) {
          return unknown("comment", commentId);
        }
        work.tx.removeComment(commentId);
        this.#touch(work, taskId);
        return ok({ status: 200, body: { deleted: true } });
      }),
    );
  }

  send(taskId: string, body: SendReviewBody, meta: CommandMeta): Answer<Taken> {
    return this.#core.once(meta, async () => {
      const task = this.#task(taskId);
      if (task === null) {
        return unknown("task", taskId);
      }
      const chosen = this.#chosen(taskId, body.comments ?? null);
      if (!chosen.ok) {
        return chosen;
      }
      const files = await this.#files(task);
      // Told where the lines are now: between writing and sending, the agent may have moved them.
      const comments = chosen.value.map((comment) => reanchored(comment, files));
      const text = reviewMessage(body.text ?? "", comments);
      return this.#runs.say(task, text, meta, (work, messageId) => {
        for (const comment of comments) {
          work.tx.putComment({ ...comment, messageId, settled: null, sentAt: work.now });
        }
      });
    });
  }

  /** The drafts that are to be sent: those named, or all. */
  #chosen(taskId: string, wanted: readonly string[] | null): Result<readonly CommentRecord[]> {
    const drafts = this.#core.deps.store
      .comments(taskId)
      .filter((comment) => !isSent(comment, this.#carried(comment)));
    const chosen = wanted === null ? drafts : drafts.filter(({ id }) => wanted.includes(id));
    const missing = wanted?.find((id) => !drafts.some((draft) => draft.id === id));
    if (missing !== undefined) {
      return unknown("comment", missing);
    }
    return chosen.length === 0
      ? err(
          fault(
            "invalid_request",
            "There is no comment to send.",
            "Write a comment on a line first.",
          ),
        )
      : ok(chosen);
  }

  markViewed(
    taskId: string,
    body: PutViewedBody,
    meta: CommandMeta,
  ): Answer<{ viewed: readonly ViewedFile[] }> {
    return this.#core.once(meta, async () =>
      this.#core.command<{ viewed: readonly ViewedFile[] }>(meta, "viewed", (work) => {
        if (this.#task(taskId) === null) {
          return unknown("task", taskId);
        }
        for (const { path, id } of body.files) {
          if (id === null) {
            work.tx.removeViewed(taskId, path);
          } else {
            work.tx.putViewed(taskId, { path, id, at: work.now });
          }
        }
        return ok({ status: 200, body: { viewed: work.tx.viewed(taskId) } });
      }),
    );
  }

  /** Whose run it was that changed the lines of a comment is known best right when it has ended. */
  #noticeEnd(taskId: string, runId: string): void {
    const earlier = this.#following.get(taskId) ?? Promise.resolve();
    const done = earlier
      .then(() => this.#attribute(taskId, runId))
      .catch((thrown: unknown) => {
        this.#core.deps.log("warn", "following comments failed", { taskId, why: String(thrown) });
      })
      .finally(() => {
        if (this.#following.get(taskId) === done) {
          this.#following.delete(taskId);
        }
      });
    this.#following.set(taskId, done);
  }

  async #attribute(taskId: string, runId: string): Promise<void> {
    const task = this.#task(taskId);
    const waiting = this.#core.deps.store
      .comments(taskId)
      .filter((one) => one.addressedIn === null && this.#carried(one).run?.startedAt != null);
    if (task === null || waiting.length === 0) {
      return;
    }
    const files = await this.#files(task);
    const changed = waiting.filter((comment) => foundIn(comment, files)?.kind === "changed");
    if (changed.length === 0) {
      return;
    }
    this.#core.commit("comment", (work) => {
      for (const { id } of changed) {
        const now = work.tx.comment(id);
        if (now !== null) {
          work.tx.putComment({ ...now, addressedIn: runId });
        }
      }
      this.#touch(work, taskId);
    });
  }

  async #files(task: TaskRecord): Promise<WorkFiles> {
    return new WorkFiles(await topOf(this.#core.deps.git, task));
  }

  #shown(comment: CommentRecord, files: WorkFiles): ReviewComment {
    return toComment(comment, this.#carried(comment), foundIn(comment, files));
  }

  #carried({ taskId, messageId }: CommentRecord): Carried {
    const { store } = this.#core.deps;
    if (messageId === null) {
      return { queued: false, run: null };
    }
    return {
      queued: store.queued(taskId).some(({ id }) => id === messageId),
      run: store.runOfMessage(messageId),
    };
  }

  #comment(work: Work, taskId: string, commentId: string): CommentRecord | null {
    const comment = this.#task(taskId) === null ? null : work.tx.comment(commentId);
    return comment?.taskId === taskId ? comment : null;
  }

  /** Other boards learn of it by the task. */
  #touch(work: Work, taskId: string): void {
    const task = work.tx.task(taskId);
    if (task !== null) {
      work.putTask({ ...task, updatedAt: work.now });
    }
  }

  #task(id: string): TaskRecord | null {
    const task = this.#core.deps.store.task(id);
    return task === null || task.deletedAt !== null ? null : task;
  }
}

function foundIn(comment: CommentRecord, files: WorkFiles) {
  return whereNow(comment, comment.path === null ? null : files.lines(comment.path));
}

/** A draft at the place its lines have now; where they are gone it keeps what the person saw. */
function reanchored(comment: CommentRecord, files: WorkFiles): CommentRecord {
  const found = foundIn(comment, files);
  const file = comment.path === null ? null : files.lines(comment.path);
  if (found?.kind !== "same" || file === null) {
    return comment;
  }
  const { start, end } = found;
  const anchor = anchorAt(file, { start, end }, file.slice(start - 1, end)) ?? comment.anchor;
  return { ...comment, range: { side: "new", start, end }, anchor };
}

function sliced(file: readonly string[] | null, range: { start: number; end: number }): string {
  return (file ?? []).slice(range.start - 1, range.end).join("\n");
}

/** Why a comment's place makes no sense, or null. */
function misplaced({ path, range, quote }: CreateCommentBody): Fault | null {
  if (range == null) {
    return null;
  }
  if (path == null || range.end < range.start) {
    return fault(
      "invalid_request",
      path == null ? "Lines without a file." : "The last line comes before the first.",
      "Name the file, and its lines from the first to the last.",
    );
  }
  const lines = quote?.split("\n").length ?? range.end - range.start + 1;
  return lines === range.end - range.start + 1
    ? null
    : fault(
        "invalid_request",
        `The quote has ${lines} line(s), the range ${range.end - range.start + 1}.`,
        "Quote exactly the lines of the range.",
      );
}

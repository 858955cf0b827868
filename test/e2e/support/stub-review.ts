import { applyPatch, parsePatch, reversePatch } from "diff";
import type { RevertBody } from "../../../src/contract/changes.ts";
import type {
  CreateCommentBody,
  PatchCommentBody,
  PutViewedBody,
  ReviewComment,
  SendReviewBody,
  ViewedFile,
} from "../../../src/contract/review.ts";
import { id } from "./stub-data.ts";
import { StubLanding } from "./stub-landing.ts";
import type { Entry, Query, StubRepo, Tree } from "./stub-repo.ts";
import { follow, quoteOf, type Thread, threadOf } from "./stub-threads.ts";

/** What the stub has to do for a review beyond answering. */
export interface Hooks {
  /** The agent begins a run with these words; answers its id. */
  begin(taskId: string, prompt: string): string;
  /** Files may have changed. */
  changed(taskId: string): void;
}

const fail = (status: number, code: string, error: string, hint: string | null = null) =>
  Response.json({ error, code, hint, details: null }, { status });

/** The review of one task: comments that follow their lines, marks, and the way back. */
export class StubReview {
  readonly repo: StubRepo;
  readonly taskId: string;
  readonly sent: string[] = [];
  readonly opened: unknown[] = [];
  readonly landing = new StubLanding();
  readonly #hooks: Hooks;
  #threads: Thread[] = [];
  #viewed: ViewedFile[] = [];
  readonly #checkpoints = new Map<string, Tree>();

  constructor(taskId: string, repo: StubRepo, hooks: Hooks) {
    this.taskId = taskId;
    this.repo = repo;
    this.#hooks = hooks;
  }

  /** Something changes the files: an agent in its run, or somebody else. */
  write(files: Readonly<Record<string, string | Entry | null>>, run: string | null = null): void {
    const next = new Map(this.repo.now);
    for (const [path, one] of Object.entries(files)) {
      if (one === null) next.delete(path);
      else next.set(path, typeof one === "string" ? { ...next.get(path), text: one } : one);
    }
    this.#become(next, run);
  }

  #become(next: Tree, run: string | null): void {
    this.repo.now = next;
    this.#threads = this.#threads.map((thread) => follow(this.repo, thread, run));
    this.#hooks.changed(this.taskId);
  }

  /** A comment that is there before the page is. */
  say(body: CreateCommentBody, sentIn: string | null = null): ReviewComment {
    const { path = null, range = null } = body;
    const now = Date.now();
    const comment: ReviewComment = {
      id: body.id ?? id(),
      taskId: this.taskId,
      path: path ?? null,
      range: range ?? null,
      quote: body.quote ?? quoteOf(this.repo, path ?? null, range ?? null),
      body: body.body,
      state: sentIn === null ? "draft" : "open",
      current: range ?? null,
      currentText: null,
      settled: false,
      sentIn,
      addressedIn: null,
      createdAt: now,
      updatedAt: now,
      sentAt: sentIn === null ? null : now,
    };
    this.#threads.push(threadOf(this.repo, comment));
    return comment;
  }

  view(paths: readonly string[]): void {
    const { files } = this.repo.changes({
      scope: "base",
      run: null,
      commit: null,
      whitespace: "show",
    });
    for (const { path, id: change } of files) {
      if (paths.includes(path)) this.#viewed.push({ path, id: change, at: Date.now() });
    }
  }

  comments(): readonly ReviewComment[] {
    return this.#threads.map(({ comment }) => comment);
  }

  async answer(request: Request, url: URL): Promise<Response | null> {
    const [, , , ...rest] = url.pathname.split("/").map(decodeURIComponent);
    const body = async <T>() => (await request.json()) as T;
    const [noun = "", second = ""] = rest;
    const what = `${request.method} ${noun}`;
    const landing = this.landing.answer(what);
    if (landing !== null) return landing;
    if (what === "GET changes") return this.#read(second, url);
    if (what === "GET commits") return Response.json({ commits: this.repo.listCommits() });
    if (what === "GET review" && second === "") return this.#review();
    if (what === "POST reviewed") return this.#markReviewed();
    if (what === "PUT viewed") return this.#putViewed(await body<PutViewedBody>());
    if (what === "POST comments") {
      const comment = this.say(await body<CreateCommentBody>());
      return Response.json({ comment }, { status: 201 });
    }
    if (what === "PATCH comments") return this.#patch(second, await body<PatchCommentBody>());
    if (what === "DELETE comments") {
      this.#threads = this.#threads.filter(({ comment }) => comment.id !== second);
      return Response.json({ deleted: true });
    }
    if (what === "POST review" && second === "send")
      return this.#send(await body<SendReviewBody>());
    if (what === "POST changes" && second === "revert")
      return this.#revert(await body<RevertBody>());
    if (what === "POST checkpoints" && rest[2] === "restore") return this.#restore(second);
    return null;
  }

  #read(part: string, url: URL): Response {
    const get = (name: string) => url.searchParams.get(name);
    const query: Query = {
      scope: (get("scope") ?? "base") as Query["scope"],
      run: get("run"),
      commit: get("commit"),
      whitespace: get("whitespace") === "ignore" ? "ignore" : "show",
    };
    const path = get("path") ?? "";
    const none = fail(404, "not_found", `${path} has not changed.`, "Look at the list again.");
    switch (part) {
      case "":
        return Response.json({ changes: this.repo.changes(query) });
      case "file": {
        const file = this.repo.file(query, path);
        return file === null ? none : Response.json({ file });
      }
      case "lines": {
        const [start, end] = [Number(get("start")), Number(get("end"))];
        const lines = this.repo.lines(query, path, get("side") ?? "new", start, end);
        return lines === null ? none : Response.json({ lines });
      }
      case "content": {
        const entry = this.repo.sides(query)[get("side") === "old" ? 0 : 1].get(path);
        return entry?.bytes === undefined
          ? none
          : new Response(entry.bytes, { headers: { "content-type": "image/png" } });
      }
      case "patch": {
        const wanted = url.searchParams.getAll("path");
        const { files } = this.repo.changes(query);
        const asked = files.filter((file) => wanted.length === 0 || wanted.includes(file.path));
        return new Response(asked.map((file) => file.patch ?? "").join(""));
      }
      default:
        return none;
    }
  }

  #review(): Response {
    return Response.json({
      review: {
        comments: this.comments(),
        viewed: this.#viewed,
        reviewedAt: this.repo.mark?.at ?? null,
      },
    });
  }

  #markReviewed(): Response {
    this.repo.mark = { tree: this.repo.now, at: Date.now() };
    return Response.json({ reviewedAt: this.repo.mark.at });
  }

  #putViewed({ files }: PutViewedBody): Response {
    for (const { path, id: change } of files) {
      this.#viewed = this.#viewed.filter((one) => one.path !== path);
      if (change !== null) this.#viewed.push({ path, id: change, at: Date.now() });
    }
    return Response.json({ viewed: this.#viewed });
  }

  #patch(commentId: string, { body, settled }: PatchCommentBody): Response {
    const found = this.#threads.find(({ comment }) => comment.id === commentId);
    if (found === undefined) return fail(404, "not_found", "There is no such comment.");
    found.comment = {
      ...found.comment,
      ...(body === undefined ? {} : { body }),
      ...(settled === undefined ? {} : { settled, state: settled ? "addressed" : "open" }),
      updatedAt: Date.now(),
    };
    return Response.json({ comment: found.comment });
  }

  #send({ text, comments }: SendReviewBody): Response {
    const drafts = this.#threads.filter(
      ({ comment }) =>
        comment.state === "draft" && (comments === undefined || comments.includes(comment.id)),
    );
    if (drafts.length === 0) return fail(409, "conflict", "There is nothing to send.");
    const words = [text ?? "", ...drafts.map(({ comment }) => comment.body)];
    const prompt = words.filter((word) => word !== "").join("\n");
    this.sent.push(prompt);
    const run = this.#hooks.begin(this.taskId, prompt);
    for (const thread of drafts) {
      thread.comment = { ...thread.comment, state: "open", sentIn: run, sentAt: Date.now() };
    }
    this.repo.turns.push({ run, start: this.repo.now, end: null });
    return Response.json({ run: { id: run } }, { status: 202 });
  }

  #revert(body: RevertBody): Response {
    const before = this.repo.now;
    const next = new Map(before);
    if (body.kind === "hunks") {
      const [patch] = parsePatch(body.patch);
      const text = before.get(body.path)?.text ?? "";
      const back = patch === undefined ? false : applyPatch(text, reversePatch(patch));
      if (back === false)
        return fail(409, "conflict", "The file has changed since.", "Look at it again.");
      next.set(body.path, { ...before.get(body.path), text: back });
    } else {
      const query: Query =
        body.kind === "turn"
          ? { scope: "turn", run: body.run, commit: null, whitespace: "show" }
          : {
              scope: body.scope ?? "base",
              run: body.run ?? null,
              commit: body.commit ?? null,
              whitespace: "show",
            };
      const [from] = this.repo.sides(query);
      const paths =
        body.kind === "turn"
          ? this.repo
              .changes(query)
              .files.flatMap(({ path, oldPath }) => (oldPath === null ? [path] : [path, oldPath]))
          : body.paths;
      for (const path of paths) {
        const was = from.get(path);
        if (was === undefined) next.delete(path);
        else next.set(path, was);
      }
    }
    return this.#checkpoint(before, next, "revert");
  }

  #checkpoint(before: Tree, next: Tree, reason: "revert" | "restore"): Response {
    const key = id();
    this.#checkpoints.set(key, before);
    this.#become(next, null);
    return Response.json({
      checkpoint: {
        id: key,
        at: Date.now(),
        reason,
        label: "Before that",
        ref: `refs/agetor/checkpoint/${this.taskId}/${key}`,
        sha: "c".repeat(40),
        branch: null,
        headSha: null,
        baseBranch: null,
        baseBranchSha: null,
        dirtyFiles: 1,
      },
    });
  }

  #restore(key: string): Response {
    const tree = this.#checkpoints.get(key);
    if (tree === undefined) return fail(404, "not_found", "There is no such checkpoint.");
    return this.#checkpoint(this.repo.now, tree, "restore");
  }
}

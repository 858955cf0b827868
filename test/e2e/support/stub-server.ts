/**
 * A server that answers what the board asks, from memory: for looking at the UI in states that are
 * hard to reach, and for measuring it alone. It is no stand-in for the real server in a test of
 * behaviour; those run the real one.
 *
 *   bun test/e2e/support/stub-server.ts [busy|empty|many] [port]
 */
import { generateKeyBetween } from "fractional-indexing";
import type { Task } from "../../../src/contract/task.ts";
import { refundRepo } from "./review-world.ts";
import { agents, defaults, harnesses, models, setup } from "./stub-answers.ts";
import { busyDay, id, manyTasks, projectPaths, task, type World } from "./stub-data.ts";
import type { StubRepo } from "./stub-repo.ts";
import { StubReview } from "./stub-review.ts";
import { answerSettings } from "./stub-settings.ts";

const csp = [
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'",
  "connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'",
  "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
].join("; ");

export function stubServer(world: World, port = 0) {
  const tasks = new Map(world.tasks.map((item) => [item.id, item]));
  const interactions = new Map(world.interactions.map((item) => [item.id, item]));
  const preferences: Record<string, unknown> = {};
  const trusted = new Set<string>();
  const runs = new Map<string, object[]>();
  const opened: unknown[] = [];
  const streams = new Set<ReadableStreamDefaultController<string>>();
  let seq = 100;
  let down = false;

  const send = (frame: object, event = false): void => {
    const data = `${event ? `id: ${seq}\n` : ""}data: ${JSON.stringify(frame)}\n\n`;
    for (const stream of streams) stream.enqueue(data);
  };
  const emit = (type: string, taskId: string, data: unknown): void => {
    seq += 1;
    send({ seq, at: Date.now(), type, taskId, runId: null, data }, true);
  };
  const change = (before: Task, over: Partial<Task>): Task => {
    const after = { ...before, ...over, updatedAt: Date.now() };
    tasks.set(after.id, after);
    emit("task.upserted", after.id, after);
    return after;
  };
  const beat = setInterval(() => {
    for (const item of tasks.values()) {
      if (item.phase?.kind !== "working" || item.live?.object === "xcodebuild") continue;
      const events = Math.floor(Math.random() * 8);
      if (events > 0)
        send({ type: "activity", taskId: item.id, at: Date.now(), events, live: null });
    }
  }, 1000);

  const fail = (
    status: number,
    code: string,
    error: string,
    hint: string | null,
    details: unknown = null,
  ) => Response.json({ error, code, hint, details }, { status });

  const reviews = new Map<string, StubReview>();
  /** The review of a task; made when it is first asked for. */
  const reviewOf = (taskId: string, repo?: StubRepo): StubReview => {
    const held = reviews.get(taskId);
    if (held !== undefined) return held;
    const made = new StubReview(taskId, repo ?? refundRepo(), {
      changed: (changed) => send({ type: "changes", taskId: changed, at: Date.now() }),
      begin(owner, prompt) {
        const runId = id();
        const before = tasks.get(owner);
        runs.set(owner, [aRun(runId, owner, prompt), ...(runs.get(owner) ?? [])]);
        if (before !== undefined) {
          change(before, {
            column: "running",
            phase: { kind: "working" },
            runId,
            runStatus: "running",
            runStartedAt: Date.now(),
            live: { verb: "Reading", object: "the comments", at: Date.now() },
          });
        }
        return runId;
      },
    });
    reviews.set(taskId, made);
    return made;
  };

  const listed = () => [...tasks.values()].filter((item) => item.archivedAt === null);

  async function api(request: Request, url: URL): Promise<Response | null> {
    const body = async () => (await request.json()) as Record<string, unknown>;
    const [, noun, key = "", verb] = url.pathname.split("/").map(decodeURIComponent);
    const found = tasks.get(key);
    if (noun === "tasks" && found !== undefined) {
      const answer = await reviewOf(key).answer(request, url);
      if (answer !== null) return answer;
    }
    const settings = answerSettings(request, url);
    if (settings !== null) return settings;
    switch (
      `${request.method} /${noun}${key === "" ? "" : "/:id"}${verb === undefined ? "" : `/${verb}`}`
    ) {
      case "POST /auth/:id":
        return Response.json({ token: "stub" });
      case "GET /tasks": {
        const limit = Number(url.searchParams.get("limit") ?? 100);
        const from = Number(url.searchParams.get("cursor") ?? 0);
        const column = url.searchParams.get("column");
        const everything = listed();
        const all = everything.filter((item) => column === null || item.column === column);
        const counts: Record<string, number> = {
          backlog: 0,
          ready: 0,
          running: 0,
          blocked: 0,
          review: 0,
          done: 0,
        };
        for (const item of everything) counts[item.column] = (counts[item.column] ?? 0) + 1;
        const nextCursor = from + limit < all.length ? String(from + limit) : null;
        return Response.json({ tasks: all.slice(from, from + limit), nextCursor, counts });
      }
      case "POST /tasks": {
        const input = await body();
        if (input["start"] === true && !trusted.has(String(input["workdir"]))) {
          return fail(
            422,
            "trust_required",
            "This repository is new.",
            "Accept its agent settings.",
            {
              path: input["workdir"],
              trusted: false,
              hash: "a".repeat(64),
              files: [
                { path: ".claude/settings.json", sha256: "b".repeat(64) },
                { path: ".mcp.json", sha256: "c".repeat(64) },
              ],
            },
          );
        }
        const first =
          listed()
            .map((item) => item.position)
            .sort()[0] ?? null;
        const made = task(String(input["title"] ?? input["prompt"]).slice(0, 80), "backlog", {
          workdir: String(input["workdir"]),
          position: generateKeyBetween(null, first),
          ...(input["start"] === true
            ? { column: "ready", phase: { kind: "preparing", step: "branch" } }
            : {}),
        });
        tasks.set(made.id, made);
        emit("task.upserted", made.id, made);
        return Response.json({ task: made, run: null }, { status: 201 });
      }
      case "PATCH /tasks/:id": {
        if (found === undefined) return null;
        const patch = await body();
        if (String(found.title).startsWith("Pin "))
          return fail(409, "conflict", "Somebody else moved it.", "Look at it again.");
        const { archived, ...rest } = patch;
        return Response.json({
          task: change(found, {
            ...rest,
            ...(archived === undefined ? {} : { archivedAt: archived ? Date.now() : null }),
          }),
        });
      }
      case "GET /tasks/:id":
        return found === undefined
          ? null
          : Response.json({ task: { ...found, prompt: found.title } });
      case "DELETE /tasks/:id":
        if (found === undefined) return null;
        change(found, { archivedAt: 1 });
        emit("task.deleted", key, {});
        return Response.json({
          deleted: true,
          trash: { ref: "r", sha: "s", dirtyFiles: 3, unmergedCommits: 2 },
        });
      case "POST /tasks/:id/restore":
        return found === undefined
          ? null
          : Response.json({ task: change(found, { archivedAt: null }) });
      case "POST /tasks/:id/start": {
        if (found === undefined) return null;
        if (found.agent === "codex")
          return fail(
            422,
            "not_logged_in",
            "Codex is not signed in.",
            "Run `codex login`, then start again.",
          );
        const next = change(found, {
          column: "running",
          phase: { kind: "working" },
          runId: id(),
          runStatus: "running",
          runStartedAt: Date.now(),
          failure: null,
          live: { verb: "Reading", object: "README.md", at: Date.now() },
        });
        return Response.json({ task: next, run: { id: next.runId } }, { status: 202 });
      }
      case "GET /tasks/:id/transcript":
        return Response.json({ events: [], nextBefore: null, lastSeq: seq });
      case "GET /tasks/:id/runs":
        return Response.json({ runs: runs.get(key) ?? [], nextCursor: null });
      case "POST /open-path":
        opened.push(await body());
        return Response.json({ opened: true });
      case "GET /interactions/:id":
        return Response.json({ interactions: [...interactions.values()] });
      case "POST /approvals/:id/answer": {
        const item = interactions.get(key);
        const owner = tasks.get(item?.taskId ?? "");
        if (item === undefined || owner === undefined) return null;
        interactions.delete(key);
        emit("interaction.resolved", owner.id, item);
        change(owner, {
          column: "running",
          phase: { kind: "working" },
          live: {
            verb: "Running",
            object: item.kind === "approval" ? item.title : "",
            at: Date.now(),
          },
        });
        return Response.json({ interaction: item });
      }
      case "POST /runs/:id/cancel": {
        const owner = [...tasks.values()].find((item) => item.runId === key);
        if (owner === undefined) return null;
        change(owner, {
          column: "ready",
          phase: null,
          runStatus: "cancelled",
          failure: { code: "cancelled", message: "Stopped by you.", hint: null },
        });
        return Response.json({ run: { id: key } }, { status: 202 });
      }
      case "GET /preferences":
        return Response.json({ preferences });
      case "PUT /preferences/:id":
        preferences[key] = (await body())["value"];
        return Response.json({ preferences });
      case "GET /projects":
        return Response.json({
          projects: (world.tasks.length === 0 ? [] : projectPaths).map((path) => ({
            path,
            name: path.split("/").at(-1),
            isRepository: true,
            createdAt: 0,
          })),
        });
      case "POST /projects":
        return fail(422, "not_a_directory", "There is no such folder.", "Check the path.");
      case "GET /projects/:id":
        if (key === "setup") return Response.json(setup);
        return Response.json({
          branches: [
            { name: "main", sha: "4f1c09e8aa", current: true },
            { name: "release/2.4", sha: "9ab3c1d2ee", current: false },
          ],
        });
      case "POST /projects/:id":
        trusted.add(String((await body())["path"]));
        return Response.json({ path: "", trusted: true, hash: "", files: [] });
      case "GET /harnesses":
        return Response.json({ harnesses });
      case "GET /agents":
        return Response.json({ agents });
      case "GET /agent-models":
        return Response.json({ models: { [url.searchParams.get("agent") ?? ""]: models } });
      case "GET /defaults":
        return Response.json(defaults);
      case "GET /events":
        return new Response(
          new ReadableStream<string>({
            start(stream) {
              stream.enqueue(": hello\n\n");
              streams.add(stream);
              request.signal.addEventListener("abort", () => streams.delete(stream));
            },
          }).pipeThrough(new TextEncoderStream()),
          { headers: { "content-type": "text/event-stream" } },
        );
      default:
        return null;
    }
  }

  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      if (down) return new Response(null, { status: 503 });
      const url = new URL(request.url);
      const path = url.pathname === "/" ? "/index.html" : url.pathname;
      const file = Bun.file(new URL(`../../../dist/web${path}`, import.meta.url));
      if (request.method === "GET" && /\.\w+$/.test(path) && (await file.exists())) {
        return new Response(file, { headers: { "content-security-policy": csp } });
      }
      return (
        (await api(request, url)) ??
        fail(404, "not_found", `The stub has no ${request.method} ${url.pathname}.`, null)
      );
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    emit,
    send,
    reviewOf,
    /** What was opened in programs of the machine. */
    opened,
    /** The agent is done: its run has ended well. */
    finish(taskId: string) {
      const before = tasks.get(taskId);
      const turn = reviewOf(taskId).repo.turns.at(-1);
      if (turn !== undefined) turn.end = reviewOf(taskId).repo.now;
      if (before !== undefined) {
        change(before, {
          column: "review",
          phase: { kind: "ended", outcome: { kind: "succeeded" } },
          runStatus: "succeeded",
          live: null,
        });
      }
    },
    /** Breaks every stream and answers nothing, as a server that was killed does. */
    fall() {
      down = true;
      for (const stream of streams) stream.close();
      streams.clear();
    },
    rise() {
      down = false;
    },
    async stop() {
      clearInterval(beat);
      await server.stop(true);
    },
  };
}

function aRun(runId: string, taskId: string, prompt: string): object {
  return {
    id: runId,
    taskId,
    agent: "claude-code",
    status: "running",
    prompt,
    startedAt: Date.now(),
    endedAt: null,
    exitCode: null,
    error: null,
    sessionRef: null,
    usage: null,
    phase: { kind: "working" },
    background: [],
    createdAt: Date.now(),
  };
}

if (import.meta.main) {
  const [kind = "busy", port = "4400"] = process.argv.slice(2);
  const world =
    kind === "empty"
      ? { tasks: [], interactions: [] }
      : kind === "many"
        ? manyTasks(2000)
        : busyDay();
  console.log(`${stubServer(world, Number(port)).url}/#code=x`);
}

import { createParser } from "eventsource-parser";
import type { Event } from "../../src/contract/event.ts";
import type { ProjectSetup } from "../../src/contract/project.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";

export interface Reply<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
}

/** A small client of the contract, for tests. */
export class Client {
  readonly base: string;
  readonly token: string;

  constructor(base: string, token: string) {
    this.base = base;
    this.token = token;
  }

  async call<T = Record<string, never>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply<T>> {
    const response = await fetch(this.base + path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === "" ? null : JSON.parse(text)) as T };
  }

  get<T>(path: string): Promise<Reply<T>> {
    return this.call<T>("GET", path);
  }

  post<T>(path: string, body: unknown = {}, headers = {}): Promise<Reply<T>> {
    return this.call<T>("POST", path, body, headers);
  }

  async task(id: string): Promise<Task> {
    return (await this.get<{ task: Task }>(`/tasks/${id}`)).body.task;
  }

  async runs(taskId: string): Promise<readonly Run[]> {
    return (await this.get<{ runs: Run[] }>(`/tasks/${taskId}/runs`)).body.runs;
  }

  /** Accepts the repository's agent-config files as they are now. */
  async trust(path: string): Promise<void> {
    const query = new URLSearchParams({ path });
    const { body } = await this.get<{ hash: string }>(`/projects/trust?${query}`);
    await this.post("/projects/trust", { path, hash: body.hash });
  }

  /** Says what happens in new worktrees of a repository. */
  async setUp(path: string, change: Partial<ProjectSetup>): Promise<void> {
    const setup: ProjectSetup = { setup: "", teardown: "", copy: [], ports: 3, ...change };
    const reply = await this.call("PUT", "/projects/setup", { path, ...setup });
    if (reply.status !== 200) {
      throw new Error(`set-up answered ${reply.status}: ${JSON.stringify(reply.body)}`);
    }
  }

  /** Creates and starts a task of the scripted agent. */
  async startFake(workdir: string, prompt: string, more = {}): Promise<{ task: Task; run: Run }> {
    const reply = await this.post<{ task: Task; run: Run }>("/tasks", {
      workdir,
      prompt,
      agent: "fake",
      start: true,
      ...more,
    });
    if (reply.status !== 201) {
      throw new Error(`create answered ${reply.status}: ${JSON.stringify(reply.body)}`);
    }
    return reply.body;
  }

  /** Follows a stream until `until` says that is enough; answers everything seen. */
  async events(
    path: string,
    until: (event: Event, all: readonly Event[]) => boolean,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<readonly Event[]> {
    const abort = new AbortController();
    const response = await fetch(this.base + path, {
      headers: { authorization: `Bearer ${this.token}`, ...headers },
      signal: abort.signal,
    });
    if (!response.ok || response.body === null) {
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    }
    const seen: Event[] = [];
    let done = false;
    const parser = createParser({
      onEvent: (message) => {
        const event = JSON.parse(message.data) as Event;
        if (message.id === undefined || done) {
          return;
        }
        seen.push(event);
        done = until(event, seen);
      },
    });
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      if (done) {
        break;
      }
    }
    abort.abort();
    if (!done) {
      throw new Error(`${path} ended after ${seen.length} events`);
    }
    return seen;
  }

  /** Waits until a task stands as wished; looks at the stored state first, then follows the stream. */
  async until(taskId: string, wish: (task: Task) => boolean): Promise<Task> {
    const events = await this.events(
      `/tasks/${taskId}/events`,
      (event) => event.type === "task.upserted" && wish(event.data as Task),
    );
    return events.at(-1)?.data as Task;
  }

  /** Waits until a run has ended and answers every event of its task up to then. */
  ended(taskId: string, runId: string): Promise<readonly Event[]> {
    return this.events(
      `/tasks/${taskId}/events`,
      (event) => event.type === "task.upserted" && isOver(event.data as Task, runId),
    );
  }
}

function isOver(task: Task, runId: string): boolean {
  return task.runId === runId && task.phase?.kind === "ended";
}

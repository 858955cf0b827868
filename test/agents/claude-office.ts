import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { Event, TranscriptData } from "../../src/contract/event.ts";
import type { Interaction } from "../../src/contract/interaction.ts";
import type { Run } from "../../src/contract/run.ts";
import type { QueuedMessage, Task } from "../../src/contract/task.ts";
import { createHost } from "../../src/host/host.ts";
import type { Host } from "../../src/host/types.ts";
import { type FakeAnthropic, startFakeAnthropic } from "../fakes/anthropic/server.ts";
import type { Client } from "../support/client.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { until } from "./claude-desk.ts";
import { claudeBinary } from "./claude-lab.ts";

/** No stand-in here: the real Claude Code in tmux. */
const env = { AGETOR_CLAUDE_DRIVER: "" };

/** What became of a message: part of a run, or a place in the queue. */
export type Said = { run: Run } | { queued: QueuedMessage };

export type Asked<K extends Interaction["kind"]> = Extract<Interaction, { kind: K }>;

/** The real server with the real Claude Code and a model on loopback; a person works at its API. */
export class Office {
  readonly root: string;
  readonly repo: string;
  readonly fake: FakeAnthropic;
  readonly host: Host;
  server: TestServer;

  private constructor(root: string, server: TestServer) {
    this.root = root;
    this.server = server;
    this.repo = makeRepo({ "README.md": "# Demo\n\nline 2\nline 3\n" });
    this.fake = startFakeAnthropic();
    this.host = createHost({ dataDir: server.dataDir, env: process.env });
  }

  static async make(): Promise<Office> {
    const root = mkdtempSync(join(homedir(), ".agetor-claude-"));
    const server = await TestServer.start({ env, dataDir: join(root, "data") });
    const office = new Office(root, server);
    await office.client.trust(office.repo);
    const home = join(root, "claude");
    mkdirSync(home);
    await office.client.call("PATCH", "/harnesses/claude-code", {
      bin: claudeBinary(),
      home,
      env: {
        ANTHROPIC_BASE_URL: office.fake.url,
        ANTHROPIC_API_KEY: "sk-dummy-key-of-this-test-0123456789",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        IS_SANDBOX: "1",
      },
    });
    return office;
  }

  get client(): Client {
    return this.server.client;
  }

  async close(): Promise<void> {
    // The server may have gone with a test that timed out; its agents outlive it by design.
    const panes = await this.host.tmux.list();
    if (panes.ok) for (const { name } of panes.value) await this.host.tmux.kill(name);
    await this.server.dispose();
    await this.fake.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** `kill -9`, then another server on the same data; `meanwhile` happens while there is none. */
  async restart(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    await this.server.kill();
    await meanwhile();
    this.server = await this.server.restart({ env });
  }

  /** What a terminal shows now. */
  async screen(name: string): Promise<string> {
    const shown = await this.host.tmux.capture(name, { ansi: false, history: 0 });
    if (!shown.ok) throw new Error(shown.fault.message);
    return shown.value.text;
  }

  /** Presses a key in a terminal once it shows that, until it does no more. */
  async press(name: string, shown: RegExp, key: string): Promise<void> {
    const shows = async () => shown.test(await this.screen(name));
    await until(shows);
    // A dialog that was just drawn does not hear its first keys, and each takes its time to show.
    let next = 0;
    await until(async () => {
      if (!(await shows())) return true;
      if (Date.now() < next) return false;
      next = Date.now() + 700;
      const pressed = await this.host.tmux.keys(name, [key]);
      if (!pressed.ok) throw new Error(pressed.fault.message);
      return false;
    });
  }

  /** Starts a task whose prompt is a script of the fake model. */
  async start(mode: string, ...script: string[]): Promise<Job> {
    const reply = await this.client.post<{ task: Task; run: Run }>("/tasks", {
      workdir: this.repo,
      prompt: script.join("\n"),
      agent: "claude-code",
      mode,
      start: true,
    });
    if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
    return new Job(this, reply.body.task.id, reply.body.run.id);
  }
}

const routes = {
  approval: "approvals",
  question: "questions",
  ask_questions: "ask-questions",
  plan_approval: "plan-approvals",
} as const;

/** One task of the office. */
export class Job {
  readonly id: string;
  readonly #office: Office;
  run: string;
  #askedAt = 0;
  #answered = new Set<string>();

  constructor(office: Office, id: string, run: string) {
    this.#office = office;
    this.id = id;
    this.run = run;
  }

  get client(): Client {
    return this.#office.client;
  }

  task(): Promise<Task> {
    return this.client.task(this.id);
  }

  events(until: (event: Event, all: readonly Event[]) => boolean): Promise<readonly Event[]> {
    return this.client.events(`/tasks/${this.id}/events`, until);
  }

  /** The next question nobody has answered here, once it stands on the card; or the n-th of them. */
  async asked<K extends Interaction["kind"]>(kind: K, nth = 1): Promise<Asked<K>> {
    const isNew = (event: Event) =>
      event.type === "interaction.opened" && !this.#answered.has((event.data as Interaction).id);
    const enough = (_: Event, all: readonly Event[]) => all.filter(isNew).length >= nth;
    const asked = (await this.events(enough)).findLast(isNew)?.data as Interaction;
    if (asked.kind !== kind) throw new Error(`asked ${JSON.stringify(asked)}`);
    this.#askedAt = asked.createdAt;
    return asked as Asked<K>;
  }

  async answer(asked: Interaction, body: unknown): Promise<number> {
    this.#answered.add(asked.id);
    return (await this.client.post(`/${routes[asked.kind]}/${asked.id}/answer`, body)).status;
  }

  /** How a question ended. */
  async resolved(id: string): Promise<Interaction> {
    const isIt = (event: Event) =>
      event.type === "interaction.resolved" && (event.data as Interaction).id === id;
    return (await this.events(isIt)).find(isIt)?.data as Interaction;
  }

  /** Every event up to the end of the current run. */
  ended(): Promise<readonly Event[]> {
    return this.client.ended(this.id, this.run);
  }

  /** Another message once the task is idle. */
  async say(...script: string[]): Promise<void> {
    const { body } = await this.client.post<{ run: Run }>(`/runs/${this.run}/input`, {
      text: script.join("\n"),
    });
    this.run = body.run.id;
  }

  /** Says something into the current turn. */
  async steer(text: string): Promise<Said> {
    const body = { text, delivery: "steer" };
    return (await this.client.post<Said>(`/runs/${this.run}/input`, body)).body;
  }

  /** Says something into the current turn, and says it again until that is safe. */
  async steered(text: string): Promise<void> {
    let said = await this.steer(text);
    while ("queued" in said) {
      const path = `/tasks/${this.id}/queue/${said.queued.id}/steer`;
      said = (await this.client.post<Said>(path)).body;
    }
  }

  /** The messages that wait. */
  async queue(): Promise<readonly QueuedMessage[]> {
    const path = `/tasks/${this.id}/queue`;
    return (await this.client.get<{ messages: QueuedMessage[] }>(path)).body.messages;
  }

  async stop(): Promise<void> {
    await this.client.post(`/runs/${this.run}/cancel`);
  }

  async worktree(): Promise<string> {
    return (await this.task()).worktreePath ?? "";
  }

  async has(file: string): Promise<boolean> {
    return existsSync(join(await this.worktree(), file));
  }

  /** The folder of its session. */
  async session(): Promise<string> {
    const dir = join(this.#office.server.dataDir, "sessions");
    const held = readdirSync(dir).map((name) => join(dir, name));
    const trees = await Promise.all(
      held.map(async (it) => [it, await Bun.file(join(it, "run.sh")).text()] as const),
    );
    const worktree = await this.worktree();
    return trees.findLast(([, script]) => script.includes(worktree))?.[0] ?? "";
  }

  /** The name of its tmux session. */
  async terminal(): Promise<string> {
    return `a-${basename(await this.session()).toLowerCase()}`;
  }

  /** The processes that wait for an answer now. */
  async hooks(): Promise<number[]> {
    return readdirSync(join(await this.session(), "asks")).map(Number);
  }

  /** Says yes to the dialog in Claude's own terminal, which opens a moment after its hook ran. */
  sayYes(): Promise<void> {
    return this.press(/❯ 1\. Yes/, "Enter");
  }

  /** Resolves after the second in which Claude's status may still be that of before the dialog. */
  async isRead(): Promise<void> {
    await until(() => Date.now() > this.#askedAt + 1_500);
  }

  /** Presses a key in its terminal, as late as a person would. */
  async press(shown: RegExp, key: string): Promise<void> {
    await this.isRead();
    return this.#office.press(await this.terminal(), shown, key);
  }
}

export function data<K extends keyof TranscriptData>(
  events: readonly Event[],
  type: K,
): TranscriptData[K][] {
  return events
    .filter((event) => event.type === type)
    .map((event) => event.data as TranscriptData[K]);
}

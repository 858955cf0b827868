import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { requestId } from "../../src/agents/codex/rpc.ts";
import { type Script, scripted } from "../fakes/openai/script.ts";
import type { FakeOpenAi } from "../fakes/openai/server.ts";

interface Line {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: unknown;
}

/** A repository, a CODEX_HOME, a fake model, and one CLI at a time, spoken to without the driver. */
export class Recorder {
  readonly root: string;
  readonly lines: string[] = [];
  readonly #bin: string;
  readonly fake: FakeOpenAi;
  #process: Bun.Subprocess<"pipe", "pipe", Bun.BunFile> | null = null;
  readonly #seen: Line[] = [];
  readonly #looks = new Set<(line: Line) => void>();
  #generation = 0;
  threadId = "";

  constructor(bin: string, work: string, name: string, fake: FakeOpenAi) {
    this.#bin = bin;
    this.root = resolve(work, name);
    this.fake = fake;
    rmSync(this.root, { recursive: true, force: true });
    mkdirSync(join(this.root, "home"), { recursive: true });
    mkdirSync(join(this.root, "repo"));
    const git = "git init -q -b main && git config user.email u@x.test && git config user.name u";
    const first = "echo hello > a.txt && git add -A && git commit -qm one";
    Bun.spawnSync(["sh", "-c", `${git} && ${first} && git worktree add -q ../wt -b task`], {
      cwd: join(this.root, "repo"),
    });
    this.config("");
  }

  config(extra: string, servers = ""): void {
    writeFileSync(
      join(this.root, "home", "config.toml"),
      `model = "gpt-5.5"
model_provider = "fake"
${extra}
[model_providers.fake]
name = "Fake"
base_url = "${this.fake.baseUrl}"
wire_api = "responses"
env_key = "FAKE_KEY"
request_max_retries = 1
stream_max_retries = 1
${servers}`,
    );
  }

  get env(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.root,
      CODEX_HOME: join(this.root, "home"),
      FAKE_KEY: "dummy",
    };
  }

  async server(): Promise<void> {
    const child = Bun.spawn([this.#bin, "app-server"], {
      cwd: join(this.root, "wt"),
      stdin: "pipe",
      stdout: "pipe",
      stderr: Bun.file(join(this.root, "err")),
      env: this.env,
    });
    this.#process = child;
    this.#read(child.stdout).catch((cause: unknown) => console.error(cause));
    this.#generation += 1;
    await this.call(requestId.initialize(this.#generation), "initialize", {
      clientInfo: { name: "agetor", title: "Agetor", version: "0.1.0" },
      capabilities: { experimentalApi: true, requestAttestation: false },
    });
    await this.send({ method: "initialized" });
  }

  async #read(stdout: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stdout) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      for (const text of parts) {
        this.lines.push(text);
        const line = JSON.parse(text) as Line;
        this.#seen.push(line);
        for (const look of [...this.#looks]) look(line);
      }
    }
  }

  async kill(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.#process?.kill(signal);
    await this.#process?.exited;
  }

  wait(fits: (line: Line) => boolean, from = 0): Promise<Line> {
    return new Promise((done) => {
      const past = this.#seen.slice(from).find(fits);
      if (past !== undefined) {
        done(past);
        return;
      }
      const look = (line: Line): void => {
        if (!fits(line)) return;
        this.#looks.delete(look);
        done(line);
      };
      this.#looks.add(look);
    });
  }

  async send(message: Record<string, unknown>): Promise<void> {
    const stdin = this.#process?.stdin;
    if (stdin === undefined) throw new Error("no server");
    await stdin.write(`${JSON.stringify(message)}\n`);
    await stdin.flush();
  }

  /** Requests carry the ids of the driver: they say what their answers mean to its decoder. */
  async call(
    id: string,
    method: string,
    params: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    await this.send({ id, method, params });
    const line = await this.wait((it) => it.id === id && it.method === undefined);
    if (line.error !== undefined) console.error(method, JSON.stringify(line.error));
    return line.result ?? {};
  }

  async thread(extra: Record<string, unknown> = {}): Promise<void> {
    const git = join(this.root, "repo/.git");
    const result = await this.call(requestId.thread(1, "start"), "thread/start", {
      cwd: join(this.root, "wt"),
      approvalPolicy: "never",
      sandbox: "workspace-write",
      config: {
        "tools.update_plan.enabled": true,
        "sandbox_workspace_write.writable_roots": [
          join(git, "objects"),
          join(git, "refs"),
          join(git, "logs"),
          join(git, "worktrees/wt"),
        ],
      },
      ...extra,
    });
    this.threadId = (result["thread"] as { id: string }).id;
  }

  async start(prompt: string, id: string, more: Record<string, unknown> = {}): Promise<string> {
    const result = await this.call(requestId.turn(id), "turn/start", {
      threadId: this.threadId,
      input: [{ type: "text", text: prompt, text_elements: [] }],
      clientUserMessageId: id,
      ...more,
    });
    return (result["turn"] as { id: string }).id;
  }

  /** Says something into the running turn. */
  async steer(expectedTurnId: string, said: string, id: string): Promise<void> {
    await this.call(requestId.steer(id), "turn/steer", {
      threadId: this.threadId,
      expectedTurnId,
      input: [{ type: "text", text: said, text_elements: [] }],
      clientUserMessageId: id,
    });
  }

  /** The n-th request of the server in this process. */
  asked(id: number): Promise<Line> {
    return this.wait((line) => line.id === id && line.method !== undefined);
  }

  /** Answers the n-th request of the server once it is there. */
  async respond(id: number, result: Record<string, unknown>): Promise<void> {
    await this.asked(id);
    await this.send({ id, result });
  }

  ended(): Promise<Line> {
    return this.wait((line) => line.method === "turn/completed", this.#seen.length);
  }

  async turn(script: Script, id: string, lead = ""): Promise<void> {
    const ended = this.ended();
    await this.start(scripted(script, lead), id);
    await ended;
  }

  async interrupt(turnId: string): Promise<void> {
    const ended = this.ended();
    await this.call(requestId.interrupt(turnId, "person"), "turn/interrupt", {
      threadId: this.threadId,
      turnId,
    });
    await ended;
    await this.call(requestId.clean(turnId), "thread/backgroundTerminals/clean", {
      threadId: this.threadId,
    });
  }

  /** One run of `codex exec`; its stdout is the fixture. */
  async exec(
    args: readonly string[],
    signalAt?: (text: string) => boolean,
  ): Promise<number | null> {
    const child = Bun.spawn([this.#bin, "exec", "--json", ...args], {
      cwd: join(this.root, "wt"),
      stdin: "ignore",
      stdout: "pipe",
      stderr: Bun.file(join(this.root, "err")),
      env: this.env,
    });
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of child.stdout) {
      text += decoder.decode(chunk, { stream: true });
      if (signalAt?.(text) === true) child.kill("SIGINT");
    }
    this.lines.push(...text.split("\n").filter((line) => line !== ""));
    await child.exited;
    return child.exitCode;
  }
}

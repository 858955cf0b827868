/**
 * Records the fixtures of `src/agents/codex/fixtures` from the real CLI (codex-cli 0.169.0) against
 * the fake model: `bun test/agents/codex-record.ts <codex binary> <work folder> [scenario…]`.
 * The work folder must not lie below the temporary folder: Codex refuses a CODEX_HOME there.
 */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Op, type Script, scripted } from "../fakes/openai/script.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/openai/server.ts";

interface Line {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: unknown;
}

const [bin = "codex", work = ".setup/codex-record", ...only] = process.argv.slice(2);
const fixtures = resolve(import.meta.dir, "../../src/agents/codex/fixtures");

class Lab {
  readonly root: string;
  readonly lines: string[] = [];
  readonly fake: FakeOpenAi;
  #process: Bun.Subprocess<"pipe", "pipe", Bun.BunFile> | null = null;
  readonly #seen: Line[] = [];
  readonly #looks = new Set<(line: Line) => void>();
  #calls = 0;
  threadId = "";

  constructor(name: string, fake: FakeOpenAi) {
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

  config(extra: string): void {
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
`,
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
    const child = Bun.spawn([bin, "app-server"], {
      cwd: join(this.root, "wt"),
      stdin: "pipe",
      stdout: "pipe",
      stderr: Bun.file(join(this.root, "err")),
      env: this.env,
    });
    this.#process = child;
    this.#read(child.stdout).catch((cause: unknown) => console.error(cause));
    await this.call("initialize", {
      clientInfo: { name: "agetor", title: "Agetor", version: "0.1.0" },
      capabilities: { experimentalApi: true, requestAttestation: false },
    });
    this.send({ method: "initialized" });
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

  send(message: Record<string, unknown>): void {
    const stdin = this.#process?.stdin;
    if (stdin === undefined) throw new Error("no server");
    void stdin.write(`${JSON.stringify(message)}\n`);
    void stdin.flush();
  }

  async call(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
    this.#calls += 1;
    const id = `agetor:${this.#calls}`;
    this.send({ id, method, params });
    const line = await this.wait((it) => it.id === id && it.method === undefined);
    if (line.error !== undefined) console.error(method, JSON.stringify(line.error));
    return line.result ?? {};
  }

  async thread(extra: Record<string, unknown> = {}): Promise<void> {
    const git = join(this.root, "repo/.git");
    const result = await this.call("thread/start", {
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

  async start(prompt: string, id: string): Promise<string> {
    const result = await this.call("turn/start", {
      threadId: this.threadId,
      input: [{ type: "text", text: prompt, text_elements: [] }],
      clientUserMessageId: id,
    });
    return (result["turn"] as { id: string }).id;
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
    await this.call("turn/interrupt", { threadId: this.threadId, turnId });
    await ended;
    await this.call("thread/backgroundTerminals/clean", { threadId: this.threadId });
  }

  /** One run of `codex exec`; its stdout is the fixture. */
  async exec(
    args: readonly string[],
    signalAt?: (text: string) => boolean,
  ): Promise<number | null> {
    const child = Bun.spawn([bin, "exec", "--json", ...args], {
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

const message = "item/agentMessage/delta";
const tools: Script = [
  [
    { reason: "Thinking about it" },
    { say: "I look around.", chunk: 6, phase: "commentary" },
    { shell: "echo one; sleep 0.5; echo two" },
  ],
  [
    {
      plan: [
        { step: "Look", status: "completed" },
        { step: "Change", status: "in_progress" },
        { step: "Check", status: "pending" },
      ],
      explanation: "First look",
    },
  ],
  [
    {
      patch:
        "*** Begin Patch\n*** Update File: a.txt\n@@\n-hello\n+hello world\n*** Add File: b.txt\n+new\n+file\n*** End Patch\n",
    },
  ],
  [{ shell: "sleep 0.4; echo no >&2; exit 3" }],
  [
    {
      headers: {
        "x-codex-primary-used-percent": "42.5",
        "x-codex-primary-window-minutes": "300",
        "x-codex-primary-reset-at": "1900000000",
        "x-codex-secondary-used-percent": "7",
        "x-codex-secondary-window-minutes": "10080",
        "x-codex-secondary-reset-at": "1900500000",
      },
    },
    { say: "All done.", chunk: 3, phase: "final_answer" },
  ],
];

const scenarios: Record<string, (lab: Lab) => Promise<void>> = {
  "app-tools": async (lab) => {
    await lab.server();
    await lab.thread();
    await lab.turn(tools, "m1");
    await lab.turn(
      [
        [
          {
            patch:
              "*** Begin Patch\n*** Delete File: b.txt\n*** Update File: a.txt\n*** Move to: c.txt\n@@\n-hello world\n+moved\n*** End Patch\n",
          },
        ],
        [{ patch: "*** Begin Patch\n*** Update File: nope.txt\n@@\n-x\n+y\n*** End Patch\n" }],
        [{ say: "Second." }],
      ],
      "m2",
    );
  },
  "app-code-mode": async (lab) => {
    lab.config('model_reasoning_effort = "low"');
    await lab.server();
    await lab.thread({ model: "gpt-6-luna" });
    await lab.turn(
      [
        [{ shell: "sleep 0.4; echo hi" }],
        [{ patch: "*** Begin Patch\n*** Add File: b.txt\n+new\n*** End Patch\n" }],
        [{ say: "Done." }],
      ],
      "m1",
    );
  },
  "app-interrupt": async (lab) => {
    await lab.server();
    await lab.thread();
    const first = await lab.start(
      scripted([[{ say: "Half a sen", chunk: 4, unfinished: true }, { hang: true }]]),
      "m1",
    );
    await lab.wait((it) => it.method === message);
    await lab.interrupt(first);
    const second = await lab.start(
      scripted([[{ shell: "echo up; sleep 0.3; echo two; sleep 600" }], [{ say: "no" }]]),
      "m2",
    );
    await lab.wait((it) => it.method === "item/commandExecution/outputDelta");
    await lab.interrupt(second);
    await lab.turn([[{ say: "After." }]], "m3");
  },
  "app-errors": async (lab) => {
    await lab.server();
    await lab.thread();
    const error = (type: string, more: object = {}) => ({
      error: { type, message: `fake ${type}`, ...more },
    });
    const times = <T>(step: T): T[] => Array.from({ length: 6 }, () => step);
    const key: Op[] = [{ http: 401, body: error("invalid_api_key") }];
    await lab.turn(times(key), "e401", "401");
    const limit = error("usage_limit_reached", { plan_type: "plus", resets_at: 1_900_000_000 });
    await lab.turn([[{ http: 429, body: limit }]], "e429", "429 usage");
    const rate = error("rate_limit_exceeded");
    await lab.turn(times<Op[]>([{ http: 429, body: rate }]), "e429b", "429 rate");
    await lab.turn(times<Op[]>([{ http: 500 }]), "e500");
    await lab.turn([[{ failed: "context_length_exceeded" }]], "ectx", "context");
    await lab.turn(
      times<Op[]>([{ say: "Hal", unfinished: true }, { drop: true }]),
      "edrop",
      "drop",
    );
    await lab.turn(
      [[{ say: "Ha", chunk: 1, unfinished: true }, { drop: true }], [{ say: "Whole." }]],
      "eretry",
    );
    await lab.turn([[{ http: 400, body: error("invalid_request_error") }]], "e400", "400");
  },
  "app-network": async (lab) => {
    await lab.server();
    await lab.thread();
    await lab.fake.close();
    const turn = await lab.start("hello", "m1");
    await lab.wait((it) => it.method === "error");
    await lab.interrupt(turn);
  },
  "app-resume": async (lab) => {
    await lab.server();
    await lab.thread();
    await lab.start(scripted([[{ say: "Half ", unfinished: true }, { hang: true }]]), "m1");
    await lab.wait((it) => it.method === message);
    await lab.kill("SIGKILL");
    await lab.server();
    await lab.call("thread/resume", { threadId: lab.threadId, excludeTurns: true });
    await lab.call("thread/read", { threadId: lab.threadId, includeTurns: true });
    await lab.turn([[{ say: "Back." }]], "m2");
  },
  "exec-tools": async (lab) => {
    const plan = ["-c", "tools.update_plan.enabled=true"];
    await lab.exec([...plan, "-s", "workspace-write", "--", scripted(tools)]);
  },
  "exec-resume": async (lab) => {
    await lab.exec(["-s", "read-only", "--", scripted([[{ say: "One." }]])]);
    const { thread_id: id } = JSON.parse(lab.lines[0] ?? "{}") as { thread_id: string };
    await lab.exec(["-s", "read-only", "resume", id, scripted([[{ say: "Two." }]])]);
  },
  "exec-errors": async (lab) => {
    const error = { error: { type: "invalid_api_key", message: "fake invalid key" } };
    const refused: Script = Array.from({ length: 6 }, () => [{ http: 401, body: error }]);
    await lab.exec(["--", scripted(refused)]);
    const limit = {
      error: { type: "usage_limit_reached", message: "x", resets_at: 1_900_000_000 },
    };
    await lab.exec(["--", scripted([[{ http: 429, body: limit }]])]);
    await lab.exec(["--", scripted([[{ drop: true }], [{ drop: true }]])]);
  },
  "exec-interrupt": async (lab) => {
    const script: Script = [[{ shell: "echo up; sleep 600" }]];
    const started = (text: string): boolean => text.includes("command_execution");
    await lab.exec(["-s", "workspace-write", "--", scripted(script)], started);
  },
};

/** Machine paths, random ids and times become stable, so that a new recording shows only real changes. */
function scrub(text: string, lab: Lab): string {
  const ids = new Map<string, string>();
  const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  return text
    .replaceAll(join(lab.root, "wt"), "/repo/wt")
    .replaceAll(join(lab.root, "repo"), "/repo/main")
    .replaceAll(join(lab.root, "home"), "/home/u/.codex")
    .replaceAll(lab.root, "/home/u")
    .replaceAll(lab.fake.baseUrl, "http://127.0.0.1:1/v1")
    .replaceAll(/sessions\/\d{4}\/\d\d\/\d\d\/rollout-[\dT-]+-/g, "sessions/2026/11/23/rollout-")
    .replaceAll(uuid, (id) => {
      const known = ids.get(id) ?? `00000000-0000-7000-8000-${`${ids.size + 1}`.padStart(12, "0")}`;
      ids.set(id, known);
      return known;
    })
    .replaceAll(/"(\w+AtMs)":\d{13}/g, '"$1":1795000000000')
    .replaceAll(
      /"(startedAt|completedAt|createdAt|updatedAt|recencyAt)":\d{10}/g,
      '"$1":1795000000',
    )
    .replaceAll(/"durationMs":\d+/g, '"durationMs":5')
    .replaceAll(/"processId":"\d+"/g, '"processId":"1"')
    .replaceAll(/"serverName":"[^"]*"/g, '"serverName":"host"')
    .replaceAll(/"userAgent":"[^"]*"/g, '"userAgent":"agetor/0.169.0"');
}

for (const [name, run] of Object.entries(scenarios)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const lab = new Lab(name, await startFakeOpenAi());
  await run(lab);
  await lab.kill();
  await lab.fake.close();
  const file = join(fixtures, `${name}.jsonl`);
  rmSync(file, { force: true });
  for (const line of scrub(lab.lines.join("\n"), lab).split("\n"))
    appendFileSync(file, `${line}\n`);
  console.log(name, lab.lines.length);
}
process.exit(0);

import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type {
  AgentItem,
  Batch,
  Clock,
  Draft,
  Driver,
  OpenRequest,
  ResolvedHarness,
  Session,
  SessionIo,
  SessionRef,
  StreamCursor,
} from "../../src/agents/driver.ts";
import type { TranscriptData } from "../../src/contract/event.ts";
import { createHost } from "../../src/host/host.ts";
import type { Host } from "../../src/host/types.ts";
import { type Script, scripted } from "../fakes/openai/script.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/openai/server.ts";

const repositoryRoot = resolve(import.meta.dir, "../..");

/** The real CLI these tests are about: asked for and missing is a failure, not a skip. */
export function codexBinary(): string {
  const asked = process.env["AGETOR_TEST_CODEX_BIN"] ?? process.env["AGETOR_TEST_CODEX"];
  const installed = join(repositoryRoot, ".setup/agents/node_modules/@openai/codex/bin/codex.js");
  const path = asked ?? installed;
  if (!existsSync(path)) {
    throw new Error(`No Codex at ${path}: set AGETOR_TEST_CODEX_BIN or run the agents' setup.`);
  }
  return path;
}

/** Real time; the tests themselves wait on facts. */
export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** What the engine's store would hold of one session; outlives the readers that fill it. */
export class Store {
  readonly items: AgentItem[] = [];
  readonly cursors = new Map<string, StreamCursor>();
  readonly drafts: Draft[] = [];
  readonly logs: string[] = [];
  ref: SessionRef | null = null;
  readonly #keys = new Set<string>();
  readonly #looks = new Set<() => void>();

  /** A reader's way in. After `release` it takes nothing more, as if its server had been killed. */
  io(host: Host): { readonly io: SessionIo; readonly release: () => void } {
    const abort = new AbortController();
    const io: SessionIo = {
      host,
      clock,
      signal: abort.signal,
      cursor: (stream) => this.cursors.get(stream) ?? null,
      ingest: (batch) => {
        if (abort.signal.aborted) return Promise.reject(new Error("released"));
        this.#take(batch);
        return Promise.resolve();
      },
      draft: (draft) => {
        if (abort.signal.aborted) return;
        this.drafts.push(draft);
        this.#look();
      },
      saveRef: (ref) => {
        // What is stored is JSON: anything else would be lost with the server.
        this.ref = JSON.parse(JSON.stringify(ref)) as SessionRef;
        return Promise.resolve();
      },
      log: (level, message, data) => {
        this.logs.push(`${level} ${message} ${JSON.stringify(data ?? {})}`);
      },
    };
    return { io, release: () => abort.abort() };
  }

  #take(batch: Batch): void {
    const state = JSON.stringify(batch.cursor.state);
    if (state.length > 64 * 1024) throw new Error(`decoder state of ${state.length} bytes`);
    this.cursors.set(batch.stream, { ...batch.cursor, state: JSON.parse(state) });
    for (const item of batch.items) {
      if (this.#keys.has(item.key)) throw new Error(`key taken twice: ${item.key}`);
      this.#keys.add(item.key);
      this.items.push(item);
    }
    this.#look();
  }

  /** Resolves with the first answer that is not null or undefined, as soon as it is there. */
  seen<T>(look: () => T | null | undefined): Promise<T> {
    return new Promise((found) => {
      const again = (): void => {
        const answer = look();
        if (answer === null || answer === undefined) return;
        this.#looks.delete(again);
        found(answer);
      };
      this.#looks.add(again);
      again();
    });
  }

  #look(): void {
    for (const look of [...this.#looks]) look();
  }

  transcript<K extends keyof TranscriptData>(type: K): TranscriptData[K][] {
    return this.items.flatMap((item) =>
      item.kind === "transcript" && item.type === type ? [item.data as TranscriptData[K]] : [],
    );
  }

  of<K extends AgentItem["kind"]>(kind: K): Extract<AgentItem, { kind: K }>[] {
    return this.items.filter((item): item is Extract<AgentItem, { kind: K }> => item.kind === kind);
  }

  /** Resolves when the n-th turn has ended. */
  ended(count: number): Promise<Extract<AgentItem, { kind: "turn-ended" }>> {
    return this.seen(() => this.of("turn-ended")[count - 1]);
  }

  texts(): string[] {
    return this.transcript("assistant.text").map((it) => it.text);
  }
}

/** A repository with a worktree, a CODEX_HOME and a fake model, all of this test alone. */
export class Lab {
  readonly root: string;
  readonly host: Host;
  readonly fake: FakeOpenAi;
  #sessions = 0;

  private constructor(root: string, fake: FakeOpenAi) {
    this.root = root;
    this.fake = fake;
    this.host = createHost({ dataDir: root, env: process.env });
  }

  static async make(): Promise<Lab> {
    // The sandbox lets everybody write to /tmp, where this checkout may lie: what must stay outside
    // of it has to lie elsewhere. The path must stay short for sockets.
    const root = realpathSync(mkdtempSync("/var/tmp/agetor-codex-"));
    const lab = new Lab(root, await startFakeOpenAi());
    mkdirSync(lab.home);
    mkdirSync(join(lab.root, "tmp"));
    mkdirSync(lab.main);
    lab.git(lab.main, "init", "-q", "-b", "main");
    lab.git(lab.main, "config", "user.email", "u@x.test");
    lab.git(lab.main, "config", "user.name", "u");
    writeFileSync(join(lab.main, "a.txt"), "hello\n");
    lab.git(lab.main, "add", "-A");
    lab.git(lab.main, "commit", "-qm", "one");
    lab.git(lab.main, "worktree", "add", "-q", lab.worktree, "-b", "task");
    lab.config(lab.fake.baseUrl);
    return lab;
  }

  get home(): string {
    return join(this.root, "home");
  }

  get main(): string {
    return join(this.root, "repo");
  }

  get worktree(): string {
    return join(this.root, "wt");
  }

  config(baseUrl: string, servers = ""): void {
    writeFileSync(
      join(this.home, "config.toml"),
      `model = "gpt-5.5"
model_provider = "fake"
[model_providers.fake]
name = "Fake"
base_url = "${baseUrl}"
wire_api = "responses"
env_key = "FAKE_KEY"
request_max_retries = 1
stream_max_retries = 1
${servers}`,
    );
  }

  git(cwd: string, ...args: string[]): string {
    const { stdout, stderr, exitCode } = Bun.spawnSync(["git", ...args], { cwd });
    if (exitCode !== 0) throw new Error(stderr.toString());
    return stdout.toString().trim();
  }

  harness(bin: string): ResolvedHarness {
    return {
      id: "codex",
      kind: "codex",
      label: "Codex",
      bin,
      args: [],
      home: this.home,
      // A HOME of its own keeps the profile of the machine out of the commands' output.
      // Codex wants its home outside the temporary folder, wherever this checkout lies.
      env: { FAKE_KEY: "dummy", HOME: this.root, TMPDIR: join(this.root, "tmp") },
    };
  }

  async request(
    driver: Driver,
    bin: string,
    more: Partial<OpenRequest> = {},
  ): Promise<OpenRequest> {
    const harness = this.harness(bin);
    const probed = await driver.probe(harness, this.host);
    if (probed.kind !== "ready") throw new Error(JSON.stringify(probed));
    this.#sessions += 1;
    const sessionId = `s${this.#sessions}`;
    const dir = join(this.root, "sessions", sessionId);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return {
      sessionId,
      dir,
      workplace: {
        cwd: this.worktree,
        repo: {
          mainRoot: this.main,
          commonDir: join(this.main, ".git"),
          gitDir: join(this.main, ".git/worktrees/wt"),
        },
      },
      harness,
      bin: probed.path,
      mode: "auto",
      model: null,
      effort: null,
      resume: null,
      bridge: null,
      firstMessage: { id: "m1", text: "" },
      ...more,
    };
  }

  /** Resolves when no process holds `text` in its arguments; each look is a `ps` of its own. */
  async gone(text: string): Promise<void> {
    for (let look = 0; look < 200; look += 1) {
      if (this.running(text).length === 0) return;
      await Promise.resolve();
    }
    throw new Error(`still running: ${this.running(text).join(", ")}`);
  }

  /** Live processes whose arguments hold `text`; a zombie is not one. */
  running(text: string): number[] {
    const { stdout } = Bun.spawnSync(["ps", "-A", "-o", "pid=,stat=,args="]);
    return stdout
      .toString()
      .split("\n")
      .filter((line) => line.includes(text) && !/^\s*\d+\s+Z/.test(line))
      .map((line) => Number.parseInt(line, 10));
  }

  async close(): Promise<void> {
    await this.fake.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A session of a test, with what its store took and ways to speak to it. */
export interface Running {
  readonly store: Store;
  readonly request: OpenRequest;
  readonly session: Session;
  /** Lets go of the session as a killed server does. */
  readonly release: () => void;
  /** Hands a message over and fails the test when it does not arrive. */
  readonly send: (id: string, text: string) => Promise<void>;
  readonly play: (id: string, script: Script, lead?: string) => Promise<void>;
}

/** Opens sessions for the tests of one file and closes what is left of them. */
export class Sessions {
  readonly #lab: () => Lab;
  readonly #driver: Driver;
  readonly #bin: string;
  #open: Session[] = [];

  constructor(lab: () => Lab, driver: Driver, bin: string) {
    this.#lab = lab;
    this.#driver = driver;
    this.#bin = bin;
  }

  async start(more: Partial<OpenRequest> = {}, driver = this.#driver): Promise<Running> {
    const lab = this.#lab();
    const store = new Store();
    const request = await lab.request(driver, this.#bin, more);
    const { io, release: letGo } = store.io(lab.host);
    const opened = await driver.open(request, io);
    if (!opened.ok) throw new Error(JSON.stringify(opened.fault));
    const session = opened.value;
    this.#open.push(session);
    const send = async (id: string, text: string): Promise<void> => {
      const delivery = await session.deliver({ id, text }, { retry: false });
      if (delivery.kind !== "delivered") throw new Error(JSON.stringify(delivery));
    };
    return {
      ...{ store, request, session, send },
      play: (id, script, lead = "") => send(id, scripted(script, lead)),
      release: () => {
        letGo();
        this.#open = this.#open.filter((it) => it !== session);
      },
    };
  }

  /** What the next server does with a session it finds in its store. */
  async attach(store: Store): Promise<Session> {
    if (store.ref === null) throw new Error("nothing stored");
    const session = await this.#driver.attach(store.ref, store.io(this.#lab().host).io);
    if ("kind" in session) throw new Error(session.detail);
    this.#open.push(session);
    return session;
  }

  async close(): Promise<void> {
    const all = this.#open;
    this.#open = [];
    for (const session of all) await session.close();
  }
}

/** Draft frames put together as a reader of the stream does. */
export function drafted(drafts: readonly Draft[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { draftId, offset, text } of drafts) {
    if (text === null) delete texts[draftId];
    else texts[draftId] = (texts[draftId] ?? "").slice(0, offset) + text;
  }
  return texts;
}

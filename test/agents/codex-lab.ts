import { afterAll, afterEach, beforeAll, setDefaultTimeout } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createCodexDriver } from "../../src/agents/codex/driver.ts";
import type {
  AgentItem,
  Draft,
  Driver,
  OpenRequest,
  ResolvedHarness,
  Session,
} from "../../src/agents/driver.ts";
import type { InteractionAnswer } from "../../src/contract/interaction.ts";
import { type Script, scripted } from "../fakes/openai/script.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/openai/server.ts";
import { Place, SessionStore } from "./lab.ts";

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

/** A store in memory; a key that comes twice is a failure. */
export class Store extends SessionStore {}

/** A repository with a worktree, a CODEX_HOME and a fake model, all of this test alone. */
export class Lab extends Place {
  readonly fake: FakeOpenAi;
  #sessions = 0;

  private constructor(root: string, fake: FakeOpenAi) {
    super(root);
    this.fake = fake;
  }

  static async make(): Promise<Lab> {
    // The sandbox lets everybody write to /tmp, where this checkout may lie: what must stay outside
    // of it has to lie elsewhere. The path must stay short for sockets.
    const root = realpathSync(mkdtempSync("/var/tmp/agetor-codex-"));
    const lab = new Lab(root, await startFakeOpenAi());
    lab.furnish("a.txt", "hello\n");
    mkdirSync(join(lab.root, "tmp"));
    lab.config(lab.fake.baseUrl);
    return lab;
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
    this.#sessions += 1;
    return {
      ...(await this.opening(driver, this.harness(bin), `s${this.#sessions}`)),
      mode: "auto",
      model: null,
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
  readonly #bin: () => string;
  #open: Session[] = [];

  constructor(lab: () => Lab, driver: Driver, bin: () => string) {
    this.#lab = lab;
    this.#driver = driver;
    this.#bin = bin;
  }

  async start(more: Partial<OpenRequest> = {}, driver = this.#driver): Promise<Running> {
    const lab = this.#lab();
    const store = new Store();
    const request = await lab.request(driver, this.#bin(), more);
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

export type Asked = Extract<AgentItem, { kind: "asked" }>;

/** The n-th question of a session. */
export function asked(store: Store, count: number): Promise<Asked> {
  return store.seen(() => store.of("asked")[count - 1]);
}

export function answer(session: Session, { ref, request }: Asked, given: InteractionAnswer) {
  if (session.answer === undefined) throw new Error("this session takes no answers");
  return session.answer(ref, request, given);
}

export interface Suite {
  readonly driver: Driver;
  /** The real Codex. */
  readonly bin: string;
  readonly sessions: Sessions;
  readonly start: Sessions["start"];
}

/**
 * What every file of tests with the real Codex begins with: a lab for all of them, handed over
 * before the first, and sessions that end with the test that opened them. `install` may put another
 * program in front of the real one.
 */
export function codexSuite(
  onLab: (lab: Lab) => void,
  install: (lab: Lab, bin: string) => string = (_, bin) => bin,
): Suite {
  // The tests wait on facts; this is for a machine that is busy with other things.
  setDefaultTimeout(60_000);
  const driver = createCodexDriver();
  const bin = codexBinary();
  let lab: Lab;
  let used = bin;
  const sessions = new Sessions(
    () => lab,
    driver,
    () => used,
  );
  beforeAll(async () => {
    lab = await Lab.make();
    used = install(lab, bin);
    onLab(lab);
  });
  afterEach(() => sessions.close());
  afterAll(() => lab.close());
  return { driver, bin, sessions, start: sessions.start.bind(sessions) };
}

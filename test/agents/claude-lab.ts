import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ulid } from "ulid";
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
import { type FakeAnthropic, startFakeAnthropic } from "../fakes/anthropic/server.ts";

const repositoryRoot = resolve(import.meta.dir, "../..");

/** The real CLI these tests are about: asked for and missing is a failure, not a skip. */
export function claudeBinary(): string {
  const asked = process.env["AGETOR_TEST_CLAUDE_BIN"] ?? process.env["AGETOR_TEST_CLAUDE"];
  const path = asked ?? join(repositoryRoot, ".setup/agents/node_modules/.bin/claude");
  if (!existsSync(path)) {
    throw new Error(`No Claude Code at ${path}: set AGETOR_TEST_CLAUDE_BIN or run with --agents.`);
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

type Entry = { readonly batch: Batch } | { readonly ref: SessionRef };

/** What the engine's store would hold of one session: a journal in a file, so a process may die. */
export class Store {
  readonly items: AgentItem[] = [];
  readonly cursors = new Map<string, StreamCursor>();
  readonly drafts: Draft[] = [];
  readonly logs: string[] = [];
  ref: SessionRef | null = null;
  /** Keys that came again: harmless by contract, but a sign of work done twice. */
  readonly again: string[] = [];
  readonly #path: string;
  readonly #keys = new Set<string>();
  readonly #looks = new Set<() => void>();

  constructor(path: string) {
    this.#path = path;
    if (!existsSync(path)) return;
    for (const line of readFileSync(path, "utf8").split("\n")) {
      if (line !== "") this.#apply(JSON.parse(line) as Entry);
    }
  }

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
        if (JSON.stringify(batch.cursor.state).length > 64 * 1024) throw new Error("state too big");
        this.#commit({ batch });
        return Promise.resolve();
      },
      draft: (draft) => {
        this.drafts.push(draft);
        this.#look();
      },
      saveRef: (ref) => {
        this.#commit({ ref });
        return Promise.resolve();
      },
      log: (level, message, data) => {
        this.logs.push(`${level} ${message} ${JSON.stringify(data ?? {})}`);
      },
    };
    return { io, release: () => abort.abort() };
  }

  #commit(entry: Entry): void {
    const line = JSON.stringify(entry);
    appendFileSync(this.#path, `${line}\n`);
    // What is stored is JSON: anything else would be lost with the server.
    this.#apply(JSON.parse(line) as Entry);
    this.#look();
  }

  #apply(entry: Entry): void {
    if ("ref" in entry) {
      this.ref = entry.ref;
      return;
    }
    this.cursors.set(entry.batch.stream, entry.batch.cursor);
    for (const item of entry.batch.items) {
      if (this.#keys.has(item.key)) this.again.push(item.key);
      else this.items.push(item);
      this.#keys.add(item.key);
    }
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

/** A repository with a worktree, a home of Claude's and a fake model, all of this test alone. */
export class Lab {
  readonly root: string;
  readonly host: Host;
  readonly fake: FakeAnthropic;

  private constructor(root: string) {
    this.root = root;
    this.fake = startFakeAnthropic();
    this.host = createHost({ dataDir: root, env: process.env });
  }

  static make(): Lab {
    const lab = new Lab(realpathSync(mkdtempSync(join(tmpdir(), "agetor-claude-"))));
    mkdirSync(lab.home);
    mkdirSync(lab.main);
    lab.git(lab.main, "init", "-q", "-b", "main");
    lab.git(lab.main, "config", "user.email", "u@x.test");
    lab.git(lab.main, "config", "user.name", "u");
    writeFileSync(join(lab.main, "README.md"), "# Demo\n\nline 2\nline 3\n");
    lab.git(lab.main, "add", "-A");
    lab.git(lab.main, "commit", "-qm", "one");
    lab.git(lab.main, "worktree", "add", "-q", lab.worktree, "-b", "task");
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

  git(cwd: string, ...args: string[]): string {
    const { stdout, stderr, exitCode } = Bun.spawnSync(["git", ...args], { cwd });
    if (exitCode !== 0) throw new Error(stderr.toString());
    return stdout.toString().trim();
  }

  harness(bin: string, more: Partial<ResolvedHarness> = {}): ResolvedHarness {
    return {
      id: "claude-code",
      kind: "claude-code",
      label: "Claude Code",
      bin,
      args: [],
      home: null,
      env: {
        HOME: this.home,
        ANTHROPIC_BASE_URL: this.fake.url,
        ANTHROPIC_API_KEY: "sk-dummy-key-of-this-test-0123456789",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        CLAUDE_CODE_MAX_RETRIES: "1",
        IS_SANDBOX: "1",
        ...more.env,
      },
      ...("home" in more ? { home: more.home ?? null } : {}),
      ...(more.args ? { args: more.args } : {}),
    };
  }

  async request(
    driver: Driver,
    harness: ResolvedHarness,
    more: Partial<OpenRequest> = {},
  ): Promise<OpenRequest> {
    const probed = await driver.probe(harness, this.host);
    if (probed.kind !== "ready") throw new Error(JSON.stringify(probed));
    const sessionId = ulid();
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
      mode: "bypass",
      model: "opus",
      effort: null,
      resume: null,
      bridge: null,
      firstMessage: { id: "m1", text: "text: hello" },
      ...more,
    };
  }

  /** The journal of a session, as a store of its own. */
  store(request: OpenRequest): Store {
    return new Store(join(request.dir, "journal.jsonl"));
  }

  async close(): Promise<void> {
    const panes = await this.host.tmux.list();
    if (panes.ok) for (const { name } of panes.value) await this.host.tmux.kill(name);
    await this.fake.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

export async function opened(
  driver: Driver,
  request: OpenRequest,
  io: SessionIo,
): Promise<Session> {
  const session = await driver.open(request, io);
  if (!session.ok) throw new Error(JSON.stringify(session.fault));
  return session.value;
}

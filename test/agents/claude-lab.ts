import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ulid } from "ulid";
import type {
  Driver,
  OpenRequest,
  ResolvedHarness,
  Session,
  SessionIo,
} from "../../src/agents/driver.ts";
import { type FakeAnthropic, startFakeAnthropic } from "../fakes/anthropic/server.ts";
import { type Entry, Place, SessionStore } from "./lab.ts";

export { clock } from "./lab.ts";

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

/** A store that keeps its journal in a file, so a process may die. */
export class Store extends SessionStore {
  readonly again: string[] = [];
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
    if (!existsSync(path)) return;
    for (const line of readFileSync(path, "utf8").split("\n")) {
      if (line !== "") this.apply(JSON.parse(line) as Entry);
    }
  }

  protected override write(line: string): void {
    appendFileSync(this.#path, `${line}\n`);
  }

  protected override takenTwice(key: string): void {
    this.again.push(key);
  }
}

/** A repository with a worktree, a home of Claude's and a fake model, all of this test alone. */
export class Lab extends Place {
  readonly fake: FakeAnthropic = startFakeAnthropic();

  static make(): Lab {
    const lab = new Lab(realpathSync(mkdtempSync(join(tmpdir(), "agetor-claude-"))));
    lab.furnish("README.md", "# Demo\n\nline 2\nline 3\n");
    return lab;
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
    return {
      ...(await this.opening(driver, harness, ulid())),
      mode: "bypass",
      model: "opus",
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

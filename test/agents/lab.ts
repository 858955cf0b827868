import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  AgentItem,
  Batch,
  Clock,
  Draft,
  Driver,
  OpenRequest,
  ResolvedHarness,
  SessionIo,
  SessionRef,
  StreamCursor,
} from "../../src/agents/driver.ts";
import type { TranscriptData } from "../../src/contract/event.ts";
import { createHost } from "../../src/host/host.ts";
import type { Host } from "../../src/host/types.ts";

/** Real time; the tests themselves wait on facts. */
export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** One thing that is stored. */
export type Entry = { readonly batch: Batch } | { readonly ref: SessionRef };

/** What the engine's store would hold of one session; outlives the readers that fill it. */
export class SessionStore {
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
        const { length } = JSON.stringify(batch.cursor.state);
        if (length > 64 * 1024) throw new Error(`decoder state of ${length} bytes`);
        this.#commit({ batch });
        return Promise.resolve();
      },
      draft: (draft) => {
        if (abort.signal.aborted) return;
        this.drafts.push(draft);
        this.#look();
      },
      held: () => false,
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
    this.write(line);
    // What is stored is JSON: anything else would be lost with the server.
    this.apply(JSON.parse(line) as Entry);
    this.#look();
  }

  /** Where a store that outlives its process puts what it takes. */
  protected write(_line: string): void {}

  protected apply(entry: Entry): void {
    if ("ref" in entry) {
      this.ref = entry.ref;
      return;
    }
    this.cursors.set(entry.batch.stream, entry.batch.cursor);
    for (const item of entry.batch.items) {
      if (this.#keys.has(item.key)) this.takenTwice(item.key);
      else this.items.push(item);
      this.#keys.add(item.key);
    }
  }

  /** A key that came again: harmless by contract, but a sign of work done twice. */
  protected takenTwice(key: string): void {
    throw new Error(`key taken twice: ${key}`);
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

/** A folder of one test's own: a home for the agent, and a repository with a worktree. */
export class Place {
  readonly root: string;
  readonly host: Host;

  protected constructor(root: string) {
    this.root = root;
    this.host = createHost({ dataDir: root, env: process.env });
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

  /** Makes the home and the repository, with this file in its one commit. */
  protected furnish(file: string, text: string): void {
    mkdirSync(this.home);
    mkdirSync(this.main);
    this.git(this.main, "init", "-q", "-b", "main");
    this.git(this.main, "config", "user.email", "u@x.test");
    this.git(this.main, "config", "user.name", "u");
    writeFileSync(join(this.main, file), text);
    this.git(this.main, "add", "-A");
    this.git(this.main, "commit", "-qm", "one");
    this.git(this.main, "worktree", "add", "-q", this.worktree, "-b", "task");
  }

  /** What is the same in every request for a session here. */
  protected async opening(
    driver: Driver,
    harness: ResolvedHarness,
    sessionId: string,
  ): Promise<Omit<OpenRequest, "mode" | "model" | "firstMessage">> {
    const probed = await driver.probe(harness, this.host);
    if (probed.kind !== "ready") throw new Error(JSON.stringify(probed));
    const dir = join(this.root, "sessions", sessionId);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const repo = {
      mainRoot: this.main,
      commonDir: join(this.main, ".git"),
      gitDir: join(this.main, ".git/worktrees/wt"),
    };
    return {
      ...{ sessionId, dir, harness },
      workplace: { cwd: this.worktree, repo },
      bin: probed.path,
      effort: null,
      resume: null,
      bridge: null,
    };
  }
}

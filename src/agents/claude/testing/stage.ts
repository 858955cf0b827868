import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ok } from "../../../contract/result.ts";
import { createHost } from "../../../host/host.ts";
import type { ExitStatus, Host, PaneInfo, ProcessRef, TmuxHost } from "../../../host/types.ts";
import type { AgentItem, Batch, Clock, SessionIo, SessionRef, StreamCursor } from "../../driver.ts";
import type { RefData } from "../context.ts";
import { attach } from "../open.ts";

/** How much faster than the wall this clock runs. */
const speed = 60;

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now() * speed,
  after: (ms, run) => {
    const timer = setTimeout(run, ms / speed);
    return () => clearTimeout(timer);
  },
};

/** Everything around a session that the tests play themselves: Claude, tmux and the store. */
export class Stage {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "agetor-stage-")));
  readonly dir = join(this.root, "session");
  readonly transcript = join(this.root, "t.jsonl");
  readonly process: ProcessRef = { pid: 4_000_000, startTime: "77", bootId: "b" };
  readonly items: AgentItem[] = [];
  readonly cursors = new Map<string, StreamCursor>();
  readonly keys: string[] = [];
  readonly #abort = new AbortController();
  #held = false;
  readonly #waiting: (() => void)[] = [];
  readonly #looks = new Set<() => void>();
  #hooks = 0;
  #reports = 0;
  readonly #lines: string[] = [];
  /** Everything Claude does takes it some time. */
  #time = Date.now() - 60_000;
  alive = true;
  /** Whether the transcript only arrives when it is told to. */
  late = false;
  pane: PaneInfo | null = {
    name: "a-x",
    process: this.process,
    dead: null,
    attached: 0,
    command: "claude",
  };

  constructor() {
    for (const dir of ["hooks", "reports"]) mkdirSync(join(this.dir, dir), { recursive: true });
    mkdirSync(join(this.root, "config/sessions"), { recursive: true });
  }

  /** What Claude says of itself. */
  status(kind: string, waitingFor: string | null = null): void {
    const path = join(this.root, "config/sessions", `${this.process.pid}.json`);
    const said = { procStart: "77", sessionId: "c1", status: kind, statusUpdatedAt: this.#tick() };
    writeFileSync(path, JSON.stringify({ ...said, waitingFor }));
  }

  /** A finished hook call. */
  hook(name: string, more: Record<string, unknown> = {}): void {
    const payload = { session_id: "c1", transcript_path: this.transcript, hook_event_name: name };
    this.#hooks += 1;
    const file = join(this.dir, "hooks", `${this.#hooks}.json`);
    writeFileSync(file, JSON.stringify({ ...payload, ...more }));
    const at = new Date(this.#tick());
    utimesSync(file, at, at);
    appendFileSync(join(this.dir, "live"), "+\n");
  }

  /** What the status line was told, as long after Claude's last doing as it takes in real life. */
  report(total: number, tokens: number, prompt: string | null = "p"): void {
    this.#time += 300;
    this.#reports += 1;
    const file = join(this.dir, "reports", `${this.#reports}.json`);
    const context_window = { total_input_tokens: tokens, context_window_size: 1_000 };
    const payload = { session_id: "c1", cost: { total_cost_usd: total }, context_window };
    writeFileSync(file, JSON.stringify({ ...payload, ...(prompt && { prompt_id: prompt }) }));
    const at = new Date(this.#tick());
    utimesSync(file, at, at);
    appendFileSync(join(this.dir, "live"), "+\n");
  }

  #tick(): number {
    this.#time += 10;
    return this.#time;
  }

  /** A line of the transcript. */
  line(record: Record<string, unknown>): void {
    const timestamp = new Date(this.#tick()).toISOString();
    this.#lines.push(`${JSON.stringify({ timestamp, sessionId: "c1", ...record })}\n`);
    if (!this.late) this.arrive();
  }

  /** What was written to the transcript so far can be read from now on. */
  arrive(): void {
    appendFileSync(this.transcript, this.#lines.splice(0).join(""));
  }

  prompt(text: string, promptId: string = crypto.randomUUID()): void {
    const uuid = crypto.randomUUID();
    const message = { role: "user", content: text };
    this.line({ type: "user", uuid, promptId, origin: { kind: "human" }, message });
  }

  answer(text: string): void {
    const usage = { input_tokens: 10, output_tokens: 1 };
    const content = [{ type: "text", text }];
    const message = { id: crypto.randomUUID(), model: "m", content, usage };
    this.line({ type: "assistant", uuid: crypto.randomUUID(), apiBlockIndex: 0, message });
  }

  /** The line Claude writes behind Stop. */
  done(): void {
    const uuid = crypto.randomUUID();
    this.line({ type: "system", subtype: "turn_duration", durationMs: 5, uuid });
  }

  ref(process: ProcessRef | null = this.process): SessionRef {
    const data: RefData = {
      home: { config: join(this.root, "config"), json: join(this.root, ".claude.json") },
      configDir: null,
      bin: "/bin/claude",
      cwd: "/repo",
      transcript: this.transcript,
      startOffset: 0,
      resumed: false,
      pending: null,
      launched: false,
    };
    return {
      sessionId: "01J00000000000000000000000",
      kind: "claude-code",
      dir: this.dir,
      agentSessionId: "c1",
      process,
      data: { ...data },
    };
  }

  attach(ref = this.ref()) {
    return attach(ref, this.#io());
  }

  /** Resolves when an item of that kind was stored. */
  seen<K extends AgentItem["kind"]>(kind: K, count = 1): Promise<Extract<AgentItem, { kind: K }>> {
    return this.#found(() => this.of(kind)[count - 1]);
  }

  /** Resolves when what was stored makes it so. */
  async said(fact: () => boolean): Promise<void> {
    await this.#found(() => (fact() ? true : undefined));
  }

  #found<T>(what: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = what();
        if (found === undefined) return;
        this.#looks.delete(look);
        resolve(found);
      };
      this.#looks.add(look);
      look();
    });
  }

  of<K extends AgentItem["kind"]>(kind: K): Extract<AgentItem, { kind: K }>[] {
    return this.items.filter((item): item is Extract<AgentItem, { kind: K }> => item.kind === kind);
  }

  close(): void {
    this.#abort.abort();
    rmSync(this.root, { recursive: true, force: true });
  }

  #io(): SessionIo {
    return {
      host: this.#host(),
      clock,
      signal: this.#abort.signal,
      cursor: (stream) => this.cursors.get(stream) ?? null,
      ingest: (batch) => this.#stored(() => this.#take(batch)),
      draft: () => undefined,
      held: () => this.#held,
      saveRef: () => this.#stored(() => undefined),
      log: () => undefined,
    };
  }

  #take(batch: Batch): void {
    this.items.push(...batch.items);
    this.cursors.set(batch.stream, JSON.parse(JSON.stringify(batch.cursor)));
    this.#stir();
  }

  #stir(): void {
    for (const look of [...this.#looks]) look();
  }

  /** As the engine stores: at once, or in its turn when the store takes something again. */
  #stored(take: () => void): Promise<void> {
    if (!this.#held) {
      take();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        take();
        resolve();
      });
      this.#stir();
    });
  }

  /** From now on the store takes nothing. */
  hold(): void {
    this.#held = true;
  }

  /** Resolves when something waits to be stored and `ms` have passed on the session's own clock. */
  async behind(ms: number): Promise<void> {
    await this.said(() => this.#waiting.length > 0);
    await new Promise<void>((resolve) => {
      clock.after(ms, resolve);
    });
  }

  /** The store takes what waited, in its order. */
  release(): void {
    this.#held = false;
    for (const take of this.#waiting.splice(0)) take();
  }

  #host(): Host {
    const real = createHost({ dataDir: this.root, env: {} });
    const tmux: Partial<TmuxHost> = {
      pane: () => Promise.resolve(ok(this.pane)),
      keys: (_, keys) => {
        this.keys.push(...keys);
        return Promise.resolve(ok(null));
      },
      paste: (_, text) => {
        this.keys.push(`paste ${text}`);
        return Promise.resolve(ok(null));
      },
      capture: () => Promise.resolve(ok({ text: "", columns: 80, rows: 24 })),
      kill: () => Promise.resolve(ok(null)),
      attachCommand: () => "tmux attach",
    };
    const alive = () => Promise.resolve(this.alive);
    return { ...real, tmux: { ...real.tmux, ...tmux } as TmuxHost, alive };
  }

  /** The program in the pane ends. */
  die(dead: ExitStatus): void {
    this.alive = false;
    if (this.pane !== null) this.pane = { ...this.pane, dead };
  }
}

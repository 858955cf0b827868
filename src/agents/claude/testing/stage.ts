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
import type { AgentItem, Clock, SessionIo, SessionRef, StreamCursor } from "../../driver.ts";
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
  readonly #looks = new Set<() => void>();
  #hooks = 0;
  /** Everything Claude does takes it some time. */
  #time = Date.now() - 60_000;
  alive = true;
  pane: PaneInfo | null = {
    name: "a-x",
    process: this.process,
    dead: null,
    attached: 0,
    command: "claude",
  };

  constructor() {
    mkdirSync(join(this.dir, "hooks"), { recursive: true });
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

  #tick(): number {
    this.#time += 10;
    return this.#time;
  }

  /** A line of the transcript. */
  line(record: Record<string, unknown>): void {
    const timestamp = new Date(this.#tick()).toISOString();
    appendFileSync(
      this.transcript,
      `${JSON.stringify({ timestamp, sessionId: "c1", ...record })}\n`,
    );
  }

  prompt(text: string): void {
    const uuid = crypto.randomUUID();
    const message = { role: "user", content: text };
    this.line({ type: "user", uuid, promptId: uuid, origin: { kind: "human" }, message });
  }

  answer(text: string): void {
    const message = { id: crypto.randomUUID(), model: "m", content: [{ type: "text", text }] };
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
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.of(kind)[count - 1];
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
      ingest: (batch) => {
        this.items.push(...batch.items);
        this.cursors.set(batch.stream, JSON.parse(JSON.stringify(batch.cursor)));
        for (const look of [...this.#looks]) look();
        return Promise.resolve();
      },
      draft: () => undefined,
      saveRef: () => Promise.resolve(),
      log: () => undefined,
    };
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

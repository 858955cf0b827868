import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Driver, OpenRequest, ResolvedHarness, Session } from "../agents/driver.ts";
import type { TrialScript } from "../agents/trial-model.ts";
import type { ProbedFact, ProbeProgress, ProbeReport } from "../contract/doctor.ts";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { type Core, unknown } from "./core.ts";
import type { HarnessConfig } from "./harness-config.ts";
import { openTrialDesk, type TrialDesk } from "./trial-desk.ts";
import { TrialLog } from "./trial-log.ts";

/** How long each step may take, in milliseconds: a start on a busy machine, and everything else. */
const startMs = 20_000;
const stepMs = 8_000;

/** Names the folder of a trial below `<data>/tmp`; the id of its session follows. */
const prefix = "trial-";

const script: TrialScript = {
  words: "This is a trial by Agetor; no model is asked.",
  command: "printf agetor > agetor-trial.txt",
  done: "The trial is over.",
  silence: "Say nothing in this turn of the trial.",
};

const facts = {
  start: "It starts without asking anything",
  echo: "A message reaches it, and its echo proves that",
  ask: "It asks before it runs a command",
  answer: "It carries out what was allowed",
  words: "What it says is read",
  end: "It says when a turn has ended",
  stop: "It stops when it is told to",
  close: "It ends when it is closed, and leaves nothing behind",
} as const;
type FactId = keyof typeof facts;

/** What is known of each fact so far. */
type Known = Map<FactId, { readonly holds: boolean; readonly detail: string | null }>;

function factsOf(known: Known, untried: string | null): ProbedFact[] {
  return (Object.keys(facts) as FactId[]).map((id) => {
    const found = known.get(id);
    const detail = found === undefined ? untried : found.detail;
    return { id, label: facts[id], holds: found?.holds ?? null, detail };
  });
}

/** Tries the person's own CLI against a model of ours: do the facts its driver relies on hold? */
export class Trials {
  readonly #core: Core;
  readonly #harnesses: HarnessConfig;
  readonly #swept = Promise.withResolvers<void>();
  /** One trial at a time: each starts an agent. None before the sweep, which would take it for a leftover. */
  #last: Promise<unknown> = this.#swept.promise;
  #now: {
    readonly harnessId: string;
    readonly startedAt: number;
    readonly known: Known;
  } | null = null;

  constructor(core: Core, harnesses: HarnessConfig) {
    this.#core = core;
    this.#harnesses = harnesses;
  }

  /** The trial under way, with what it has shown so far. */
  progress(): ProbeProgress | null {
    if (this.#now === null) return null;
    const { harnessId, startedAt, known } = this.#now;
    return { harnessId, startedAt, facts: factsOf(known, null) };
  }

  run(harnessId: string): Promise<Result<{ report: ProbeReport }>> {
    const next = this.#last.then(() => this.#run(harnessId));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #run(harnessId: string): Promise<Result<{ report: ProbeReport }>> {
    const { store, clock, dataDir, newId } = this.#core.deps;
    const harness = store.harness(harnessId);
    if (harness === null) {
      return unknown("harness", harnessId);
    }
    const driver = this.#harnesses.driver(harness.kind);
    if (driver?.trial === undefined) {
      return err(
        fault("invalid_request", `${harness.label} needs no trial.`, "Choose another agent."),
      );
    }
    const probe = await this.#harnesses.probe(harness);
    if (probe.kind === "missing" || probe.kind === "broken") {
      const why = probe.kind === "missing" ? "it is not installed" : probe.why;
      return err(
        fault("agent_unavailable", `${harness.label} cannot be tried: ${why}`, probe.hint),
      );
    }
    const began = clock.monotonic();
    const id = newId();
    const dir = join(dataDir, "tmp", prefix + id);
    const known: Known = new Map();
    this.#now = { harnessId, startedAt: this.#core.now(), known };
    try {
      const found = await this.#try(
        driver,
        this.#harnesses.resolve(harness),
        probe.path,
        { id, dir },
        known,
      );
      return ok({
        report: {
          harnessId,
          version: probe.version,
          at: this.#core.now(),
          durationMs: Math.round(clock.monotonic() - began),
          facts: [...found],
        },
      });
    } finally {
      this.#now = null;
      this.#remove(id);
    }
  }

  /**
   * Removes what trials of a killed server have left; their agents are ended by the drivers' sweep,
   * which comes before. Trials asked for in the meantime begin now.
   */
  sweep(): void {
    const parent = join(this.#core.deps.dataDir, "tmp");
    const names = existsSync(parent) ? readdirSync(parent) : [];
    for (const name of names.filter((one) => one.startsWith(prefix))) {
      this.#remove(name.slice(prefix.length));
    }
    this.#swept.resolve();
  }

  #remove(id: string): void {
    const { dataDir } = this.#core.deps;
    for (const dir of [join(dataDir, "sessions", id), join(dataDir, "tmp", prefix + id)]) {
      rmSync(dir, { recursive: true, force: true });
    }
  }

  async #try(
    driver: Driver,
    harness: ResolvedHarness,
    bin: string,
    place: { readonly id: string; readonly dir: string },
    known: Known,
  ): Promise<readonly ProbedFact[]> {
    const model = await driver.trial?.(script);
    if (model === undefined) {
      return [];
    }
    const { home, work, temp } = folders(place.dir);
    // Where the drivers look for agents without a row, should this server be killed.
    const session = made(join(this.#core.deps.dataDir, "sessions", place.id));
    for (const [name, content] of Object.entries(model.files)) {
      writeFileSync(join(home, name), content, { mode: 0o600 });
    }
    const log = new TrialLog();
    const desk = openTrialDesk(session, driver.hooks ?? null, () => log.look());
    const abort = new AbortController();
    const { host, clock, bridge } = this.#core.deps;
    const request: OpenRequest = {
      sessionId: place.id,
      dir: session,
      workplace: { cwd: work, repo: null },
      // A home and an account of its own: the person's login, history and settings stay out of it.
      harness: { ...harness, home, env: { ...harness.env, ...model.env, TMPDIR: temp } },
      bin,
      mode: "ask",
      model: null,
      effort: null,
      resume: null,
      bridge: { argv: bridge.argv, mcpUrl: bridge.mcpUrl() },
      firstMessage: { id: this.#core.deps.newId(), text: "Begin the trial." },
    };
    try {
      const course = new Course(log, desk, this.#core, known);
      return await course.run(driver, request, () => log.io(host, clock, abort.signal));
    } finally {
      abort.abort();
      await desk.close();
      await model.close();
    }
  }
}

/** The steps of one trial. The first that fails leaves the later ones untried. */
class Course {
  readonly #log: TrialLog;
  readonly #desk: TrialDesk;
  readonly #core: Core;
  readonly #found: Known;

  constructor(log: TrialLog, desk: TrialDesk, core: Core, found: Known) {
    this.#log = log;
    this.#desk = desk;
    this.#core = core;
    this.#found = found;
  }

  async run(
    driver: Driver,
    request: OpenRequest,
    io: () => ReturnType<TrialLog["io"]>,
  ): Promise<readonly ProbedFact[]> {
    const { clock } = this.#core.deps;
    const opening = driver.open(request, io());
    const opened = await Promise.race([
      opening,
      new Promise<null>((resolve) => clock.after(startMs, () => resolve(null))),
    ]);
    const started = opened?.ok === true;
    this.#note("start", started, opened === null ? "It did not start in time." : why(opened));
    if (opened === null) {
      opening.then((late) => (late.ok ? late.value.close() : null)).catch(() => undefined);
    }
    if (opened?.ok === true) {
      try {
        await this.#talk(opened.value, request);
      } finally {
        await this.#close(opened.value);
      }
    }
    return factsOf(this.#found, "Not tried.");
  }

  async #talk(session: Session, request: OpenRequest): Promise<void> {
    if (!(await this.#deliver(session, request.firstMessage))) return;
    const questions = this.#answerAll(session);
    const ended = await this.#within(() => {
      const { asked, ran, heard } = this.#seen();
      // Each stands there as soon as it is known; that one does not hold is known at the end.
      if (asked) this.#note("ask", true, null);
      if (ran) this.#note("answer", true, null);
      if (heard) this.#note("words", true, null);
      return this.#log.of("turn-ended").length > 0;
    }, startMs);
    questions();
    const { asked, ran, heard } = this.#seen();
    this.#note("ask", asked, "It ran a command without a question, or never asked.");
    this.#note("answer", ran, "The command it was allowed to run has no good result.");
    this.#note("words", heard, "Its last words of the turn were not found.");
    this.#note("end", ended, "The end of the turn was not told.");
    if (ended) await this.#stop(session);
  }

  #seen(): { readonly asked: boolean; readonly ran: boolean; readonly heard: boolean } {
    const transcript = this.#log.of("transcript");
    return {
      asked: this.#desk.asked() + this.#log.of("asked").length > 0,
      ran: transcript.some(
        (item) => item.type === "tool.result" && item.data.status === "succeeded",
      ),
      heard: transcript.some(
        (item) => item.type === "assistant.text" && item.data.text.includes(script.done),
      ),
    };
  }

  async #deliver(
    session: Session,
    message: { readonly id: string; readonly text: string },
  ): Promise<boolean> {
    const delivery = await session.deliver(message, { retry: false });
    const delivered = delivery.kind === "delivered";
    this.#note("echo", delivered, delivered ? null : delivery.fault.message);
    return delivered;
  }

  /** Allows what is asked over the agent's own protocol; hooks are answered at the desk. */
  #answerAll(session: Session): () => void {
    const answered = new Set<string>();
    const stop = new AbortController();
    const loop = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const open = this.#log.of("asked").find(({ ref }) => !answered.has(ref));
        if (open !== undefined) {
          answered.add(open.ref);
          await session.answer?.(open.ref, open.request, { kind: "approval", decision: "allow" });
        } else {
          await this.#within(
            () => stop.signal.aborted || this.#log.of("asked").length > answered.size,
            stepMs,
          );
        }
      }
    };
    loop().catch((thrown: unknown) => {
      this.#core.deps.log("warn", "a trial's answer failed", { why: String(thrown) });
    });
    return () => {
      stop.abort();
      this.#log.look();
    };
  }

  async #stop(session: Session): Promise<void> {
    const before = this.#log.of("turn-ended").length;
    if (!(await this.#deliver(session, { id: this.#core.deps.newId(), text: script.silence }))) {
      return;
    }
    const asked = await session.interrupt();
    const stopped =
      asked.ok && (await this.#within(() => this.#log.of("turn-ended").length > before, stepMs));
    this.#note("stop", stopped, asked.ok ? "It went on." : asked.fault.message);
  }

  async #close(session: Session): Promise<void> {
    const closed = await session.close();
    const clean = closed.ok && closed.value.leftovers.length === 0;
    this.#note("close", clean, closed.ok ? "Processes of it go on." : closed.fault.message);
  }

  #within(fact: () => boolean, ms: number): Promise<boolean> {
    return this.#log.within(ms, this.#core.deps.clock, fact);
  }

  /** A fact that failed once has failed. */
  #note(id: FactId, holds: boolean, detail: string | null): void {
    if (this.#found.get(id)?.holds !== false) {
      this.#found.set(id, { holds, detail: holds ? null : detail });
    }
  }
}

/**
 * The folders of one trial. It has a temporary folder of its own beside the home: Codex refuses to
 * put its helpers into a home below `TMPDIR` (codex-cli 0.169.0, observed).
 */
function folders(dir: string) {
  return {
    home: made(join(dir, "home")),
    work: made(join(dir, "work")),
    temp: made(join(dir, "temp")),
  };
}

function made(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

function why(opened: Result<unknown>): string | null {
  return opened.ok ? null : opened.fault.message;
}

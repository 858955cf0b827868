import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { access, chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { constants as osConstants } from "node:os";
import { join } from "node:path";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { cannot } from "./cannot.ts";
import type { DirectoryWatches } from "./directory-watch.ts";
import { openFifo } from "./fifo-writer.ts";
import type { Processes } from "./process.ts";
import { runScript } from "./run-script.ts";
import { launchText } from "./shell-words.ts";
import type {
  DirectoryLaunch,
  ExitStatus,
  LineWriter,
  ProcessRef,
  SessionDirectory,
} from "./types.ts";
import { waitUntil } from "./wait.ts";

const startLimitMs = 10_000;
/** How long the keeper may take to write `exit` once the program has ended. */
const exitLimitMs = 2_000;
/** What `run.sh` answers when another start claimed the directory before it. */
const alreadyStarted = 75;

export interface DirectoryParts {
  readonly processes: Processes;
  readonly watches: DirectoryWatches;
  /** What the keeper runs with; the program gets only what its launch says. */
  readonly env: Readonly<Record<string, string>>;
}

interface Ref {
  readonly program: ProcessRef;
  readonly keeper: ProcessRef;
}

/** The directory of one generation of a session (M6); see `SessionDirectory`. */
export function openDirectory(dir: string, parts: DirectoryParts): SessionDirectory {
  return new PipeDirectory(dir, parts);
}

class PipeDirectory implements SessionDirectory {
  readonly dir: string;
  readonly outPath: string;
  readonly errPath: string;
  readonly #parts: DirectoryParts;

  constructor(dir: string, parts: DirectoryParts) {
    this.dir = dir;
    this.outPath = join(dir, "out");
    this.errPath = join(dir, "err");
    this.#parts = parts;
  }

  async start(
    launch: DirectoryLaunch,
  ): Promise<Result<{ readonly started: boolean; readonly process: ProcessRef }>> {
    const name = `launch.${randomUUID()}`;
    const file = join(this.dir, name);
    try {
      if (await exists(join(this.dir, "started"))) return await this.#started(null);
      const text = launchText({ ...launch, file: `./${name}`, inherited: ["PATH", "LC_ALL"] });
      if (!text.ok) return text;
      await mkdir(this.dir, { recursive: true, mode: 0o700 });
      await chmod(this.dir, 0o700);
      await this.#write(name, text.value);
      await this.#write("run.sh", runScript);
      return await this.#started({ keeper: this.#spawn(name), launch: file });
    } catch (cause) {
      await rm(file, { force: true }).catch(() => undefined);
      return err(cannot("The session could not be started", cause));
    }
  }

  async process(): Promise<ProcessRef | null> {
    return (await this.#ref())?.program ?? null;
  }

  async exit(): Promise<ExitStatus | null> {
    const written = await this.#exitFile();
    if (written !== null) return written;
    const ref = await this.#ref();
    if (ref === null) return null;
    const { processes } = this.#parts;
    if (await processes.alive(ref.program)) return null;
    if (await processes.alive(ref.keeper)) return null;
    return (await this.#exitFile()) ?? { code: null, signal: "SIGKILL" };
  }

  async waitExit(signal: AbortSignal): Promise<ExitStatus> {
    const status = await waitUntil(() => this.exit(), {
      watches: this.#parts.watches,
      path: join(this.dir, "exit"),
      signal,
    });
    if (status === null) throw signal.reason;
    return status;
  }

  async writer(): Promise<Result<LineWriter>> {
    const ref = await this.#ref();
    if (ref === null || !(await this.#parts.processes.alive(ref.program))) {
      return err(fault("host_failed", "The agent's input is closed; the agent has ended."));
    }
    return openFifo(join(this.dir, "in"));
  }

  async terminate(graceMs: number): Promise<Result<{ readonly leftovers: readonly number[] }>> {
    const ref = await this.#ref();
    if (ref === null) return ok({ leftovers: [] });
    const { processes, watches } = this.#parts;
    const gone = async () => ((await processes.members(ref.program)).length === 0 ? true : null);
    const wait = { watches, path: join(this.dir, "exit"), pollMs: 50 };
    await processes.signalMembers(ref.program, "SIGTERM");
    if ((await waitUntil(gone, { ...wait, limitMs: graceMs })) === null) {
      await processes.signalMembers(ref.program, "SIGKILL");
      await waitUntil(gone, { ...wait, limitMs: exitLimitMs });
    }
    await waitUntil(() => this.exit(), { ...wait, limitMs: exitLimitMs });
    await this.#sweep();
    const leftovers = await processes.members(ref.program);
    return ok({ leftovers: leftovers.map((row) => row.pid) });
  }

  /** Whole or not at all: a start that runs beside us may read it at any time. */
  async #write(name: string, text: string): Promise<void> {
    const draft = join(this.dir, `${name}.${randomUUID()}`);
    await writeFile(draft, text, { mode: 0o600, flag: "wx" });
    await rename(draft, join(this.dir, name));
  }

  /** In a session of its own, so that neither our death nor our terminal's reaches it. */
  #spawn(launch: string): Bun.Subprocess {
    const log = openSync(join(this.dir, "keeper.log"), "a", 0o600);
    try {
      const keeper = Bun.spawn(["/bin/sh", "./run.sh", launch], {
        cwd: this.dir,
        env: { PATH: this.#parts.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C" },
        stdin: "ignore",
        stdout: log,
        stderr: log,
        detached: true,
      });
      keeper.unref();
      return keeper;
    } finally {
      closeSync(log);
    }
  }

  async #started(
    mine: { readonly keeper: Bun.Subprocess; readonly launch: string } | null,
  ): Promise<Result<{ readonly started: boolean; readonly process: ProcessRef }>> {
    const keeper = mine?.keeper ?? null;
    const ref = await waitUntil(() => this.#refOrFailure(keeper), {
      watches: this.#parts.watches,
      path: join(this.dir, "ref"),
      limitMs: startLimitMs,
      pollMs: 25,
    });
    if (ref === null) return err(await this.#failure("launch_timeout", "did not start in time"));
    const started = ref !== "failed" && ref.keeper.pid === keeper?.pid;
    // It holds the environment. The launch that is used removes itself; this one will not be.
    if (mine !== null && !started) await rm(mine.launch, { force: true });
    if (ref === "failed") return err(await this.#failure("launch_failed", "could not be started"));
    return ok({ started, process: ref.program });
  }

  async #refOrFailure(keeper: Bun.Subprocess | null): Promise<Ref | "failed" | null> {
    const ended = keeper !== null && keeper.exitCode !== null && keeper.exitCode !== alreadyStarted;
    const ref = await this.#ref();
    if (ref !== null) return ref;
    if (ended || (await this.#exitFile()) !== null) return (await this.#ref()) ?? "failed";
    return null;
  }

  async #failure(code: "launch_failed" | "launch_timeout", what: string) {
    const log = await readFile(join(this.dir, "keeper.log"), "utf8").catch(() => "");
    const words = await readFile(this.errPath, "utf8").catch(() => "");
    const said = `${log}${words}`.trim().slice(-2_000);
    return fault(code, `The agent ${what}.`, null, said === "" ? null : { said });
  }

  /** What a server left that died between writing its launch and starting it. */
  async #sweep(): Promise<void> {
    const names = await readdir(this.dir).catch(() => []);
    const launches = names.filter((name) => name.startsWith("launch."));
    await Promise.all(launches.map((name) => rm(join(this.dir, name), { force: true })));
  }

  async #ref(): Promise<Ref | null> {
    const text = await readFile(join(this.dir, "ref"), "utf8").catch(() => null);
    if (text === null) return null;
    const [pid, startTime, bootId, keeperPid, keeperStart] = text.split("\n");
    if (!pid || !startTime || !bootId || !keeperPid || !keeperStart) return null;
    return {
      program: { pid: Number(pid), startTime, bootId },
      keeper: { pid: Number(keeperPid), startTime: keeperStart, bootId },
    };
  }

  async #exitFile(): Promise<ExitStatus | null> {
    const text = await readFile(join(this.dir, "exit"), "utf8").catch(() => "");
    const [, code, noRoom] = /^(\d+)\n(no-room\n)?$/.exec(text) ?? [];
    if (code === undefined) return null;
    return { ...exitStatus(Number(code)), ...(noRoom === undefined ? {} : { noRoom: true }) };
  }
}

const signalNames = new Map(
  Object.entries(osConstants.signals).map(([name, number]) => [number, name]),
);

/** A shell says 128 + n for a death by signal n; a program that exits with such a code means the same. */
export function exitStatus(code: number): ExitStatus {
  const signal = code > 128 ? signalNames.get(code - 128) : undefined;
  return signal === undefined ? { code, signal: null } : { code: null, signal };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

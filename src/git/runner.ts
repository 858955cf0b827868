import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { Fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { type GitClock, pause } from "./clock.ts";
import {
  cancelled,
  explain,
  fileFault,
  locked,
  lockInTheWay,
  missing,
  notStarted,
  tooMuch,
  tooSlow,
} from "./failure.ts";
import {
  fixedEnvironment,
  hookEnvironment,
  hookOverrides,
  hookVariables,
  networkEnvironment,
  networkOverrides,
  networkVariables,
  overrides,
} from "./fixed.ts";
import { Slots } from "./lanes.ts";
import { collect, killGroup } from "./process.ts";

export type Profile = "fixed" | "hooks" | "network";

const profiles = {
  fixed: { settings: overrides, env: fixedEnvironment, variables: [] },
  hooks: { settings: hookOverrides, env: hookEnvironment, variables: hookVariables },
  network: {
    settings: networkOverrides,
    env: networkEnvironment,
    variables: [...hookVariables.filter((name) => !name.startsWith("LC_")), ...networkVariables],
  },
} as const;

/** Who minds a command that may run long and starts programs of the repository. */
export interface Attendant {
  /** Told the process that leads all of it, while it still waits; it begins when this has succeeded. */
  began(pid: number): Promise<Result<null>>;
  /** What it prints on stderr, as it comes. */
  printed(text: string): void;
  /** Ends it with all it started, when it is cancelled or too slow; resolves when nothing is left. */
  end(): Promise<void>;
}

/** One git command. Arguments are never joined, and no shell ever reads them as words of its own. */
export interface GitCall {
  readonly args: readonly string[];
  /** An existing directory; git discovers the repository from here unless `env` names it. */
  readonly cwd: string;
  /** `GIT_DIR` and its kin; nothing of the parent's environment comes along. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; 30 s when not given. */
  readonly timeoutMs?: number;
  /** Bytes of stdout; 64 MiB when not given. */
  readonly maxBytes?: number;
  /** Above `maxBytes`: answer what came so far (`cut`) instead of failing. */
  readonly cutOff?: boolean;
  /** May take minutes: two of the slots are kept free of such commands. */
  readonly heavy?: boolean;
  /**
   * What may run: `fixed`, when not given, nothing of the repository; `hooks` its commit hooks and
   * `network` a transport, both on the person's wish only.
   */
  readonly profile?: Profile;
  /** Without one, its process group is ended by SIGKILL. */
  readonly attendant?: Attendant;
  /** Exit codes that are an answer and not a failure; 0 when not given. */
  readonly codes?: readonly number[];
}

export interface GitOutput {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly cut: boolean;
}

export interface RunnerOptions {
  readonly bin: string;
  /** Where `HOME`, `XDG_CONFIG_HOME` and `PATH` are taken from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: GitClock;
  /** How many git processes run at once. */
  readonly cap: number;
  /** Milliseconds a lock of someone else is waited for. */
  readonly lockPatienceMs: number;
}

const maxStderr = 64 * 1024;

/**
 * Waits for a line before it becomes the program: whoever is told of the process can write it down
 * before anything of it runs, and when they die first the line never comes. `read` takes no byte
 * too many, so the rest of stdin is the program's (POSIX, XCU read).
 */
const onceTold = ["/bin/sh", "-c", 'IFS= read -r go && exec "$0" "$@"'] as const;

/** Runs git in a fixed environment, so many at once, and turns every failure into a fault. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #slots: Slots;
  readonly #heavySlots: Slots;
  readonly #path: string;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#slots = new Slots(options.cap);
    this.#heavySlots = new Slots(Math.max(1, options.cap - 2));
    // A relative entry would let a repository bring its own git.
    this.#path = (options.env["PATH"] ?? "").split(":").filter(isAbsolute).join(":");
  }

  /** Where git is, or null; asked anew each time, for git may be installed meanwhile. */
  find(): string | null {
    const { bin } = this.#options;
    if (isAbsolute(bin)) return existsSync(bin) ? bin : null;
    return bin.includes("/") ? null : Bun.which(bin, { PATH: this.#path });
  }

  /** Runs one command; a lock held by someone else is waited for. */
  async run(call: GitCall): Promise<Result<GitOutput>> {
    const { clock, lockPatienceMs } = this.#options;
    const giveUpAt = clock.now() + lockPatienceMs;
    for (let delay = 50; ; delay = Math.min(delay * 2, 800)) {
      const result = await this.#inTurn(call);
      if (!result.ok || (call.codes ?? [0]).includes(result.value.code)) return result;
      const { code, stderr } = result.value;
      const lock = lockInTheWay(stderr);
      if (lock === null) return err(explain({ command: nameOf(call), code, stderr }));
      if (clock.now() + delay > giveUpAt) return err(await locked(lock));
      await pause(clock, delay, call.signal);
    }
  }

  /** An attended command mostly waits for programs of the repository: it keeps no slot from others. */
  #inTurn(call: GitCall): Promise<Result<GitOutput>> {
    const light = () => this.#slots.run(() => this.#once(call));
    if (call.attendant !== undefined) return this.#once(call);
    return call.heavy === true ? this.#heavySlots.run(light) : light();
  }

  async #once(call: GitCall): Promise<Result<GitOutput>> {
    if (call.signal?.aborted) return err(cancelled());
    const bin = this.find();
    if (bin === null) return err(missing(this.#options.bin));
    const name = nameOf(call);
    const child = this.#start(bin, call);
    if (child instanceof Error) return err(notStarted(child, name, call.cwd));
    const { promise, resolve } = Promise.withResolvers<Result<GitOutput>>();
    const stdout = collect(call.maxBytes ?? 64 * 1024 * 1024);
    const stderr = collect(maxStderr);
    let why: Fault | null = null;
    const hangUp = (): void => {
      const gone = child.exitCode !== null || child.signalCode !== null;
      // The group of an attended one has been seen to.
      if (call.attendant === undefined || !gone) killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const end = (reason: Fault | null): void => {
      const first = why === null;
      why ??= reason;
      if (call.attendant === undefined) hangUp();
      else if (first)
        call.attendant
          .end()
          .finally(hangUp)
          .catch(() => undefined);
    };
    const onAbort = (): void => end(cancelled());
    const timeout = call.timeoutMs ?? 30_000;
    const stopTimer = this.#options.clock.after(timeout, () => end(tooSlow(name, timeout)));
    call.signal?.addEventListener("abort", onAbort, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      if (stdout.add(chunk)) return;
      end(call.cutOff === true ? null : tooMuch(name));
    });
    const text = new StringDecoder("utf8");
    child.stderr.on("data", (chunk: Buffer) => {
      stderr.add(chunk);
      call.attendant?.printed(text.write(chunk));
    });
    // A command that ends before it has read everything is judged by its exit code.
    child.stdin.on("error", () => undefined);
    this.#feed(child, call, end);
    child.on("error", (error) => resolve(err(notStarted(error, name, call.cwd))));
    child.on("close", (code) => {
      if (why !== null) return resolve(err(why));
      const cut = stdout.full();
      const words = stderr.bytes().toString("utf8");
      resolve(ok({ code: cut ? 0 : (code ?? -1), stdout: stdout.bytes(), stderr: words, cut }));
    });
    const result = await promise;
    stopTimer();
    call.signal?.removeEventListener("abort", onAbort);
    return result;
  }

  /** Gives it its input; an attended one has to wait for its line. */
  #feed(child: ChildProcessWithoutNullStreams, call: GitCall, end: (reason: Fault) => void): void {
    const { attendant, input = "" } = call;
    if (attendant === undefined) return void child.stdin.end(input);
    if (child.pid === undefined) return;
    attendant.began(child.pid).then(
      (began) => {
        if (!began.ok) return end(began.fault);
        child.stdin.write("\n");
        child.stdin.end(input);
      },
      (error: unknown) =>
        end(fileFault(error) ?? notStarted(error as Error, nameOf(call), call.cwd)),
    );
  }

  /** Too many processes or open files are thrown here, and are no bug. */
  #start(bin: string, call: GitCall): ChildProcessWithoutNullStreams | Error {
    const { profile = "fixed" } = call;
    const { settings } = profiles[profile];
    const first = call.attendant === undefined ? [] : onceTold;
    const [program, ...args] = [...first, bin, "--no-pager", ...settings, ...call.args];
    try {
      return spawn(program ?? bin, args, {
        cwd: call.cwd,
        env: { ...this.#base(profile), ...call.env },
        stdio: ["pipe", "pipe", "pipe"],
        // A group of its own, so that what git started ends with it.
        detached: true,
      });
    } catch (error) {
      if (fileFault(error) === null) throw error;
      return error as Error;
    }
  }

  #base(profile: Profile): Record<string, string> {
    const { HOME, XDG_CONFIG_HOME } = this.#options.env;
    const { env, variables } = profiles[profile];
    return {
      ...env,
      ...given(this.#options.env, variables),
      PATH: this.#path,
      ...(HOME === undefined ? {} : { HOME }),
      ...(XDG_CONFIG_HOME === undefined ? {} : { XDG_CONFIG_HOME }),
    };
  }
}

/** Those of the variables that are set. */
export function given(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const found = names.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

function nameOf(call: GitCall): string {
  // Settings given with the command come before its name.
  let at = 0;
  while (call.args[at] === "-c") at += 2;
  return call.args[at] ?? "";
}

import { spawn } from "node:child_process";
import { isAbsolute } from "node:path";
import type { GitClock } from "./clock.ts";
import { fileFault } from "./failure.ts";
import { forgeVariables, hookVariables, networkVariables } from "./fixed.ts";
import { collect, killGroup } from "./process.ts";
import { given } from "./runner.ts";

export interface ProgramCall {
  /** As `Programs.find` answered it. */
  readonly bin: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly input?: string;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

export interface ProgramOutput {
  /** Null when it could not be started, or was stopped for being too slow. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const maxOutput = 4 * 1024 * 1024;

/** Runs a forge's own program, with what it needs of the person's environment and nothing to ask. */
export class Programs {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #clock: GitClock;
  readonly #path: string;

  constructor(env: Readonly<Record<string, string | undefined>>, clock: GitClock) {
    this.#env = env;
    this.#clock = clock;
    // A relative entry would let a repository bring its own.
    this.#path = (env["PATH"] ?? "").split(":").filter(isAbsolute).join(":");
  }

  /** Where a program is, or null; asked anew each time. */
  find(name: string): string | null {
    return Bun.which(name, { PATH: this.#path });
  }

  async run(call: ProgramCall): Promise<ProgramOutput> {
    const child = this.#start(call);
    if (child instanceof Error) return { code: null, stdout: "", stderr: child.message };
    const { promise, resolve } = Promise.withResolvers<number | null>();
    const stdout = collect(maxOutput);
    const stderr = collect(maxOutput);
    let late = false;
    const stop = this.#clock.after(call.timeoutMs, () => {
      late = true;
      killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.stdout.on("data", (chunk: Buffer) => stdout.add(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.add(chunk));
    // One that ends before it has read everything is judged by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(call.input ?? "");
    child.on("error", () => resolve(null));
    child.on("close", (code) => resolve(late ? null : code));
    const code = await promise;
    stop();
    const words = late ? `it took longer than ${call.timeoutMs / 1000} s` : "";
    return {
      code,
      stdout: stdout.bytes().toString("utf8"),
      stderr: `${stderr.bytes().toString("utf8")}${words}`,
    };
  }

  #start(call: ProgramCall) {
    try {
      return spawn(call.bin, [...call.args], {
        cwd: call.cwd,
        env: {
          ...given(this.#env, [...hookVariables, ...networkVariables, ...forgeVariables]),
          ...given(this.#env, ["HOME", "XDG_CONFIG_HOME"]),
          PATH: this.#path,
          GIT_TERMINAL_PROMPT: "0",
          GH_PROMPT_DISABLED: "1",
          GH_NO_UPDATE_NOTIFIER: "1",
          GLAB_CHECK_UPDATE: "false",
          NO_PROMPT: "1",
          NO_COLOR: "1",
        },
        stdio: ["pipe", "pipe", "pipe"],
        detached: true,
      });
    } catch (error) {
      if (fileFault(error) === null) throw error;
      return error as Error;
    }
  }
}

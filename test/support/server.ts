import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "./client.ts";
import { root, serverEntry } from "./programs.ts";

export interface ServerOptions {
  /** Kept over restarts; made anew when absent. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another program than the server itself, for tests that cut the server short. */
  readonly argv?: readonly string[];
}

/** The real server as a process of its own, as a person runs it. */
export class TestServer {
  readonly dataDir: string;
  readonly process: ChildProcess;
  readonly client: Client;
  readonly port: number;
  readonly #log: string[];

  private constructor(dataDir: string, process: ChildProcess, log: string[]) {
    const core = coreOf(dataDir);
    this.dataDir = dataDir;
    this.process = process;
    this.port = core.port;
    this.client = new Client(`http://127.0.0.1:${core.port}`, core.token);
    this.#log = log;
  }

  /** Starts it and waits until it says where it is. */
  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const dataDir = options.dataDir ?? join(mkdtempSync(join(tmpdir(), "agetor-test-")), "data");
    const { child, log } = launch(dataDir, options);
    await ready(dataDir, child, log);
    return new TestServer(dataDir, child, log);
  }

  /** Everything it wrote to standard output and standard error. */
  log(): string {
    return this.#log.join("");
  }

  /** `kill -9`: nothing is said goodbye to. Resolves when it is gone. */
  async kill(): Promise<void> {
    await end(this.process, "SIGKILL");
  }

  /** Whether it was ended by SIGKILL; waits a moment for an end that is under way. */
  async died(): Promise<boolean> {
    const { process: child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const answers = await fetch(`${this.client.base}/health`).then(
        () => true,
        () => false,
      );
      if (answers) {
        return false;
      }
      await new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        if (child.exitCode !== null || child.signalCode !== null) {
          resolve();
        }
      });
    }
    return child.signalCode === "SIGKILL";
  }

  /** Asks it to end. */
  async stop(): Promise<number | null> {
    return end(this.process, "SIGTERM");
  }

  /** Starts another server on the same data directory. */
  restart(options: Omit<ServerOptions, "dataDir"> = {}): Promise<TestServer> {
    return TestServer.start({ ...options, dataDir: this.dataDir });
  }

  /** Ends the server and every agent it left, and removes its folder. */
  async dispose(): Promise<void> {
    await end(this.process, "SIGKILL");
    endAgents(this.dataDir);
    rmSync(join(this.dataDir, ".."), { recursive: true, force: true });
  }
}

function launch(dataDir: string, options: ServerOptions): { child: ChildProcess; log: string[] } {
  const log: string[] = [];
  const child = spawn(process.execPath, options.argv ?? [serverEntry], {
    cwd: root,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: join(dataDir, "..", "home"),
      LANG: "C.UTF-8",
      AGETOR_DATA_DIR: dataDir,
      AGETOR_API_PORT: "0",
      AGETOR_NO_OPEN: "1",
      AGETOR_CLAUDE_DRIVER: "fake",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout?.on("data", (chunk: Buffer) => log.push(chunk.toString("utf8")));
  child.stderr?.on("data", (chunk: Buffer) => log.push(chunk.toString("utf8")));
  return { child, log };
}

/** Waits for the core file of exactly this process. */
function ready(dataDir: string, child: ChildProcess, log: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (existsSync(join(dataDir, "agetor-core.json")) && coreOf(dataDir).pid === child.pid) {
        stop();
        resolve();
      }
    };
    const timer = setInterval(look, 10);
    const stop = (): void => clearInterval(timer);
    child.once("exit", (code) => {
      stop();
      reject(new Error(`the server ended with ${code}:\n${log.join("")}`));
    });
    look();
  });
}

function coreOf(dataDir: string): { port: number; token: string; pid: number } {
  return JSON.parse(readFileSync(join(dataDir, "agetor-core.json"), "utf8"));
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode);
  }
  return new Promise((resolve) => {
    child.once("exit", (code) => resolve(code));
    child.kill(signal);
  });
}

/** Ends every agent and script whose session directory lies in this data directory, by its recorded pid. */
function endAgents(dataDir: string): void {
  if (!existsSync(dataDir)) {
    return;
  }
  for (const ref of new Bun.Glob("{sessions,setup}/**/ref").scanSync({ cwd: dataDir })) {
    const pid = Number(readFileSync(join(dataDir, ref), "utf8").trim().split(/\s+/)[0]);
    if (!Number.isInteger(pid) || pid <= 1) {
      continue;
    }
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Already gone.
    }
  }
}

/** Resolves when a file exists; a fact to wait for instead of a time. */
export function fileExists(path: string): Promise<void> {
  return new Promise((resolve) => {
    if (existsSync(path)) {
      resolve();
      return;
    }
    const watcher = watch(join(path, ".."), () => {
      if (existsSync(path)) {
        watcher.close();
        resolve();
      }
    });
    if (existsSync(path)) {
      watcher.close();
      resolve();
    }
  });
}

import { test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHost } from "../host.ts";
import type { PaneInfo } from "../types.ts";
import { Workspace } from "./workspace.ts";

const hasTmux = Bun.which("tmux") !== null;

/** A test with the real tmux. Where there is none it is skipped, and its name says why. */
export function tmuxTest(name: string, run: () => Promise<void>, limitMs?: number): void {
  test.skipIf(!hasTmux)(`${name} (needs tmux)`, run, limitMs);
}

/** A tmux server of a test's own, in surroundings that would show what gets expanded or inherited. */
export class TmuxBench {
  /** Everywhere a name could be expanded by tmux or a shell there is one that would leave a trace (V1). */
  readonly work = new Workspace(`x#(touch canary) $(touch canary) 'q" `);
  readonly home = this.work.path("home");
  readonly host = createHost({
    dataDir: this.work.dir,
    env: {
      ...process.env,
      HOME: this.home,
      TMUX: "/nonexistent,1,0",
      TMUX_TMPDIR: "/nonexistent",
      TMPDIR: "not/absolute",
      AGETOR_TOKEN: "s3cr3t",
      NODE_OPTIONS: "--bad",
    },
  });
  readonly tmux = this.host.tmux;
  readonly socket = /-S (\S+)/.exec(this.tmux.attachCommand("x"))?.[1] ?? "";
  #scripts = 0;

  constructor() {
    mkdirSync(this.home);
    writeFileSync(`${this.home}/.tmux.conf`, `run-shell "touch '${this.work.path("canary")}'"\n`);
  }

  /** Runs tmux itself against the same server. */
  cli(...words: readonly string[]): string {
    const env = { PATH: process.env["PATH"] };
    return Bun.spawnSync(["tmux", "-u", "-S", this.socket, ...words], { env }).stdout.toString();
  }

  serverPid(): number {
    return Number(this.cli("display-message", "-p", "#{pid}"));
  }

  script(text: string): string {
    this.#scripts += 1;
    const path = this.work.path(`script ${this.#scripts}.sh`);
    writeFileSync(path, text);
    return path;
  }

  async start(name: string, text: string, env: Readonly<Record<string, string>> = {}) {
    const started = await this.tmux.start({
      name,
      script: this.script(text),
      cwd: this.work.dir,
      env: { ...this.host.baseEnv(), ...env },
      columns: 90,
      rows: 25,
    });
    return value(started);
  }

  /** The pane, once its program has ended. */
  async dead(name: string): Promise<PaneInfo> {
    return this.work.until(async () => {
      const pane = value(await this.tmux.pane(name));
      return pane?.dead ? pane : null;
    });
  }

  /** Starts a program in raw mode that writes down every byte of what it is sent. */
  async recorder(name: string): Promise<() => string> {
    const out = this.work.path(`${name}.bytes`);
    const record = `stty raw -echo; printf '\\033[?2004h'; : >"$BYTES"; exec cat >>"$BYTES"`;
    await this.start(name, record, { BYTES: out });
    await this.work.file(out);
    return () => readFileSync(out, "utf8");
  }

  remove(): void {
    if (hasTmux) this.cli("kill-server");
    rmSync(this.socket, { force: true });
    this.work.remove();
  }
}

/** The value of a result that the test takes for granted. */
export function value<T>(result: { ok: true; value: T } | { ok: false; fault: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
}

/** What a terminal program receives of a bracketed paste. */
export function pasted(text: string): string {
  return `\x1b[200~${text}\x1b[201~`;
}

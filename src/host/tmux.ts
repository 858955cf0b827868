import { randomUUID } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { cannot } from "./cannot.ts";
import type { Processes } from "./process.ts";
import { launchText } from "./shell-words.ts";
import { type PaneRow, paneFormat, parsePanes } from "./tmux-pane.ts";
import { reason, TmuxServer, type TmuxServerOptions } from "./tmux-server.ts";
import type { PaneInfo, RunOutput, TmuxHost } from "./types.ts";

const sessionName = /^[a-z0-9-]{1,40}$/;
const keyName =
  /^(?:[CMS]-){0,3}(?:[A-Za-z0-9]|Enter|Escape|Tab|BTab|Space|BSpace|Up|Down|Left|Right|Home|End|PageUp|PageDown|PPage|NPage|IC|DC|F(?:[1-9]|1[0-2]))$/;
/** Everything a terminal acts on, but line feed and tab: a paste must not be able to end itself (V2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be removed
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const historyLines = 20_000;
const startTries = 5;
const goneLimitMs = 2_000;
const goneLookMs = 20;
/** How often a pane is looked at whose program is gone while tmux does not say how. */
const looks = 3;

/** Set at every start; all of them exist since tmux 2.9. */
const serverOptions: readonly (readonly string[])[] = [
  ["start-server"],
  // The server lives while we have sessions, also between two; `kill` lets it go with the last one.
  ["set-option", "-s", "exit-empty", "off"],
  // An agent could otherwise put text on the clipboard of an attached person (OSC 52).
  ["set-option", "-s", "set-clipboard", "off"],
  ["set-option", "-s", "escape-time", "10"],
  ["set-option", "-g", "status", "off"],
  ["set-option", "-g", "history-limit", String(historyLines)],
  ["set-option", "-g", "default-terminal", "screen-256color"],
  ["set-option", "-g", "update-environment", ""],
  ["set-window-option", "-g", "remain-on-exit", "on"],
  ["set-window-option", "-g", "automatic-rename", "off"],
  ["set-window-option", "-g", "allow-rename", "off"],
];

export interface TmuxOptions extends TmuxServerOptions {
  readonly processes: Processes;
}

/** tmux on a socket of our own; see `TmuxHost`. */
export function createTmux(options: TmuxOptions): TmuxHost {
  return new OwnTmux(options);
}

type StartOptions = Parameters<TmuxHost["start"]>[0];

class OwnTmux implements TmuxHost {
  readonly #server: TmuxServer;
  readonly #processes: Processes;
  readonly #folder: string;
  /** Starts and ends one after the other: the last end lets the tmux server go. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: TmuxOptions) {
    this.#server = new TmuxServer(options);
    this.#processes = options.processes;
    this.#folder = join(options.dataDir, "tmux");
  }

  available(): ReturnType<TmuxHost["available"]> {
    return this.#server.available();
  }

  attachCommand(name: string): string {
    return this.#server.attachCommand(checked(name));
  }

  async start(options: StartOptions): ReturnType<TmuxHost["start"]> {
    checked(options.name);
    const known = await this.pane(options.name);
    if (!known.ok) return known;
    if (known.value !== null) return ok({ created: false, pane: known.value });
    if (!(await isDirectory(options.cwd))) {
      return err(fault("not_a_directory", `${options.cwd} is not a directory.`));
    }
    return this.#inTurn(async () => {
      const launcher = await this.#writeLauncher(options);
      if (!launcher.ok) return launcher;
      const created = await this.#create(options, launcher.value);
      if (!created.ok || !created.value) await rm(launcher.value, { force: true });
      if (!created.ok) return created;
      const pane = await this.pane(options.name);
      if (!pane.ok) return pane;
      if (pane.value === null) {
        return err(fault("launch_failed", `The terminal session ${options.name} ended at once.`));
      }
      return ok({ created: created.value, pane: pane.value });
    });
  }

  async pane(name: string): Promise<Result<PaneInfo | null>> {
    const infos = await this.#infos(ofSession(name));
    return infos.ok ? ok(infos.value.find((info) => info.name === name) ?? null) : infos;
  }

  async list(): Promise<Result<readonly PaneInfo[]>> {
    return this.#infos(["-a"]);
  }

  async paste(name: string, text: string): Promise<Result<null>> {
    const target = await this.#living(name);
    if (!target.ok) return target;
    const clean = text.replace(controls, "");
    if (clean === "") return ok(null);
    const buffer = `agetor-${randomUUID()}`;
    const done = await this.#do(
      [
        ["load-buffer", "-b", buffer, "-"],
        ["paste-buffer", "-p", "-r", "-d", "-b", buffer, "-t", target.value],
      ],
      { input: clean },
    );
    if (!done.ok) await this.#server.run([["delete-buffer", "-b", buffer]]);
    return done;
  }

  async keys(name: string, keys: readonly string[]): Promise<Result<null>> {
    const odd = keys.find((key) => !keyName.test(key));
    if (odd !== undefined) throw new Error(`${JSON.stringify(odd)} is not the name of a key.`);
    if (keys.length === 0) return ok(null);
    const target = await this.#living(name);
    if (!target.ok) return target;
    const pane = target.value;
    return this.#do([
      // A person who scrolls in the pane would get the keys instead of the agent.
      ["if-shell", "-F", "-t", pane, "#{pane_in_mode}", `send-keys -t ${pane} -X cancel`],
      ["send-keys", "-t", pane, "--", ...keys],
    ]);
  }

  async capture(
    name: string,
    options: { readonly ansi: boolean; readonly history: number },
  ): ReturnType<TmuxHost["capture"]> {
    const row = await this.#row(name);
    if (!row.ok) return row;
    if (row.value === null) return err(lost(name));
    const pane = row.value.pane;
    const history = Math.min(Math.max(0, Math.trunc(options.history)), historyLines);
    const from = history === 0 ? [] : ["-S", `-${history}`];
    const shown = await this.#server.run([
      ["display-message", "-p", "-t", pane, "#{pane_width} #{pane_height}"],
      ["capture-pane", "-p", ...(options.ansi ? ["-e"] : []), ...from, "-t", pane],
    ]);
    if (!shown.ok) return shown;
    if (shown.value.code !== 0) return err(failed(shown.value));
    const cut = shown.value.stdout.indexOf("\n");
    const [columns = 0, rows = 0] = shown.value.stdout.slice(0, cut).split(" ").map(Number);
    return ok({ text: shown.value.stdout.slice(cut + 1), columns, rows });
  }

  async kill(name: string): Promise<Result<null>> {
    checked(name);
    const ended = await this.#inTurn(() => this.#kill(name));
    if (!ended.ok) return ended;
    if (ended.value !== null) await this.#end(ended.value);
    return ok(null);
  }

  /** Answers the pane whose session was ended. */
  async #kill(name: string): Promise<Result<PaneInfo | null>> {
    const pane = await this.pane(name);
    if (!pane.ok) return pane;
    if (pane.value !== null) {
      const ended = await this.#do([["kill-session", "-t", `=${name}`]]);
      if (!ended.ok && (await this.#exists(name))) return ended;
    }
    const left = await this.#rows(["-a"]);
    if (left.ok && left.value.length === 0) await this.#server.leave();
    return pane;
  }

  /** The hang-up that comes with the end of a terminal can be ignored; the end cannot. */
  async #end(pane: PaneInfo): Promise<void> {
    const deadline = performance.now() + goneLimitMs;
    while ((await this.#processes.members(pane.process)).length > 0) {
      if (performance.now() > deadline) {
        await this.#processes.signalMembers(pane.process, "SIGKILL");
        return;
      }
      await Bun.sleep(goneLookMs);
    }
  }

  async #exists(name: string): Promise<boolean> {
    const pane = await this.#row(name);
    return !pane.ok || pane.value !== null;
  }

  /** Answers false when a session of that name was there already. */
  async #create(options: StartOptions, launcher: string): Promise<Result<boolean>> {
    const { name, columns, rows, cwd } = options;
    const commands = [
      ...serverOptions,
      ["new-session", "-d", "-s", name, "-x", String(columns), "-y", String(rows)].concat([
        "--",
        "/bin/sh",
        launcher,
      ]),
      // For this window only: as a global option it crashes tmux 3.3a at the next new-session.
      ["set-window-option", "-t", `=${name}:`, "window-size", "manual"],
    ];
    let said: RunOutput | null = null;
    for (let attempt = 1; attempt <= startTries; attempt += 1) {
      const made = await this.#server.run(commands, { cwd });
      if (!made.ok) return made;
      said = made.value;
      if (said.code === 0) return ok(true);
      if (said.stderr.includes("duplicate session")) return ok(false);
      // The last server is just ending; the next try starts a new one.
      if (!/server exited|lost server|no server running|error connecting/.test(said.stderr)) break;
      await Bun.sleep(50 * attempt);
    }
    return err(said === null ? fault("host_failed", "tmux was not asked.") : failed(said));
  }

  /**
   * The launch of the pane: started by tmux with tmux's environment, it begins again with an empty
   * one (TERM is the one variable tmux knows better), takes ours and becomes the script.
   */
  async #writeLauncher(options: StartOptions): Promise<Result<string>> {
    const file = join(this.#folder, `${options.name}.${randomUUID()}.sh`);
    const { TERM: _, ...env } = options.env;
    const launch = launchText({
      file,
      argv: ["/bin/sh", options.script],
      cwd: options.cwd,
      env,
      inherited: [],
    });
    if (!launch.ok) return launch;
    const again = `exec /usr/bin/env -i TERM="$TERM" /bin/sh "$0" clean`;
    const text = `[ "\${1-}" = clean ] || ${again}\n${launch.value}exec "$@"\n`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(file, text, { mode: 0o600, flag: "wx" });
      return ok(file);
    } catch (cause) {
      return err(cannot("The launch script could not be written", cause));
    }
  }

  /** The pane to type into. */
  async #living(name: string): Promise<Result<string>> {
    const row = await this.#row(name);
    if (!row.ok) return row;
    if (row.value === null) return err(lost(name));
    if (row.value.closed || row.value.ended !== null) {
      return err(fault("agent_exited", `The program in the terminal ${name} has ended.`));
    }
    return ok(row.value.pane);
  }

  async #row(name: string): Promise<Result<PaneRow | null>> {
    const rows = await this.#rows(ofSession(name));
    return rows.ok ? ok(rows.value.find((row) => row.session === name) ?? null) : rows;
  }

  async #rows(
    where: readonly string[],
    before: readonly (readonly string[])[] = [],
  ): Promise<Result<readonly PaneRow[]>> {
    const mark = randomUUID();
    const list = ["list-panes", ...where, "-F", paneFormat(mark)];
    const listed = await this.#server.run([...before, list]);
    if (!listed.ok) return listed;
    if (listed.value.code === 0) return ok(parsePanes(listed.value.stdout, mark));
    return nothingThere(listed.value) ? ok([]) : err(failed(listed.value));
  }

  async #infos(where: readonly string[]): Promise<Result<readonly PaneInfo[]>> {
    const bootId = await this.#processes.bootId();
    for (let look = 1; ; look += 1) {
      // tmux 3.3a misses the end of a child now and then (tried: a zombie for seconds, until the
      // next child ends). This one ends at once, and tmux then collects all it has.
      const rows = await this.#rows(where, look === 1 ? [] : [["run-shell", ":"]]);
      if (!rows.ok) return rows;
      const open = rows.value.filter((row) => row.ended === null).map((row) => row.pid);
      const alive = await this.#processes.identifyAll(open);
      if (look < looks && open.some((pid) => !alive.has(pid))) continue;
      const infos = rows.value.map((row): PaneInfo => {
        const process = alive.get(row.pid);
        return {
          name: row.session,
          process: process ?? { pid: row.pid, startTime: "", bootId },
          dead: process === undefined ? (row.ended ?? unknownEnd) : null,
          attached: row.attached,
          command: row.command,
        };
      });
      return ok(infos);
    }
  }

  async #do(
    commands: readonly (readonly string[])[],
    options: { readonly input?: string } = {},
  ): Promise<Result<null>> {
    const done = await this.#server.run(commands, options);
    if (!done.ok) return done;
    return done.value.code === 0 ? ok(null) : err(failed(done.value));
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step, step);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function checked(name: string): string {
  if (!sessionName.test(name)) throw new Error(`${JSON.stringify(name)} is not a session name.`);
  return name;
}

/** A tmux before 3.3 does not say by which signal a program died. */
const unknownEnd = { code: null, signal: "unknown" } as const;

/** The exact session (V3); the colon keeps tmux from taking the name for a window's. */
function ofSession(name: string): readonly string[] {
  return ["-s", "-t", `=${checked(name)}:`];
}

function nothingThere(output: RunOutput): boolean {
  return /no server running|error connecting to .*No such file|can't find (?:session|window|pane)|server exited|lost server|no sessions|no current target/.test(
    output.stderr,
  );
}

function lost(name: string) {
  return fault("session_lost", `There is no terminal session ${name} any more.`);
}

function failed(output: RunOutput) {
  return fault("host_failed", `tmux failed: ${reason(output)}`);
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (seen) => seen.isDirectory(),
    () => false,
  );
}

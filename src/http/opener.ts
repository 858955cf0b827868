import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Fault, fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";

export type OpenWith = "files" | "editor" | "terminal";

export interface OpenRequest {
  readonly app: OpenWith;
  /** A real path inside a known place, absolute: it can be no option and no URL. */
  readonly path: string;
  /** `path` itself, or the folder that holds it. */
  readonly directory: string;
  readonly line: number | null;
}

/** A program of ours for the person's terminal. */
export interface RunRequest {
  /** POSIX sh; it removes the file it is read from. */
  readonly script: string;
  /** Where that file is put: a folder of ours alone. */
  readonly folder: string;
}

/** Opens a folder or file in a program of the person's desktop. */
export interface Opener {
  open(request: OpenRequest): Result<{ readonly opened: true }, Fault>;
  /**
   * Runs a script in a terminal window, and answers when it runs or cannot. Nothing is written where
   * there is no window to open.
   */
  run(request: RunRequest): Promise<Result<{ readonly opened: true }, Fault>>;
}

/**
 * What became of a script: `running` once it has removed itself, `failed` when the terminal ended
 * without it, `unknown` when neither is seen in time.
 */
export type Shown = "running" | "failed" | "unknown";

export interface OpenerPorts {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The absolute path of a program, or null. */
  which(program: string): string | null;
  /** Starts a program and lets go of it. No shell is ever between. Throws when it cannot. */
  spawn(argv: readonly string[], options: { cwd: string; env: Record<string, string> }): void;
  /** Writes a program for its owner alone and answers its path. Throws when it cannot. */
  keep(script: string, folder: string): string;
  /** Starts a terminal for the script kept at `path`, which is removed when it failed. Never throws. */
  show(
    argv: readonly string[],
    options: { cwd: string; env: Record<string, string>; path: string },
  ): Promise<Shown>;
}

/** Editors with a window of their own, and how they are told a line. */
const editors: Readonly<Record<string, (path: string, line: number) => readonly string[]>> = {
  code: (path, line) => ["-g", `${path}:${line}`],
  "code-insiders": (path, line) => ["-g", `${path}:${line}`],
  codium: (path, line) => ["-g", `${path}:${line}`],
  cursor: (path, line) => ["-g", `${path}:${line}`],
  windsurf: (path, line) => ["-g", `${path}:${line}`],
  zed: (path, line) => [`${path}:${line}`],
  subl: (path, line) => [`${path}:${line}`],
  gvim: (path, line) => [`+${line}`, path],
  kate: (path, line) => ["-l", `${line}`, path],
  gedit: (path, line) => [`+${line}`, path],
  idea: (path, line) => ["--line", `${line}`, path],
  webstorm: (path, line) => ["--line", `${line}`, path],
};

/** Terminals, and what stands before the program they are to run: the desktop's own choice first. */
const terminals: Readonly<Record<string, readonly string[]>> = {
  "x-terminal-emulator": ["-e"],
  "xdg-terminal-exec": [],
  "gnome-terminal": ["--"],
  ptyxis: ["--"],
  kgx: ["--"],
  konsole: ["-e"],
  "xfce4-terminal": ["-x"],
  "mate-terminal": ["-x"],
  terminator: ["-x"],
  qterminal: ["-e"],
  kitty: [],
  alacritty: ["-e"],
  ghostty: ["-e"],
  foot: [],
  wezterm: ["start", "--"],
  xterm: ["-e"],
};

/** How long a terminal may take until it has run what it was given, in milliseconds. */
const terminalMs = 5_000;

/** An opener over the given ports. Every refusal is the fault `host_failed` with what to do. */
export function openerOver(ports: OpenerPorts): Opener {
  return {
    open(request) {
      if (isHeadless(ports)) return err(headless(`Open it yourself: ${request.path}`));
      const argv = argvFor(request, ports);
      return argv === null ? err(missing(request)) : start(ports, argv, request.directory);
    },
    async run({ script, folder }) {
      if (isHeadless(ports)) return err(headless("Run the command yourself."));
      // One may be installed and still not start: for another kind of display, or broken.
      for (const before of runInTerminal(ports)) {
        const path = kept(ports, script, folder);
        if (path === null) return err(fault("host_failed", `${folder} cannot be written to.`));
        const options = { cwd: folder, env: cleanEnv(ports.env), path };
        const shown = await ports.show([...before, path], options);
        if (shown === "running") return ok({ opened: true });
        // It may only be slow: then a second one would log in beside it.
        if (shown === "unknown") break;
      }
      return err(fault("host_failed", "No terminal could be opened.", "Run the command yourself."));
    },
  };
}

function kept(ports: OpenerPorts, script: string, folder: string): string | null {
  try {
    return ports.keep(script, folder);
  } catch {
    return null;
  }
}

function start(
  ports: OpenerPorts,
  argv: readonly string[],
  cwd: string,
): Result<{ readonly opened: true }, Fault> {
  try {
    ports.spawn(argv, { cwd, env: cleanEnv(ports.env) });
  } catch {
    return err(fault("host_failed", `${argv[0]} could not be started.`));
  }
  return ok({ opened: true });
}

function headless(hint: string): Fault {
  return fault("host_failed", "This machine has no desktop to open it on.", hint);
}

/** What a script's path is put behind, for every terminal there is. */
function runInTerminal(ports: OpenerPorts): readonly (readonly string[])[] {
  // Terminal runs a file of this ending that may be executed.
  if (ports.platform === "darwin") return [["/usr/bin/open", "-a", "Terminal"]];
  return terminalsOf(ports).map(({ program, before }) => [program, ...before, "/bin/sh"]);
}

/** The person's own terminal ($TERMINAL, as a name or a path), then the known ones. */
function terminalsOf(
  ports: OpenerPorts,
): readonly { readonly program: string; readonly before: readonly string[] }[] {
  const own = ports.env["TERMINAL"] ?? "";
  const names = [own, ...Object.keys(terminals)].filter((name) =>
    Object.hasOwn(terminals, basename(name)),
  );
  const found = new Map<string, readonly string[]>();
  for (const name of names) {
    const program = ports.which(name);
    if (program !== null) found.set(program, terminals[basename(name)] ?? []);
  }
  return [...found].map(([program, before]) => ({ program, before }));
}

function isHeadless({ platform, env }: OpenerPorts): boolean {
  if (platform === "darwin") return env["SSH_CONNECTION"] !== undefined;
  return !env["DISPLAY"] && !env["WAYLAND_DISPLAY"] && !env["WSL_DISTRO_NAME"];
}

function argvFor(request: OpenRequest, ports: OpenerPorts): readonly string[] | null {
  if (request.app === "editor") return editorArgv(request, ports);
  if (ports.platform === "darwin") {
    // `open -R` shows an item in its folder. Plain `open` would start it if it is an application.
    if (request.app === "files") return ["/usr/bin/open", "-R", request.path];
    return ["/usr/bin/open", "-a", "Terminal", request.directory];
  }
  if (request.app === "files") {
    // Only ever the folder: opening a file would run whatever its type is bound to.
    const opener = ports.which("xdg-open");
    return opener === null ? null : [opener, request.directory];
  }
  const [terminal] = terminalsOf(ports);
  return terminal === undefined ? null : [terminal.program];
}

function editorArgv({ path, line }: OpenRequest, ports: OpenerPorts): readonly string[] | null {
  const wanted = (ports.env["VISUAL"] ?? "").split(" ").filter((word) => word !== "");
  const named = wanted[0] === undefined ? null : ports.which(wanted[0]);
  // An editor that needs a terminal (vim, nano) has none here, so only known ones are taken.
  const isKnown = named !== null && Object.hasOwn(editors, basename(named));
  const program = isKnown ? named : firstOf(Object.keys(editors), ports);
  const args = isKnown ? wanted.slice(1) : [];
  if (program === null) return null;
  const at = editors[basename(program)];
  return [program, ...args, ...(line === null || at === undefined ? [path] : at(path, line))];
}

function firstOf(programs: readonly string[], ports: OpenerPorts): string | null {
  for (const program of programs) {
    const found = ports.which(program);
    if (found !== null) return found;
  }
  return null;
}

function missing({ app, path }: OpenRequest): Fault {
  if (app === "editor") {
    const hint = "Install VS Code's `code` command, or set VISUAL to an editor with a window.";
    return fault("host_failed", "No editor was found.", hint);
  }
  return fault("host_failed", "No program was found to open it with.", `Open it yourself: ${path}`);
}

/** The server's environment without our own settings: a token may stand there. */
function cleanEnv(env: OpenerPorts["env"]): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !name.startsWith("AGETOR_")) clean[name] = value;
  }
  return clean;
}

/** The opener of this machine. */
export function createOpener(env: OpenerPorts["env"]): Opener {
  return openerOver({
    platform: process.platform,
    env,
    which: (program) => Bun.which(program, { PATH: env["PATH"] ?? "" }),
    keep: (script, folder) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `login-${randomUUID()}.command`);
      writeFileSync(path, script, { flag: "wx", mode: 0o700 });
      return path;
    },
    spawn: (argv, { cwd, env: own }) => {
      const stdio = ["ignore", "ignore", "ignore"] as const;
      Bun.spawn([...argv], { cwd, env: own, stdio: [...stdio], detached: true }).unref();
    },
    show,
  });
}

const show: OpenerPorts["show"] = async (argv, { cwd, env, path }) => {
  const { promise, resolve } = Promise.withResolvers<Shown>();
  const look = (): void => {
    if (!existsSync(path)) resolve("running");
  };
  const looking = setInterval(look, 20);
  const late = setTimeout(() => resolve("unknown"), terminalMs);
  const failed = (): void => resolve("failed");
  try {
    const stdio = ["ignore", "ignore", "ignore"] as const;
    const child = Bun.spawn([...argv], { cwd, env, stdio: [...stdio], detached: true });
    child.unref();
    child.exited.then((code) => {
      look();
      // Ended well, it has handed the script to a terminal that runs already.
      if (code !== 0) failed();
    }, failed);
  } catch {
    failed();
  }
  const shown = await promise;
  clearInterval(looking);
  clearTimeout(late);
  if (shown === "failed") rmSync(path, { force: true });
  return shown;
};

import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
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
  /** Runs a script in a terminal window. Nothing is written where there is no window to open. */
  run(request: RunRequest): Result<{ readonly opened: true }, Fault>;
}

export interface OpenerPorts {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The absolute path of a program, or null. */
  which(program: string): string | null;
  /** Starts a program and lets go of it. No shell is ever between. Throws when it cannot. */
  spawn(argv: readonly string[], options: { cwd: string; env: Record<string, string> }): void;
  /** Writes a program for its owner alone and answers its path. Throws when it cannot. */
  keep(script: string, folder: string): string;
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

/** Terminals, and what stands before the program they are to run. */
const terminals: Readonly<Record<string, readonly string[]>> = {
  "x-terminal-emulator": ["-e"],
  "gnome-terminal": ["--"],
  konsole: ["-e"],
  kitty: [],
  xterm: ["-e"],
};

/** An opener over the given ports. Every refusal is the fault `host_failed` with what to do. */
export function openerOver(ports: OpenerPorts): Opener {
  return {
    open(request) {
      if (isHeadless(ports)) return err(headless(`Open it yourself: ${request.path}`));
      const argv = argvFor(request, ports);
      return argv === null ? err(missing(request)) : start(ports, argv, request.directory);
    },
    run({ script, folder }) {
      if (isHeadless(ports)) return err(headless("Run the command yourself."));
      const before = runInTerminal(ports);
      if (before === null) {
        return err(fault("host_failed", "No terminal was found.", "Run the command yourself."));
      }
      try {
        return start(ports, [...before, ports.keep(script, folder)], folder);
      } catch {
        return err(fault("host_failed", `Nothing could be written to ${folder}.`));
      }
    },
  };
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

/** What a script's path is put behind; null where there is no terminal. */
function runInTerminal(ports: OpenerPorts): readonly string[] | null {
  // Terminal runs a file of this ending that may be executed.
  if (ports.platform === "darwin") return ["/usr/bin/open", "-a", "Terminal"];
  const terminal = firstOf(Object.keys(terminals), ports);
  if (terminal === null) return null;
  return [terminal, ...(terminals[basename(terminal)] ?? ["-e"]), "/bin/sh"];
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
  const terminal = firstOf(Object.keys(terminals), ports);
  return terminal === null ? null : [terminal];
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
    which: (program) => Bun.which(program),
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
  });
}

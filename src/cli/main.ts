import { help, readArguments } from "./arguments.ts";
import { commands, type Shell } from "./commands.ts";
import { findServer } from "./server.ts";

/** What the process writes and how it ends. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs one command line. */
export async function runCli(argv: readonly string[], shell: Shell): Promise<Outcome> {
  const args = readArguments(argv);
  if (!args.ok) return failed(args.fault);
  const { command } = args.value;
  if (command === "help") return { stdout: help, stderr: "", exitCode: 0 };
  const server = findServer(shell.env);
  if (!server.ok) return failed(server.fault);
  const output = await commands[command](args.value, server.value, shell);
  if (!output.ok) return failed(output.fault);
  return { stdout: output.value, stderr: "", exitCode: 0 };
}

function failed(fault: { message: string; hint: string | null; exitCode: number }): Outcome {
  const hint = fault.hint === null ? "" : `${fault.hint}\n`;
  return { stdout: "", stderr: `${fault.message}\n${hint}`, exitCode: fault.exitCode };
}

function browse(url: string): boolean {
  const { platform, env } = process;
  const hasDisplay = env["DISPLAY"] || env["WAYLAND_DISPLAY"] || env["WSL_DISTRO_NAME"];
  const program = platform === "darwin" ? "open" : hasDisplay ? "xdg-open" : null;
  const found = program === null ? null : Bun.which(program);
  if (found === null) return false;
  Bun.spawn([found, url], { stdio: ["ignore", "ignore", "ignore"], detached: true }).unref();
  return true;
}

if (import.meta.main) {
  const outcome = await runCli(process.argv.slice(2), {
    env: process.env,
    cwd: process.cwd(),
    readStdin: () => Bun.stdin.text(),
    browse,
  });
  process.stdout.write(outcome.stdout);
  process.stderr.write(outcome.stderr);
  process.exitCode = outcome.exitCode;
}

import { createInterface } from "node:readline";
import { help, readArguments } from "./arguments.ts";
import { whileParentLives } from "./bridge.ts";
import { commands, type Shell } from "./commands.ts";
import { runHook } from "./hook.ts";
import { McpServer } from "./mcp.ts";
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

/** The two ways an agent's own processes come back to the server; neither has the app token. */
async function runBridge(sessionDir: string, what: string, note?: string): Promise<void> {
  const signal = whileParentLives();
  if (what === "mcp") {
    const server = new McpServer({
      sessionDir,
      signal,
      write: (line) => process.stdout.write(line),
    });
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (line) => server.hear(line));
    signal.addEventListener("abort", () => lines.close(), { once: true });
    await new Promise<void>((resolve) => lines.once("close", () => resolve()));
  } else {
    const stdin = await Bun.stdin.text();
    process.stdout.write(await runHook({ sessionDir, stdin, signal, note: note ?? null }));
  }
  process.exit(0);
}

const [first, second, third, fourth] = process.argv.slice(2);
if (import.meta.main && first === "hook" && second === "ask" && third !== undefined) {
  await runBridge(third, "hook", fourth);
} else if (import.meta.main && first === "mcp" && second !== undefined) {
  await runBridge(second, "mcp");
} else if (import.meta.main) {
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

import { readArguments } from "./arguments.ts";
import { whileParentLives } from "./bridge.ts";
import { runHook } from "./hook.ts";
import type { Shell } from "./shell.ts";
import { commandHelp, helpText, isCommand } from "./usage.ts";

/** What the process writes and how it ends. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/**
 * Runs one command line. What only it needs is loaded here: a permission hook, which starts anew for
 * every question of an agent, needs none of it.
 */
export async function runCli(argv: readonly string[], shell: Shell): Promise<Outcome> {
  const args = readArguments(argv);
  if (!args.ok) return failed(args.fault);
  const { command } = args.value;
  if (command === "help") return help(args.value.words[0]);
  const [{ commands }, { findServer }] = await Promise.all([
    import("./commands.ts"),
    import("./server.ts"),
  ]);
  const dataDir = args.value.flags["data-dir"];
  const server = findServer({ ...shell, dataDir: typeof dataDir === "string" ? dataDir : null });
  if (!server.ok) return failed(server.fault);
  const output = await commands[command](args.value, server.value, shell);
  if (!output.ok) return failed(output.fault);
  return { stdout: output.value, stderr: "", exitCode: 0 };
}

function help(about = ""): Outcome {
  const stdout = isCommand(about) ? commandHelp(about) : helpText();
  return { stdout, stderr: "", exitCode: 0 };
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

/** Asks at the terminal; null = there is none. */
async function confirm(question: string): Promise<boolean | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  const { createInterface } = await import("node:readline");
  const line = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string>((resolve) => {
    line.once("close", () => resolve(""));
    line.question(question, resolve);
  });
  line.close();
  return /^\s*y(es)?\s*$/i.test(answer);
}

/** The two ways an agent's own processes come back to the server; neither has the app token. */
async function runBridge(sessionDir: string, what: string, note?: string): Promise<void> {
  const signal = whileParentLives();
  if (what === "mcp") {
    const [{ McpServer }, { createInterface }] = await Promise.all([
      import("./mcp.ts"),
      import("node:readline"),
    ]);
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

async function main(argv: readonly string[]): Promise<void> {
  const [first, second, third, fourth] = argv;
  if (first === "hook" && second === "ask" && third !== undefined) {
    return runBridge(third, "hook", fourth);
  }
  if (first === "mcp" && second !== undefined) {
    return runBridge(second, "mcp");
  }
  const outcome = await runCli(argv, {
    env: process.env,
    cwd: process.cwd(),
    readStdin: () => Bun.stdin.text(),
    browse,
    confirm,
  });
  process.stdout.write(outcome.stdout);
  process.stderr.write(outcome.stderr);
  process.exitCode = outcome.exitCode;
}

if (import.meta.main) {
  // Not awaited: a module that waits cannot have bytecode.
  main(process.argv.slice(2)).catch((thrown: unknown) => {
    process.stderr.write(`${String(thrown)}\n`);
    process.exitCode = 1;
  });
}

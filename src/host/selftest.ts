/**
 * Proves on this machine what the host relies on (`npm run selftest:host`): prints a table, and
 * ends with 1 when something does not hold. Everything happens in a temporary data directory.
 */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "../contract/result.ts";
import { DirectoryWatches } from "./directory-watch.ts";
import { openFifo } from "./fifo-writer.ts";
import { createHost } from "./host.ts";
import type { Host, SessionDirectory } from "./types.ts";
import { waitUntil } from "./wait.ts";

const limitMs = 10_000;

interface Bench {
  readonly host: Host;
  readonly dir: string;
  readonly watches: DirectoryWatches;
}

type Check = (bench: Bench) => Promise<string>;

/** A check answers what it saw, or throws why it does not hold. */
const checks: readonly (readonly [string, Check])[] = [
  ["a FIFO opened read-write waits for nobody and never ends", fifoReadWrite],
  ["nobody at the FIFO is told at once (ENXIO)", fifoNobody],
  ["the writer can be another process after a SIGKILL", fifoReopen],
  ["rename replaces a file in one step", renameAtomic],
  ["a process keeps its start time", startTimeStable],
  ["a program gets a process group of its own, which ends whole", groupKill],
  ["file watching tells of a change", fileWatch],
  ["tmux starts, shows and ends a session", tmuxSession],
];

async function fifoReadWrite({ host, dir }: Bench): Promise<string> {
  const directory = await echoing(host, join(dir, "rw"));
  await say(directory, "hello");
  await heard(directory, "got:hello");
  return "the program read a line and reads on";
}

async function fifoNobody({ dir }: Bench): Promise<string> {
  const path = join(dir, "nobody");
  const made = Bun.spawnSync(["mkfifo", path]);
  if (made.exitCode !== 0) throw new Error(made.stderr.toString().trim());
  const opened = openFifo(path);
  if (opened.ok) throw new Error("the FIFO opened for writing without a reader");
  return String(opened.fault.details?.["why"]);
}

async function fifoReopen({ host, dir }: Bench): Promise<string> {
  const directory = await echoing(host, join(dir, "reopen"));
  const path = join(directory.dir, "in");
  const writer = Bun.spawn(["sh", "-c", `exec 3>"$0"; printf torn >&3; echo; sleep 60`, path], {
    stdout: "pipe",
  });
  await writer.stdout.getReader().read();
  writer.kill("SIGKILL");
  await writer.exited;
  await say(directory, "second");
  await heard(directory, "got:second");
  return "a torn line stays a line of its own";
}

async function renameAtomic({ dir }: Bench): Promise<string> {
  const path = join(dir, "atomic");
  writeFileSync(path, "old");
  const reader = Bun.spawn(
    [
      "sh",
      "-c",
      `while read -r line <"$0"; [ "$line" ] && [ "$line" != end ]; do :; done; echo "$line"`,
      path,
    ],
    { stdout: "pipe" },
  );
  for (let round = 0; round <= 500; round += 1) {
    writeFileSync(`${path}.new`, round === 500 ? "end\n" : `new ${round}\n`);
    renameSync(`${path}.new`, path);
  }
  const last = (await new Response(reader.stdout).text()).trim();
  if (last !== "end") throw new Error(`a reader saw ${JSON.stringify(last)} in between`);
  return "500 replacements, never a half one";
}

async function startTimeStable({ host }: Bench): Promise<string> {
  const first = await host.identify(process.pid);
  const second = await host.identify(process.pid);
  if (first === null || first.startTime === "") throw new Error("it cannot be read");
  if (first.startTime !== second?.startTime || first.bootId !== second.bootId) {
    throw new Error(`${first.startTime} became ${second?.startTime}`);
  }
  return `${first.startTime}, boot ${first.bootId}`;
}

async function groupKill({ host, dir, watches }: Bench): Promise<string> {
  const directory = host.directory(join(dir, "group"));
  need(
    await directory.start({
      argv: ["/bin/sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; wait"],
      cwd: dir,
      env: { PATH: host.baseEnv()["PATH"] ?? "" },
    }),
  );
  const read = async () => Number(readFileSync(directory.outPath, "utf8")) || null;
  const child = await waitUntil(read, { watches, path: directory.outPath, limitMs, pollMs: 50 });
  if (child === null) throw new Error("the program did not start");
  const ended = need(await directory.terminate(200));
  if (ended.leftovers.length > 0) throw new Error(`left over: ${ended.leftovers.join(", ")}`);
  if ((await host.identify(child)) !== null) throw new Error("its child lives on");
  const exit = await directory.exit();
  if (exit?.signal !== "SIGKILL") throw new Error(`it ended with ${JSON.stringify(exit)}`);
  return "SIGTERM ignored, SIGKILL took program and child";
}

async function fileWatch({ dir, watches }: Bench): Promise<string> {
  const path = join(dir, "watched");
  let told = 0;
  const from = performance.now();
  let written = false;
  const look = async () => {
    told += 1;
    if (!written) {
      written = true;
      writeFileSync(path, "x");
      return null;
    }
    return performance.now() - from;
  };
  const took = await waitUntil(look, { watches, path, limitMs });
  if (took === null) throw new Error(`no change was told in ${limitMs} ms (${told} looks)`);
  return `after ${took.toFixed(1)} ms`;
}

async function tmuxSession({ host, dir, watches }: Bench): Promise<string> {
  const { version } = need(await host.tmux.available());
  const script = join(dir, "pane.sh");
  writeFileSync(script, "echo agetor-selftest; exec cat\n");
  const size = { columns: 90, rows: 30 };
  need(await host.tmux.start({ name: "selftest", script, cwd: dir, env: host.baseEnv(), ...size }));
  try {
    await shown(host, watches, script, "agetor-selftest");
    need(await host.tmux.paste("selftest", "pasted"));
    await shown(host, watches, script, "pasted");
  } finally {
    need(await host.tmux.kill("selftest"));
  }
  if (need(await host.tmux.pane("selftest")) !== null) throw new Error("the session lives on");
  return `tmux ${version}`;
}

async function shown(host: Host, watches: DirectoryWatches, path: string, text: string) {
  const look = async () => {
    const seen = need(await host.tmux.capture("selftest", { ansi: false, history: 0 }));
    return seen.text.includes(text) ? true : null;
  };
  if ((await waitUntil(look, { watches, path, limitMs, pollMs: 50 })) === null) {
    throw new Error(`the terminal does not show ${JSON.stringify(text)}`);
  }
}

/** A program that answers every line. */
async function echoing(host: Host, dir: string): Promise<SessionDirectory> {
  const directory = host.directory(dir);
  const script = `while IFS= read -r line; do [ -z "$line" ] || echo "got:$line"; done`;
  const env = { PATH: host.baseEnv()["PATH"] ?? "" };
  need(await directory.start({ argv: ["/bin/sh", "-c", script], cwd: "/", env }));
  return directory;
}

async function say(directory: SessionDirectory, line: string): Promise<void> {
  const writer = need(await directory.writer());
  need(await writer.write(line));
  writer.close();
}

async function heard(directory: SessionDirectory, line: string): Promise<void> {
  const watches = new DirectoryWatches();
  const look = async () =>
    readFileSync(directory.outPath, "utf8").split("\n").includes(line) ? true : null;
  const answer = await waitUntil(look, { watches, path: directory.outPath, limitMs, pollMs: 50 });
  await directory.terminate(1_000);
  if (answer === null) throw new Error(`the program did not answer ${JSON.stringify(line)}`);
}

function need<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const { message, hint, details } = result.fault;
  throw new Error([message, hint, details && JSON.stringify(details)].filter(Boolean).join(" "));
}

/** One line of the table. */
export interface CheckOutcome {
  readonly name: string;
  readonly passed: boolean;
  readonly said: string;
}

/** Runs every check, one after the other; a failed one does not keep the next from running. */
export async function selftest(
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly CheckOutcome[]> {
  const dir = mkdtempSync(join(tmpdir(), "agetor-selftest-"));
  const bench = { host: createHost({ dataDir: dir, env }), dir, watches: new DirectoryWatches() };
  const outcomes: CheckOutcome[] = [];
  try {
    for (const [name, check] of checks) {
      const said = await check(bench).then(
        (answer) => ({ passed: true, said: answer }),
        (cause) => ({
          passed: false,
          said: cause instanceof Error ? cause.message : String(cause),
        }),
      );
      outcomes.push({ name, ...said });
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return outcomes;
}

if (import.meta.main) {
  const outcomes = await selftest(process.env);
  for (const { name, passed, said } of outcomes) {
    process.stdout.write(`${passed ? "pass" : "FAIL"}  ${name.padEnd(62)}${said}\n`);
  }
  process.exit(outcomes.every((outcome) => outcome.passed) ? 0 : 1);
}

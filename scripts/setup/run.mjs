import { spawn } from "node:child_process";

/** Children of the moment, so that Ctrl-C in the middle of the set-up leaves none behind. */
const running = new Set();

/**
 * Ends our children and ourselves on the usual signals.
 * @returns {() => void} call it to give the signals back
 */
export function takeChildrenAlong() {
  /** @type {[NodeJS.Signals, number][]} */
  const codes = [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ];
  const handlers = codes.map(([signal, code]) => {
    const handler = () => {
      for (const child of running) child.kill(signal);
      process.exit(code);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}

/**
 * @typedef {object} Outcome
 * @property {number | null} code null when a signal ended it or it could not start
 * @property {NodeJS.Signals | null} signal
 * @property {string} output stdout and stderr together, as they came
 */

/**
 * Runs a program to its end. Never throws: a program that cannot start has code null and says why
 * in its output.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, limitMs?: number }} options
 *   `show` lets the program write to our own stdout and stderr; its output is then not returned
 * @returns {Promise<Outcome>}
 */
export function run(file, args, { cwd, env = process.env, show = false, limitMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env,
      stdio: show ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    const limit =
      limitMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), limitMs);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    /** @type {(code: number | null, signal: NodeJS.Signals | null) => void} */
    const end = (code, signal) => {
      clearTimeout(limit);
      running.delete(child);
      resolve({ code, signal, output });
    };
    child.on("error", (cause) => {
      output += `${cause.message}\n`;
      end(null, null);
    });
    child.on("close", end);
  });
}

/**
 * Becomes another program as far as Node can: same terminal, same signals, same end.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 */
export function become(file, args, options) {
  const child = spawn(file, args, { ...options, stdio: "inherit" });
  for (const signal of /** @type {const} */ ([
    "SIGINT",
    "SIGTERM",
    "SIGHUP",
    "SIGUSR1",
    "SIGUSR2",
  ])) {
    process.on(signal, () => {
      // Ctrl-C reaches the whole foreground group by itself; a second one could mean "at once".
      const fromKeyboard = signal === "SIGINT" && process.stdin.isTTY;
      if (!fromKeyboard) child.kill(signal);
    });
  }
  child.on("error", (cause) => {
    process.stderr.write(`agetor: cannot run ${file}: ${cause.message}\n`);
    process.exit(1);
  });
  child.on("close", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

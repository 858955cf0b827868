import { spawn } from "node:child_process";

/**
 * What runs at the moment, so that Ctrl-C in the middle of the set-up leaves nothing behind.
 * @type {Set<{ end: (signal: NodeJS.Signals) => void, outcome: Promise<Outcome> }>}
 */
const running = new Set();
const PATIENCE_MS = 3_000;
let leaving = false;
/** @type {Promise<never>} */
const never = new Promise(() => undefined);

/**
 * Ends our children, then ourselves, on the usual signals. The lock is ours until they are gone:
 * the next set-up must not meet an `npm ci` that is still at work.
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
      leaving = true;
      const children = [...running];
      for (const { end } of children) end(signal);
      setTimeout(() => {
        for (const { end } of children) end("SIGKILL");
      }, PATIENCE_MS).unref();
      const leave = () => process.exit(code);
      Promise.all(children.map(({ outcome }) => outcome)).then(leave, leave);
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
  // A program in a group of its own can be ended with all that it started. One that shows itself
  // stays in ours: it may want to ask for a password at the terminal.
  const child = spawn(file, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    detached: !show,
    stdio: show ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
  });
  /** @type {(signal: NodeJS.Signals) => void} */
  const end = (signal) => {
    if (show || child.pid === undefined) child.kill(signal);
    else signalGroup(child.pid, signal);
  };
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  /** @type {Promise<Outcome>} */
  const outcome = new Promise((resolve) => {
    child.on("error", (cause) => resolve({ code: null, signal: null, output: cause.message }));
    child.on("close", (code, signal) => resolve({ code, signal, output }));
  });
  return untilEnded(end, outcome, limitMs);
}

/**
 * @param {(signal: NodeJS.Signals) => void} end
 * @param {Promise<Outcome>} outcome
 * @param {number | undefined} limitMs
 * @returns {Promise<Outcome>}
 */
function untilEnded(end, outcome, limitMs) {
  const limit = limitMs === undefined ? undefined : setTimeout(() => end("SIGKILL"), limitMs);
  const entry = { end, outcome };
  running.add(entry);
  return outcome.then((result) => {
    clearTimeout(limit);
    running.delete(entry);
    // What we have just ended must not be reported as a failure while we leave.
    return leaving ? never : result;
  });
}

/** How long the last words of a program may take to come through after it has ended. */
const LAST_WORDS_MS = 500;

/**
 * Runs a program whose output is ours. Unlike one that inherits our stdout it cannot, by a process
 * it left behind, keep whoever reads us waiting for an end that never comes.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, limitMs: number }} options
 * @returns {Promise<Outcome>} its output is empty, unless the program could not start
 */
export function relay(file, args, { cwd, env, limitMs }) {
  const colour = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const child = spawn(file, args, {
    cwd,
    env: { ...env, ...colour },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (bytes) => process.stdout.write(bytes));
  child.stderr.on("data", (bytes) => process.stderr.write(bytes));
  /** @type {(signal: NodeJS.Signals) => void} */
  const end = (signal) => child.kill(signal);
  /** @type {Promise<Outcome>} */
  const outcome = new Promise((resolve) => {
    child.on("error", (cause) => resolve({ code: null, signal: null, output: cause.message }));
    child.on("exit", (code, signal) => {
      const done = () => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ code, signal, output: "" });
      };
      const last = setTimeout(done, LAST_WORDS_MS);
      child.on("close", () => {
        clearTimeout(last);
        done();
      });
    });
  });
  return untilEnded(end, outcome, limitMs);
}

/** @param {number} leader @param {NodeJS.Signals} signal */
function signalGroup(leader, signal) {
  try {
    process.kill(-leader, signal);
  } catch {
    // Nobody is left in it, which is all we wanted.
  }
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

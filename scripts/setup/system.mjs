import { createInterface } from "node:readline/promises";
import { setupDir } from "./paths.mjs";
import { which } from "./programs.mjs";
import { run } from "./run.mjs";
import { say } from "./say.mjs";
import { Stamp } from "./stamp.mjs";

/**
 * @typedef {object} Need a program that comes from the system, not from npm
 * @property {string} name the program and its package
 * @property {string} without what happens as long as it is missing
 */

/** @type {Need} */
const git = { name: "git", without: "the board opens, but no task can start" };

/** @type {Need} */
const tmux = {
  name: "tmux",
  without: "Claude Code cannot run in its terminal; Codex and the sample task need no tmux",
};

/**
 * @typedef {object} Installer
 * @property {string} program
 * @property {string[][]} commands each an argv; the names of the packages are appended to the last
 * @property {boolean} asRoot
 */

/** @type {Installer[]} */
const installers = [
  {
    program: "apt-get",
    commands: [
      ["apt-get", "update"],
      ["apt-get", "install", "-y", "--no-install-recommends"],
    ],
    asRoot: true,
  },
  { program: "dnf", commands: [["dnf", "install", "-y"]], asRoot: true },
  { program: "pacman", commands: [["pacman", "-Sy", "--noconfirm"]], asRoot: true },
  { program: "apk", commands: [["apk", "add"]], asRoot: true },
  { program: "zypper", commands: [["zypper", "install", "-y"]], asRoot: true },
  { program: "brew", commands: [["brew", "install"]], asRoot: false },
];

/**
 * @typedef {object} Situation
 * @property {boolean} root
 * @property {boolean} terminal someone is there to be asked
 * @property {(program: string) => boolean} has
 */

/** @returns {Situation} */
const here = () => ({
  root: process.getuid?.() === 0,
  terminal: process.stdin.isTTY === true && process.stderr.isTTY === true,
  has: (program) => which([program]) !== null,
});

/**
 * @typedef {object} Plan
 * @property {"install" | "ask" | "tell"} how
 * @property {string[][]} commands
 * @property {boolean} asRoot the commands are for root, and there is no sudo to become it
 */

/**
 * What can be done about missing packages here.
 * @param {readonly string[]} packages
 * @param {Situation} situation
 * @returns {Plan | null} null: no known installer
 */
export function planInstall(packages, { root, terminal, has }) {
  const installer = installers.find(({ program }) => has(program));
  if (!installer) return null;
  const { asRoot } = installer;
  const becomes = asRoot && !root;
  const sudo = becomes && has("sudo") ? ["sudo"] : [];
  const commands = installer.commands.map((argv, at, all) => [
    ...sudo,
    ...argv,
    ...(at === all.length - 1 ? packages : []),
  ]);
  const able = asRoot ? root || has("sudo") : !root;
  const plan = { commands, asRoot: becomes && !has("sudo") };
  if (able && terminal) return { how: "ask", ...plan };
  return { how: root && asRoot ? "install" : "tell", ...plan };
}

/** @param {readonly string[]} argv */
const typed = (argv) => argv.join(" ");

/**
 * Offers to install git and tmux where they are missing; the start goes on either way.
 * @param {Situation} situation
 * @param {string} memory where it is kept that the person did not want them
 */
export async function ensureSystemPrograms(situation = here(), memory = `${setupDir}/declined`) {
  const wanted = [git, ...(process.env["AGETOR_TMUX_BIN"] ? [] : [tmux])];
  const missing = wanted.filter(({ name }) => !situation.has(name));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  await install(names, situation, memory);
  for (const { name, without } of missing) {
    if (!situation.has(name)) say(`without ${name}, ${without}.`);
  }
}

/**
 * Installs packages of the system as far as the situation allows, and says what it does.
 * @param {readonly string[]} names
 * @param {Situation} situation
 * @param {string} memory see `ensureSystemPrograms`
 * @returns {Promise<boolean>} whether an installation was carried out to its end
 */
export async function install(names, situation = here(), memory = `${setupDir}/declined`) {
  const list = names.join(" and ");
  const plan = planInstall(names, situation);
  if (!plan) {
    say(`${list} not found. Install with your system's package manager.`);
    return false;
  }
  const command = plan.commands.map(typed).join(" && ");
  const tell = () =>
    say(`${list} not found. To install${plan.asRoot ? ", as root" : ""}: ${command}`);
  const declined = new Stamp(memory);
  if (plan.how === "tell" || declined.matches(list)) {
    tell();
    return false;
  }
  if (plan.how === "ask" && !(await agreed(`${list} not found. Run \`${command}\`?`))) {
    declined.set(list);
    return false;
  }
  say(`installing ${list}: ${command}`);
  const done = await execute(plan.commands);
  if (!done) tell();
  return done;
}

/** @param {string} question */
async function agreed(question) {
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C means the whole start, not only this question; Ctrl-D is a no.
  ask.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const closed = new Promise((resolve) => ask.once("close", () => resolve("no\n")));
  const answer = await Promise.race([ask.question(`agetor: ${question} [Y/n] `), closed]);
  ask.close();
  if (answer === "no\n") process.stderr.write(answer);
  return /^(y|yes|)$/i.test(answer.trim());
}

/** What installers call trouble that they go on in spite of, such as a source out of reach. */
const complaint = /^(E|W|Err:\d+|error|warning)\b/i;

/** @param {readonly string[][]} commands */
async function execute(commands) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  /** @type {string[]} */
  const complaints = [];
  for (const [file = "", ...args] of commands) {
    const show = process.stderr.isTTY === true;
    const { code, output } = await run(file, args, { env, show });
    const lines = output.trim().split("\n");
    if (code !== 0) {
      const why = [...complaints, ...lines.slice(-6)].join("\n");
      say(`\`${typed([file, ...args])}\` failed.\n${why}`);
      return false;
    }
    complaints.push(...lines.filter((line) => complaint.test(line)).slice(-6));
  }
  return true;
}

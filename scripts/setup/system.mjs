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
const git = { name: "git", without: "tasks run in your folder itself instead of in a worktree" };

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

/**
 * What can be done about missing packages here.
 * @param {readonly string[]} packages
 * @param {Situation} situation
 * @returns {{ how: "install" | "ask" | "tell", commands: string[][] } | null} null: no known installer
 */
export function planInstall(packages, { root, terminal, has }) {
  const installer = installers.find(({ program }) => has(program));
  if (!installer) return null;
  const { asRoot } = installer;
  const sudo = asRoot && !root ? ["sudo"] : [];
  const commands = installer.commands.map((argv, at, all) => [
    ...sudo,
    ...argv,
    ...(at === all.length - 1 ? packages : []),
  ]);
  const able = asRoot ? root || has("sudo") : !root;
  if (able && terminal) return { how: "ask", commands };
  return { how: root && asRoot ? "install" : "tell", commands };
}

/** @param {readonly string[]} argv */
const typed = (argv) => argv.join(" ");

/** Offers to install git and tmux where they are missing; the start goes on either way. */
export async function ensureSystemPrograms() {
  const missing = [git, ...(process.env["AGETOR_TMUX_BIN"] ? [] : [tmux])].filter(
    ({ name }) => which([name]) === null,
  );
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  await install(names);
  for (const { name, without } of missing) {
    if (which([name]) === null) say(`without ${name}, ${without}.`);
  }
}

/**
 * Installs packages of the system as far as the situation allows, and says what it does.
 * @param {readonly string[]} names
 * @returns {Promise<boolean>} whether an installation was carried out to its end
 */
export async function install(names) {
  const list = names.join(" and ");
  const plan = planInstall(names, {
    root: process.getuid?.() === 0,
    terminal: process.stdin.isTTY === true && process.stderr.isTTY === true,
    has: (program) => which([program]) !== null,
  });
  if (!plan) {
    say(`${list} not found. Install with your system's package manager.`);
    return false;
  }
  const command = plan.commands.map(typed).join(" && ");
  const declined = new Stamp(`${setupDir}/declined`);
  if (plan.how === "tell" || declined.matches(list)) {
    say(`${list} not found. To install: ${command}`);
    return false;
  }
  if (plan.how === "ask" && !(await agreed(`${list} not found. Run \`${command}\`?`))) {
    declined.set(list);
    return false;
  }
  say(`installing ${list}: ${command}`);
  return execute(plan.commands);
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

/** @param {readonly string[][]} commands */
async function execute(commands) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const [file = "", ...args] of commands) {
    const show = process.stderr.isTTY === true;
    const { code, output } = await run(file, args, { env, show });
    if (code !== 0) {
      say(
        `\`${typed([file, ...args])}\` failed.\n${output.trim().split("\n").slice(-6).join("\n")}`,
      );
      return false;
    }
  }
  return true;
}

import { homedir } from "node:os";
import { resolve } from "node:path";
import { SetupFault } from "./fault.mjs";

export const startHelp = `Starts Agetor and opens its board.

  npm start                      set up what is missing, then start
  npm start -- --port 5000       listen there instead of on 4317 (0 = any free port)
  npm start -- --data-dir DIR    keep tasks, worktrees and sessions there (default: ~/.agetor)
  npm start -- --no-open         print the address instead of opening a window or browser
  npm start -- --help            this text
`;

/**
 * @typedef {object} Words flags as typed
 * @property {Record<string, string>} values of the flags that take one
 * @property {Set<string>} switches
 */

/**
 * Reads `--flag value`, `--flag=value` and `--switch`; anything else is a fault with exit code 2.
 * @param {readonly string[]} argv
 * @param {{ values: readonly string[], switches: readonly string[], help: string }} known
 * @returns {Words}
 */
export function readFlags(argv, known) {
  /** @type {Words} */
  const words = { values: {}, switches: new Set() };
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    const [flag = "", inline] = split(word);
    if (known.switches.includes(flag) && inline === undefined) {
      words.switches.add(flag);
    } else if (known.values.includes(flag)) {
      const value = inline ?? argv[++at];
      if (value === undefined || value === "" || (inline === undefined && value.startsWith("--"))) {
        throw usage(`${flag} needs a value.`, known.help);
      }
      words.values[flag] = value;
    } else {
      throw usage(`Unknown argument: ${word}`, known.help);
    }
  }
  return words;
}

/** @param {string} word @returns {[string, string | undefined]} */
function split(word) {
  const equals = word.indexOf("=");
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

/** @param {string} message @param {string} help */
const usage = (message, help) => new SetupFault(message, `\n${help}`, 2);

/**
 * What `npm start` was asked for, as the environment of the server.
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cwd what a relative --data-dir is relative to
 * @returns {"help" | Record<string, string>}
 */
export function startSettings(argv, env, cwd) {
  refuseSwallowedFlags(env);
  const { values, switches } = readFlags(argv, {
    values: ["--port", "--data-dir"],
    switches: ["--no-open", "--help", "-h"],
    help: startHelp,
  });
  if (switches.has("--help") || switches.has("-h")) return "help";
  /** @type {Record<string, string>} */
  const settings = {};
  const port = values["--port"];
  if (port !== undefined) {
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
      throw usage(`--port takes a number from 0 to 65535, not ${port}.`, startHelp);
    }
    settings["AGETOR_API_PORT"] = port;
  }
  const dir = values["--data-dir"];
  if (dir !== undefined) {
    settings["AGETOR_DATA_DIR"] = resolve(cwd, dir.replace(/^~(?=\/|$)/, homedir()));
  }
  if (switches.has("--no-open")) settings["AGETOR_NO_OPEN"] = "1";
  return settings;
}

/**
 * Without the `--`, npm keeps a flag for itself and the server would silently start without it.
 * @param {NodeJS.ProcessEnv} env
 */
function refuseSwallowedFlags(env) {
  /** @type {[string, string][]} */
  const swallowed = [
    ["npm_config_port", "--port N"],
    ["npm_config_data_dir", "--data-dir DIR"],
    ["npm_config_open", "--no-open"],
  ];
  const taken = swallowed.find(([name]) => env[name] !== undefined);
  if (taken) {
    throw usage(`npm took that flag for itself. Write: npm start -- ${taken[1]}`, startHelp);
  }
}

/** What the client's options are called; `--json` and `--yes` are npm's own too, and harmless. */
const clientFlags = {
  "data-dir": "DIR",
  dir: "DIR",
  agent: "ID",
  title: "TITLE",
  base: "REF",
  column: "COLUMN",
  start: null,
  print: null,
};

/**
 * The same for the client: it would look for another server than the one that was named, or make
 * another task.
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} env
 */
export function refuseSwallowedClientFlags(argv, env) {
  for (const [name, value] of Object.entries(clientFlags)) {
    if (env[`npm_config_${name.replaceAll("-", "_")}`] === undefined) continue;
    const flag = value === null ? `--${name}` : `--${name} ${value}`;
    const command = argv[0] ?? (name === "data-dir" ? "open" : "COMMAND");
    throw new SetupFault(
      "npm took that flag for itself.",
      `Write: npm run agetor -- ${command} ${flag}`,
      2,
    );
  }
}

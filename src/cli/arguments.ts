import { parseArgs } from "node:util";
import { err, ok, type Result } from "../contract/result.ts";
import type { CliFault } from "./server.ts";

export const help = `agetor – a board of coding agents, from the terminal

  agetor open [--print]            open the board in a browser with a fresh link
  agetor status                    is the server up, and what waits for you
  agetor list [--column COLUMN] [--json]
                                   the tasks on the board
  agetor add PROMPT [--dir DIR] [--agent ID] [--title TITLE] [--base REF] [--start] [--json]
                                   a new task; PROMPT - reads it from standard input
  agetor start TASK [--json]       start a task: its id, or the end of it as listed
  agetor help                      this text

AGETOR_DATA_DIR names the server's data directory (~/.agetor).
`;

const options = {
  open: { print: { type: "boolean" } },
  status: { json: { type: "boolean" } },
  list: { column: { type: "string" }, json: { type: "boolean" } },
  add: {
    dir: { type: "string" },
    agent: { type: "string" },
    title: { type: "string" },
    base: { type: "string" },
    start: { type: "boolean" },
    json: { type: "boolean" },
  },
  start: { json: { type: "boolean" } },
  help: {},
} as const;

export type CommandName = keyof typeof options;

/** How many words follow each command. */
const words: Readonly<Record<CommandName, number>> = {
  open: 0,
  status: 0,
  list: 0,
  add: 1,
  start: 1,
  help: 0,
};

export interface Arguments {
  readonly command: CommandName;
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Reads the command line. Everything that is not understood is refused by name. */
export function readArguments(argv: readonly string[]): Result<Arguments, CliFault> {
  const [given = "help", ...rest] = argv;
  const command = given === "--help" || given === "-h" ? "help" : given;
  if (!isCommand(command)) return usage(`There is no command "${command}".`);
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      options: options[command],
      allowPositionals: true,
      strict: true,
    });
    if (positionals.length !== words[command]) {
      return usage(
        words[command] === 0
          ? `"${command}" takes no further words.`
          : `"${command}" takes exactly one word; put quotes around a sentence.`,
      );
    }
    return ok({ command, words: positionals, flags: values });
  } catch (error) {
    return usage(error instanceof Error ? error.message : "Wrong usage.");
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(options, name);
}

function usage(message: string): Result<never, CliFault> {
  return err({ exitCode: 2, message, hint: "`agetor help` lists what there is." });
}

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

Each takes --data-dir DIR: the data directory of the server, as \`npm start\` was given it. Without it
AGETOR_DATA_DIR counts, then ~/.agetor. Through npm, options stand after --:
  npm run agetor -- open --data-dir DIR
`;

type Options = Readonly<Record<string, { readonly type: "boolean" | "string" }>>;

const everywhere = { "data-dir": { type: "string" } } as const;

const options = {
  open: { ...everywhere, print: { type: "boolean" } },
  status: { ...everywhere, json: { type: "boolean" } },
  list: { ...everywhere, column: { type: "string" }, json: { type: "boolean" } },
  add: {
    ...everywhere,
    dir: { type: "string" },
    agent: { type: "string" },
    title: { type: "string" },
    base: { type: "string" },
    start: { type: "boolean" },
    json: { type: "boolean" },
  },
  start: { ...everywhere, json: { type: "boolean" } },
  help: everywhere,
} as const satisfies Record<string, Options>;

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
  const known: Options = options[command];
  // Not strict: what is wrong is said below in our words, not in those of the parser.
  const { values, positionals, tokens } = parseArgs({
    args: rest,
    options: known,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    const wrong = token.kind === "option" ? misuse(command, known, token) : null;
    if (wrong !== null) return usage(wrong);
  }
  if (positionals.length !== words[command]) {
    return usage(
      words[command] === 0
        ? `"${command}" takes no further words.`
        : `"${command}" takes exactly one word; put quotes around a sentence.`,
    );
  }
  return ok({ command, words: positionals, flags: values });
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** What is wrong with an option as it was typed, or null. */
function misuse(command: string, known: Options, token: OptionToken): string | null {
  const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
  if (option === undefined || !token.rawName.startsWith("--")) {
    return `"${command}" has no option ${token.rawName}.`;
  }
  if (option.type === "boolean") {
    return token.value === undefined ? null : `${token.rawName} takes no value.`;
  }
  const { value = "", inlineValue } = token;
  const isOption = inlineValue !== true && value.startsWith("-");
  return value === "" || isOption ? `${token.rawName} needs a value.` : null;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(options, name);
}

function usage(message: string): Result<never, CliFault> {
  return err({ exitCode: 2, message, hint: "`npm run agetor -- help` lists what there is." });
}

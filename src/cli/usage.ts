/** One option of a command. */
export interface OptionSpec {
  /** What stands for its value in the help; null = it takes none. */
  readonly value: string | null;
  readonly help: string;
}

export interface CommandSpec {
  /** The words that follow, as the help names them; one in brackets may be left out. */
  readonly words: readonly string[];
  readonly summary: string;
  /** What else is to be known, as lines of the help; "" for nothing. */
  readonly more: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
}

const everywhere = {
  "data-dir": {
    value: "DIR",
    help: "the data directory of the server, as `npm start` was given it",
  },
} as const;

const json = { json: { value: null, help: "print JSON, for scripts" } } as const;

/** Every command with everything that may follow it: what is read and what the help says. */
export const specs = {
  open: {
    words: [],
    summary: "open the board in a browser with a fresh link",
    more: "The link works once, within a minute.",
    options: { print: { value: null, help: "only print the link" }, ...everywhere },
  },
  status: {
    words: [],
    summary: "is the server up, and what waits for you",
    more: "",
    options: { ...json, ...everywhere },
  },
  list: {
    words: [],
    summary: "the tasks on the board",
    more: "Each line: the end of its id, column, how its last run went, agent, title.",
    options: {
      column: {
        value: "COLUMN",
        help: "only those in backlog, ready, running, blocked, review or done",
      },
      ...json,
      ...everywhere,
    },
  },
  add: {
    words: ["PROMPT"],
    summary: "a new task; PROMPT - reads it from standard input",
    more: "Put quotes around a sentence, and -- before a prompt that begins with a dash.",
    options: {
      dir: { value: "DIR", help: "the folder it works in (default: this one)" },
      agent: { value: "ID", help: "who works on it (default: as in Settings)" },
      title: {
        value: "TITLE",
        help: "what its card is called (default: the prompt's first words)",
      },
      base: {
        value: "REF",
        help: "the branch, tag or commit it starts from (default: the one checked out)",
      },
      start: { value: null, help: "start it at once; the repository has to be trusted" },
      ...json,
      ...everywhere,
    },
  },
  start: {
    words: ["TASK"],
    summary: "start a task: its id, or the end of it as listed",
    more: "",
    options: { ...json, ...everywhere },
  },
  trust: {
    words: ["[DIR]"],
    summary: "let agents run in a repository: shows what configures them there, and asks",
    more: "Without DIR it is this folder. It is asked again when one of the files changes.",
    options: {
      yes: { value: null, help: "do not ask, for scripts" },
      ...everywhere,
    },
  },
  help: {
    words: ["[COMMAND]"],
    summary: "this text, or what one command takes",
    more: "",
    options: everywhere,
  },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof specs;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(specs, name);
}

/** The text of `agetor help`. */
export function helpText(): string {
  const names = Object.keys(specs) as CommandName[];
  const entries = names.map((name) => `  ${usageOf(name)}\n      ${specs[name].summary}\n`);
  return `agetor – a board of coding agents, from the terminal

${entries.join("")}
\`agetor COMMAND --help\` says what each option does. Each takes --data-dir DIR: the data directory of
the server, as \`npm start\` was given it. Without it AGETOR_DATA_DIR counts, then ~/.agetor. Through npm,
what belongs to agetor stands after --:
  npm run agetor -- open --data-dir DIR

Exit codes: 0 done, 1 refused or not found, 2 not understood, 3 no server is running.
`;
}

/** The text of `agetor COMMAND --help`. */
export function commandHelp(name: CommandName): string {
  const { summary, more, options }: CommandSpec = specs[name];
  const rows = Object.entries(options).map(([option, spec]) => [asTyped(option, spec), spec.help]);
  const width = Math.max(...rows.map(([typed = ""]) => typed.length));
  const lines = rows.map(([typed = "", help]) => `  ${typed.padEnd(width)}  ${help}\n`);
  return `${usageOf(name)}\n\n${summary}\n${more === "" ? "" : `${more}\n`}\n${lines.join("")}`;
}

function usageOf(name: CommandName): string {
  const { words, options }: CommandSpec = specs[name];
  const optional = Object.entries(options)
    .filter(([option]) => option !== "data-dir")
    .map(([option, spec]) => `[${asTyped(option, spec)}]`);
  return ["agetor", name, ...words, ...optional].join(" ");
}

function asTyped(option: string, { value }: OptionSpec): string {
  return value === null ? `--${option}` : `--${option} ${value}`;
}

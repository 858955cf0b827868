import { parseArgs } from "node:util";
import { err, ok, type Result } from "../contract/result.ts";
import type { CliFault } from "./server.ts";
import { type CommandName, type CommandSpec, isCommand, specs } from "./usage.ts";

export interface Arguments {
  readonly command: CommandName;
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Reads the command line. Everything that is not understood is refused by name. */
export function readArguments(argv: readonly string[]): Result<Arguments, CliFault> {
  const [given = "help", ...rest] = argv;
  const command = isHelp(given) ? "help" : given;
  if (!isCommand(command)) return usage(`There is no command "${command}".`);
  const ownWords = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (ownWords.some(isHelp)) return ok({ command: "help", words: [command], flags: {} });
  const spec: CommandSpec = specs[command];
  // Not strict: what is wrong is said below in our words, not in those of the parser.
  const { values, positionals, tokens } = parseArgs({
    args: rest,
    options: Object.fromEntries(
      Object.entries(spec.options).map(([name, { value }]) => [
        name,
        { type: value === null ? "boolean" : "string" },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const twice = seen.has(token.name) ? `${token.rawName} is given twice.` : null;
    const wrong = misuse(command, spec, token) ?? twice;
    if (wrong !== null) return usage(wrong, command);
    seen.add(token.name);
  }
  const wrong = miscount(command, spec, positionals);
  const [about] = positionals;
  if (command === "help" && about !== undefined && !isCommand(about)) {
    return usage(`There is no command "${about}".`);
  }
  return wrong === null
    ? ok({ command, words: positionals, flags: values })
    : usage(wrong, command);
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** What is wrong with an option as it was typed, or null. */
function misuse(command: string, { options }: CommandSpec, token: OptionToken): string | null {
  const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
  if (option === undefined || !token.rawName.startsWith("--")) {
    return `"${command}" has no option ${token.rawName}.`;
  }
  if (option.value === null) {
    return token.value === undefined ? null : `${token.rawName} takes no value.`;
  }
  const { value = "", inlineValue } = token;
  const isOption = inlineValue !== true && value.startsWith("-");
  return value.trim() === "" || isOption ? `${token.rawName} needs a value.` : null;
}

/** What is wrong with the words after a command, or null. */
function miscount(
  command: string,
  { words }: CommandSpec,
  given: readonly string[],
): string | null {
  const missing = words[given.length];
  if (missing !== undefined && !missing.startsWith("[")) return `"${command}" needs ${missing}.`;
  const empty = words[given.findIndex((word) => word.trim() === "")];
  if (empty !== undefined) return `${empty.replace(/[[\]]/g, "")} is empty.`;
  if (given.length <= words.length) return null;
  return words.length === 0
    ? `"${command}" takes no further words.`
    : `"${command}" takes one word; put quotes around it when it has spaces.`;
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

/** Wrong usage; the hint leads to the help of the command, when there is one. */
function usage(message: string, command?: CommandName): Result<never, CliFault> {
  const hint =
    command === undefined
      ? "`npm run agetor -- help` lists what there is."
      : `\`npm run agetor -- ${command} --help\` says what it takes.`;
  return err({ exitCode: 2, message, hint });
}

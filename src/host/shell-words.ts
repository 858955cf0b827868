import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { quotedWord } from "../domain/commands.ts";

const envName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names a POSIX shell treats as its own: setting them would change or end the launch script. */
const shellOwned = new Set([
  "_",
  "BASHOPTS",
  "BASHPID",
  "EUID",
  "FUNCNAME",
  "GROUPS",
  "IFS",
  "LINENO",
  "OPTARG",
  "OPTIND",
  "PPID",
  "SHELLOPTS",
  "UID",
]);

/**
 * The data of a launch as POSIX sh: sourcing it removes the file itself, replaces the environment
 * of the shell by `env`, goes to `cwd` and leaves `argv` in `"$@"`. Every value is a quoted word.
 * `inherited` names what the shell was started with and must not reach the program. A value a
 * shell cannot carry is refused with `launch_failed`.
 */
export function launchText(options: {
  readonly file: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly inherited: readonly string[];
}): Result<string> {
  const refused = refusal(options);
  if (refused !== null) return err(fault("launch_failed", refused));
  const given = Object.entries(options.env);
  const dropped = [...options.inherited, "OLDPWD", "SHLVL"];
  const lines = [
    `rm -f -- ${quotedWord(options.file)}`,
    `unset ${[...new Set(dropped)].join(" ")}`,
    `cd -- ${quotedWord(options.cwd)} || exit 126`,
    "unset OLDPWD",
    ...given.map(([name, value]) => `export ${name}=${quotedWord(value)}`),
    `set -- ${options.argv.map(quotedWord).join(" ")}`,
  ];
  return ok(`${lines.join("\n")}\n`);
}

function refusal(options: {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}): string | null {
  if (!options.argv[0]?.startsWith("/")) return "The program to start is not an absolute path.";
  if (!options.cwd.startsWith("/")) return "The working directory is not an absolute path.";
  for (const name of Object.keys(options.env)) {
    if (!envName.test(name)) return `The environment name ${JSON.stringify(name)} is not valid.`;
    if (shellOwned.has(name)) return `The environment name ${name} belongs to the shell.`;
  }
  const words = [options.cwd, ...options.argv, ...Object.values(options.env)];
  if (words.some((word) => word.includes("\0"))) return "A value of the launch contains a NUL.";
  return null;
}

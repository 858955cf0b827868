import type { AgentCommand, FileMatch } from "../../contract/harness.ts";
import type { IconName } from "../ui/icons.tsx";
import { mention } from "./tokens.ts";

/** One thing a token can become. */
export interface Option {
  readonly id: string;
  readonly label: string;
  /** Behind the label: an argument, or the folder a file lies in. */
  readonly detail: string;
  /** A second line. */
  readonly about: string;
  readonly icon: IconName;
  readonly insert: string;
  /** A folder is not the end of it. */
  readonly goOn: boolean;
}

/** So many are offered: more cannot be looked over. */
export const mostOptions = 20;

/** Commands by how well they fit: those that begin so, then those that hold it, then by their words. */
export function commandOptions(
  commands: readonly AgentCommand[],
  sign: string,
  query: string,
): readonly Option[] {
  const wanted = query.toLowerCase();
  return commands
    .filter(({ name }) => sign !== "$" || name.startsWith("$"))
    .map((command) => ({ command, rank: rankOf(command, wanted) }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank || a.command.name.localeCompare(b.command.name))
    .slice(0, mostOptions)
    .map(({ command: { name, description, argumentHint } }) => ({
      id: name,
      // The glyph before it is the slash.
      label: name.startsWith("$") ? name : bare(name),
      detail: argumentHint ?? "",
      about: description,
      icon: name.startsWith("$") ? "t-agent" : "slash",
      insert: full(name),
      goOn: false,
    }));
}

function bare(name: string): string {
  return name.replace(/^[/$]/, "");
}

function full(name: string): string {
  return name.startsWith("$") ? name : `/${bare(name)}`;
}

function rankOf({ name, description }: AgentCommand, wanted: string): number {
  const own = bare(name).toLowerCase();
  if (own.startsWith(wanted)) return 0;
  if (own.includes(wanted)) return 1;
  return wanted.length > 2 && description.toLowerCase().includes(wanted) ? 2 : 3;
}

/** Files in the order the server found them in. */
export function fileOptions(files: readonly FileMatch[]): readonly Option[] {
  return files.slice(0, mostOptions).map(({ path, isDirectory }) => {
    const plain = path.replace(/\/$/, "");
    const cut = plain.lastIndexOf("/");
    return {
      id: path,
      label: isDirectory ? `${plain.slice(cut + 1)}/` : plain.slice(cut + 1),
      detail: plain.slice(0, Math.max(0, cut)),
      about: "",
      icon: isDirectory ? "folder" : "t-read",
      insert: mention(path, isDirectory),
      goOn: isDirectory,
    };
  });
}

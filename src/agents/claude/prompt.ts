import { createHash } from "node:crypto";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { insteadOf, isLocalCommand } from "./commands.ts";

/** One argument may hold 128 KiB on Linux; the script around it needs some of that. */
export const argumentLimit = 100 * 1024;

/** How a message has to reach Claude so that it arrives as what it is. */
export interface Prompt {
  readonly text: string;
  /**
   * False when it may only be pasted: a positional `/name` is looked up as a command even behind a
   * space or a line break (tried), and a bare `quit` ends Claude.
   */
  readonly positional: boolean;
}

/**
 * Makes a message safe to hand over (M2). `known` are the slash commands that start a turn.
 * Departs from M2 in one thing: a space before `/` does not help, because Claude trims before it
 * looks for a command (tried, pasted and positional). A paste of four lines or more becomes a block
 * that is never looked into, so such a message gets empty lines behind it.
 */
export function preparePrompt(message: string, known: ReadonlySet<string>): Result<Prompt> {
  const text = stripControls(message);
  const words = text.trim();
  if (words === "")
    return err(fault("invalid_request", "The message is empty.", "Write something."));
  const name = /^\/([A-Za-z0-9_:-]+)(?=\s|$)/.exec(words)?.[1];
  if (name && isLocalCommand(name)) return err(localCommand(name));
  if (name && known.has(name)) return ok({ text: words, positional: true });
  if (name || /^\/\s|^\/$/.test(words) || endsClaude(words)) {
    return ok({ text: asBlock(text), positional: false });
  }
  return ok({ text, positional: true });
}

/** The text as it is pasted: a leading `!` would run as a shell command at once (tried). */
export function asPaste(text: string): string {
  return text.startsWith("!") ? ` ${text}` : text;
}

/**
 * The text itself, or for one too large for an argument and a paste a pointer to the file that holds
 * it. The settings of the session allow reading that folder.
 */
export function orPointer(text: string, file: string): { text: string; file: string | null } {
  if (Buffer.byteLength(text) <= argumentLimit) return { text, file: null };
  const pointer = `My message is too long to be typed, so it is in the file ${file}. Read all of it first, then do what it says.`;
  return { text: pointer, file };
}

/** A name at the head of a message that may be a slash command, or null. */
export function commandName(message: string): string | null {
  return /^\s*\/([A-Za-z0-9_:-]+)(?=\s|$)/.exec(message)?.[1] ?? null;
}

function localCommand(name: string): Fault {
  return fault("local_command", `/${name} only works in Claude's own terminal.`, insteadOf(name), {
    command: name,
  });
}

/** These words alone end Claude (2.1.330). */
function endsClaude(words: string): boolean {
  return /^(exit|quit|:q!?|:wq!?)$/i.test(words);
}

/** Four lines at least: Claude then wraps the paste in `<pasted_content>`. */
function asBlock(text: string): string {
  const missing = 4 - (text.match(/\n/g)?.length ?? 0);
  return missing > 0 ? text + "\n".repeat(missing) : text;
}

/** Without C0 and C1 controls but tab and line break: they would end a bracketed paste (trust V2). */
export function stripControls(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").replaceAll(/[^\P{Cc}\n\t]/gu, "");
}

/** A message as the person wrote it: without the wrapper Claude puts around a long paste. */
export function unwrap(text: string): string {
  const block = /^\s*<pasted_content id="([^"]*)">\n([\s\S]*)\n<\/pasted_content id="\1">\s*$/.exec(
    text,
  );
  return block?.[2] === undefined ? text : block[2].replace(/\n+$/, "");
}

/**
 * What stays the same of a text on its way through a terminal: tabs become spaces there and ends
 * are trimmed, so white space does not count. Equal prints mean the same message.
 */
export function printOf(text: string): string {
  const plain = unwrap(stripControls(text)).replaceAll(/\s+/g, " ").trim();
  return createHash("sha256").update(plain).digest("hex").slice(0, 32);
}

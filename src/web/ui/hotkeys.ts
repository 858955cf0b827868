import { useEffect, useRef } from "react";
import { createKeybindingsHandler } from "tinykeys";

/** The part of the page a key belongs to; the sheet of keys has a heading for each. */
export type KeyPart =
  | "go"
  | "board"
  | "inbox"
  | "ask"
  | "run"
  | "changes"
  | "transcript"
  | "review"
  | "lines"
  | "files"
  | "landing"
  | "settings"
  | "doctor";

/** What a key does, in words. */
export interface NamedKey {
  readonly id: `${KeyPart}.${string}`;
  /** As people read it in a menu or a list of keys. */
  readonly label: string;
  /** tinykeys notation: `c`, `$mod+Enter`, `g i`. */
  readonly keys: readonly string[];
}

/** One thing the keyboard can do, as the registry knows it. */
export interface Command extends NamedKey {
  /** What a list of keys shows in place of `keys`. */
  readonly shown?: readonly string[];
  readonly run: (event: KeyboardEvent) => void;
  /** Also while the person types. */
  readonly whileTyping?: boolean;
}

const commands = new Map<string, Command>();
const listeners = new Set<() => void>();
let handler: ((event: Event) => void) | null = null;

/** Keys that an element handles itself, by whoever named them. */
const named = new Set<{ readonly list: readonly NamedKey[] }>();

/** Every key that holds where one is now, for a sheet of keys. */
export function keysNow(): readonly NamedKey[] {
  const owners = new Map<string, Command>();
  for (const command of commands.values()) {
    for (const keys of command.keys) owners.set(keys, command);
  }
  const held = [...commands.values()].flatMap((command) => {
    const keys = command.keys.filter((one) => owners.get(one) === command);
    return keys.length === 0 ? [] : [{ ...command, keys: command.shown ?? keys }];
  });
  return [...held, ...[...named].flatMap(({ list }) => list)];
}

export function onCommandsChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Names keys that an element handles itself, while the component is there. The list stands beside
 * the handler, and is the same at every call.
 */
export function useNamedKeys(list: readonly NamedKey[]): void {
  useEffect(() => {
    const entry = { list };
    named.add(entry);
    for (const listener of listeners) listener();
    return () => {
      named.delete(entry);
      for (const listener of listeners) listener();
    };
  }, [list]);
}

/** Registers commands while the component is there. The newest of two with one key wins. */
export function useHotkeys(list: readonly Command[]): void {
  const latest = useRef(list);
  latest.current = list;
  const shape = list.map(({ id, keys }) => `${id}:${keys.join(",")}`).join(";");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says all that is registered; the functions are read when a key is pressed
  useEffect(() => {
    const mine = latest.current.map((command) => ({
      ...command,
      run: (event: KeyboardEvent) => latest.current.find(({ id }) => id === command.id)?.run(event),
    }));
    for (const command of mine) commands.set(command.id, command);
    rebuild();
    return () => {
      for (const command of mine) {
        if (commands.get(command.id) === command) commands.delete(command.id);
      }
      rebuild();
    };
  }, [shape]);
}

/** The keys of a sequence follow each other within this time, in milliseconds. */
const timeout = 600;

/** The key that began a sequence, as long as no other one was pressed. */
let begun: KeyboardEvent | null = null;

function noteBegin(event: KeyboardEvent): void {
  const all = [...commands.values()].flatMap(({ keys }) => keys);
  const begins = !all.includes(event.key) && all.some((keys) => keys.startsWith(`${event.key} `));
  begun = begins ? event : null;
}

function rebuild(): void {
  const bindings: Record<string, (event: KeyboardEvent) => void> = {};
  for (const command of commands.values()) {
    for (const keys of command.keys) {
      bindings[keys] = (event) => {
        if (isTyping(event) && command.whileTyping !== true) return;
        if (isInOverlay(event) && command.whileTyping !== true) return;
        event.preventDefault();
        command.run(event);
      };
    }
  }
  if (handler !== null) removeEventListener("keydown", handler);
  else addEventListener("keydown", noteBegin, { capture: true });
  handler = createKeybindingsHandler(bindings, { ignore: ignored, timeout });
  addEventListener("keydown", handler);
  // Something came or went between the keys of a sequence: its first key still counts.
  if (begun !== null && performance.now() - begun.timeStamp < timeout) handler(begun);
  for (const listener of listeners) listener();
}

function ignored(event: KeyboardEvent): boolean {
  return event.defaultPrevented || event.isComposing || event.repeat;
}

/** Whether keys are text now. */
export function isTyping(event: Event): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) {
    return !["checkbox", "radio", "button", "submit"].includes(target.type);
  }
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** A menu or a dialog has its own keys; the board behind it must not act. */
function isInOverlay(event: Event): boolean {
  return (
    event.target instanceof Element &&
    event.target.closest("[role=menu],[role=dialog],[role=alertdialog],[role=listbox]") !== null
  );
}

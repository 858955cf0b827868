import { descriptor } from "./descriptor.ts";

/** From the strictest to the most permissive: ours, and as hooks and transcripts name them (2.1.330). */
const order = [
  ["plan", "plan"],
  ["ask", "default"],
  ["acceptEdits", "acceptEdits"],
  ["auto", "auto"],
  ["bypass", "bypassPermissions"],
] as const;

/** Claude's own name of a mode of ours (null = the default one); null for one it does not have. */
export function hookMode(mode: string | null): string | null {
  const wanted = mode ?? descriptor.defaultMode;
  return order.find(([ours]) => ours === wanted)?.[1] ?? null;
}

/** Our mode for Claude's own name; null for one we do not offer (`dontAsk`). */
export function modeOf(name: string | null): string | null {
  return order.find(([, hook]) => hook === name)?.[0] ?? null;
}

/** Claude's names of a mode and of all that allow less without asking. */
export function upTo(mode: string): readonly string[] {
  const at = order.findIndex(([, hook]) => hook === mode);
  return order.slice(0, at + 1).map(([, hook]) => hook);
}

/** What a mode is called on the card. */
export function modeLabel(mode: string): string {
  return descriptor.options.modes.find(({ id }) => id === mode)?.label ?? mode;
}

import type { KeyPart, NamedKey } from "../ui/hotkeys.ts";

export interface KeyGroup {
  readonly heading: string;
  readonly keys: readonly NamedKey[];
}

/** What is nearest comes first; what holds everywhere comes last. */
const headings: Readonly<Record<KeyPart, string>> = {
  ask: "What an agent asks",
  inbox: "Needs you",
  review: "Review",
  lines: "Lines of the review",
  files: "Files of the review",
  landing: "Landing",
  run: "Task",
  transcript: "Transcript",
  changes: "Changes",
  board: "Board",
  settings: "Settings",
  doctor: "Doctor",
  go: "Everywhere",
};

/** Keys below the headings of their parts; what is named twice stands once. */
export function groupKeys(all: readonly NamedKey[]): readonly KeyGroup[] {
  return Object.entries(headings).flatMap(([part, heading]) => {
    const known = new Set<string>();
    const keys = all.filter(({ id, label }) => {
      if (!id.startsWith(`${part}.`) || known.has(label)) return false;
      known.add(label);
      return true;
    });
    return keys.length === 0 ? [] : [{ heading, keys }];
  });
}

import type { Trash } from "../../contract/task.ts";
import { counted } from "../state/actions.ts";

const day = 24 * 60 * 60_000;
const keptFor = 30 * day;

/** What of a deleted task only the trash still holds. */
export function keptWords(trash: Trash | null): string {
  if (trash === null) return "Nothing was left to keep: it had changed nothing, or all was merged.";
  const parts = lostParts(trash).map(({ count, what }) => `${count} ${what}`);
  return parts.length === 0 ? "Kept as it was." : `Kept: ${parts.join(", ")}.`;
}

/** What would be lost by deleting it for good. */
export function lostParts(trash: Trash): readonly { count: string; what: string }[] {
  const { unmergedCommits, dirtyFiles } = trash;
  return [
    ...(unmergedCommits === 0
      ? []
      : [{ count: counted(unmergedCommits, "commit"), what: "on no other branch" }]),
    ...(dirtyFiles === 0 ? [] : [{ count: counted(dirtyFiles, "file"), what: "not committed" }]),
  ];
}

/** How long a deleted task still stays. */
export function leftWords(deletedAt: number, now: number): string {
  const left = Math.ceil((deletedAt + keptFor - now) / day);
  return left <= 1 ? "goes within a day" : `${Math.min(left, 30)} days left`;
}

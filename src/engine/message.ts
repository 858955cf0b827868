import { join } from "node:path";
import type { Reference } from "../contract/task.ts";

/** The text an agent gets: the person's words, then the files that go with them. */
export function composeMessage(
  text: string,
  references: readonly Reference[],
  dataDir: string,
): string {
  if (references.length === 0) {
    return text;
  }
  const lines = references.map((reference) =>
    "path" in reference
      ? `- ${reference.path}${reference.isDirectory ? "/" : ""}`
      : `- ${join(dataDir, "attachments", reference.attachmentId)}`,
  );
  return `${text}\n\nFiles that go with this:\n${lines.join("\n")}`;
}

import { join } from "node:path";
import type { Reference } from "../contract/task.ts";
import { withFiles } from "../domain/sent-files.ts";

/** The text an agent gets: the person's words, then the files that go with them. */
export function composeMessage(
  text: string,
  references: readonly Reference[],
  dataDir: string,
): string {
  const paths = references.map((reference) =>
    "path" in reference
      ? `${reference.path}${reference.isDirectory ? "/" : ""}`
      : join(dataDir, "attachments", reference.attachmentId),
  );
  return withFiles(text, paths);
}

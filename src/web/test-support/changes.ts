import type { ChangedFile } from "../../contract/changes.ts";
import type { ReviewComment } from "../../contract/review.ts";

/** A whole changed file for tests. */
export function aFile(path: string, over: Partial<ChangedFile> = {}): ChangedFile {
  return {
    path,
    oldPath: null,
    status: "modified",
    additions: 1,
    deletions: 1,
    binary: false,
    kind: "text",
    oldMode: "100644",
    newMode: "100644",
    generated: false,
    id: `id of ${path}`,
    patch: `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`,
    tooLarge: false,
    ...over,
  };
}

/** A sent comment for tests. */
export function aComment(id: string, over: Partial<ReviewComment> = {}): ReviewComment {
  return {
    id,
    taskId: "t",
    path: "src/a.ts",
    range: { side: "new", start: 1, end: 1 },
    quote: "b",
    body: "Why?",
    state: "open",
    current: { side: "new", start: 1, end: 1 },
    currentText: null,
    settled: false,
    sentIn: null,
    addressedIn: null,
    createdAt: 0,
    updatedAt: 0,
    sentAt: 0,
    ...over,
  };
}

import type { TranscriptData } from "../contract/event.ts";
import { cutMiddle } from "../domain/text.ts";
import type { Work } from "./core.ts";

/** Outputs above this many characters are cut in the event and kept whole as a blob. */
const outputLimit = 16 * 1024;

type ToolResult = TranscriptData["tool.result"];

/** A tool's result as it is stored: a long output keeps its ends, and the whole of it in a blob. */
export function storedResult(work: Work, newId: () => string, data: ToolResult): ToolResult {
  const cut = cutMiddle(data.output, outputLimit);
  if (!cut.truncated) {
    return data;
  }
  const blobId = newId();
  work.tx.putBlob(blobId, new TextEncoder().encode(data.output), work.now);
  return { ...data, output: cut.text, truncated: true, blobId };
}

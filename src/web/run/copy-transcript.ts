import type { Event } from "../../contract/event.ts";
import { TranscriptFold } from "../../domain/transcript-fold.ts";
import { transcriptToMarkdown } from "../../domain/transcript-markdown.ts";
import { report } from "../ui/report.ts";
import { call } from "../wire/client.ts";
import { copyText } from "./copy-button.tsx";

const pageSize = 1000;

/** The whole transcript of a task as Markdown, also the part that was never scrolled to. */
async function wholeTranscript(taskId: string, title: string): Promise<string> {
  const pages: (readonly Event[])[] = [];
  let before: number | undefined;
  do {
    const page = await call("GET /tasks/:id/transcript", {
      params: { id: taskId },
      query: { limit: pageSize, ...(before === undefined ? {} : { before }) },
    });
    pages.unshift(page.events);
    before = page.nextBefore ?? undefined;
  } while (before !== undefined);
  const fold = new TranscriptFold();
  for (const page of pages) fold.push(page);
  return transcriptToMarkdown(title, fold.items);
}

/** Puts the whole transcript of a task on the clipboard. */
export function copyTranscript({
  id,
  title,
}: {
  readonly id: string;
  readonly title: string;
}): void {
  wholeTranscript(id, title)
    .then((text) => copyText(text, "Transcript copied"))
    .catch((error: unknown) => report(error, { what: "Could not copy the transcript" }));
}

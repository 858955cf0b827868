import type { Event } from "../../src/contract/event.ts";
import { TranscriptFold } from "../../src/domain/transcript-fold.ts";
import { approvalWords, askWords, toolPhrase } from "../../src/domain/transcript-words.ts";

/** The tools, questions and plans of a transcript, one line each, as a person reads them. */
export function story(events: readonly Event[]): readonly string[] {
  const fold = new TranscriptFold();
  fold.push(events);
  return fold.items.flatMap((item) => {
    if (item?.kind === "plan") return [`Plan ${item.text.trim()}`];
    if (item?.kind === "tool") {
      const { verb, object } = toolPhrase(item);
      return [[`${verb} ${object}`, approvalWords(item)].filter((part) => part !== "").join(" | ")];
    }
    if (item?.kind !== "ask") return [];
    const { verb, object, outcome } = askWords(item);
    return [`${verb} ${object} | ${outcome}`];
  });
}

import type { Interaction, InteractionAnswer } from "../contract/interaction.ts";
import type { InteractionRecord } from "../store/types.ts";
import type { Work } from "./core.ts";

/** How a question ends: by whom, with what, in words for the card. */
export interface Ending {
  readonly state: "answered" | "gone";
  readonly outcome: string;
  readonly answer: InteractionAnswer | null;
  readonly by: string | null;
}

/** Stores the end of a question and tells every board. The phase of its run is not touched here. */
export function closeRow(work: Work, record: InteractionRecord, ending: Ending): InteractionRecord {
  const interaction: Interaction = {
    ...record.interaction,
    state: ending.state,
    outcome: ending.outcome,
    answer: ending.answer,
    answeredBy: ending.by,
    resolvedAt: work.now,
  };
  const next: InteractionRecord = {
    ...record,
    interaction,
    state: ending.state,
    answer: ending.answer,
    resolvedAt: work.now,
  };
  work.tx.putInteraction(next);
  work.append({
    type: "interaction.resolved",
    taskId: interaction.taskId,
    runId: interaction.runId,
    key: `resolved:${interaction.id}`,
    data: interaction,
  });
  return next;
}

/** Closes every open question of a run that was stopped or has ended: nobody waits for them. */
export function closeAll(work: Work, runId: string, outcome: string): void {
  for (const record of work.tx.interactionsOfRun(runId)) {
    if (record.state === "open") {
      closeRow(work, record, { state: "gone", outcome, answer: null, by: null });
    }
  }
}

import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { RowOptions } from "../../../domain/transcript-rows.ts";
import { openTranscript, type Transcript, transcriptSource } from "../../state/transcript.ts";
import { type TranscriptFrame, TranscriptModel } from "./model.ts";
import { Pace } from "./pace.ts";

/**
 * Opens a task's transcript for as long as the component is there, as new as the page can draw it;
 * null until it is open.
 */
export function useOpenTranscript(taskId: string): Transcript | null {
  const [, setOpened] = useState<string | null>(null);
  useEffect(() => {
    const close = openTranscript(taskId);
    // It can be subscribed to from now on.
    setOpened(taskId);
    return close;
  }, [taskId]);
  const source = transcriptSource(taskId);
  const pace = useMemo(() => (source === null ? null : new Pace(source)), [source]);
  return useSyncExternalStore(pace?.subscribe ?? noSource, pace?.view ?? noTranscript);
}

function noSource(): () => void {
  return () => undefined;
}

function noTranscript(): null {
  return null;
}

const noEvents: Transcript["events"] = [];

/** The rows of a transcript as they are now. */
export function useFrame(transcript: Transcript | null, options: RowOptions): TranscriptFrame {
  const taskId = transcript?.taskId ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: another task is another model
  const model = useMemo(() => new TranscriptModel(), [taskId]);
  const version = transcript?.version ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the events are one growing array; `version` says when to look at it again
  return useMemo(
    () => model.update(transcript?.events ?? noEvents, options),
    [model, version, options],
  );
}

import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Transcript } from "../../state/transcript.ts";

/** Drawing may take this share of the time; the rest is the reader's, for scrolling and typing. */
const share = 1 / 4;
/** However long drawing takes, what is shown is never older than this, in ms. */
const longest = 250;

/**
 * A transcript no newer than the page can draw. An agent that writes a thousand lines a second is
 * shown in fewer, larger steps, so that the page stays smooth; everything slower is shown at once.
 */
export function usePace(transcript: Transcript | null): Transcript | null {
  const held = useRef(transcript);
  const due = useRef(0);
  const began = useRef(0);
  const [, again] = useState(0);
  const now = performance.now();
  const other =
    held.current?.taskId !== transcript?.taskId || held.current?.status !== transcript?.status;
  if (held.current !== transcript && (other || now >= due.current)) {
    held.current = transcript;
    began.current = now;
  }
  useLayoutEffect(() => {
    if (began.current === 0) return;
    const cost = performance.now() - began.current;
    due.current = performance.now() + Math.min(longest, cost / share - cost);
    began.current = 0;
  });
  useEffect(() => {
    if (held.current === transcript) return;
    const wait = Math.max(0, due.current - performance.now());
    const timer = setTimeout(() => again((count) => count + 1), wait);
    return () => clearTimeout(timer);
  });
  return held.current;
}

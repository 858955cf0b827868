import { useEffect, useState } from "react";
import { scriptUrl } from "../wire/trusted.ts";
import workerUrl from "./highlight.worker.ts?worker&url";
import type { Ask, TokenLine, Told } from "./messages.ts";

type Lines = readonly TokenLine[] | null;

/** Above this many characters code stays plain: nobody reads it for its colours. */
const longest = 120_000;
/** How many characters of code are remembered with their inks: a diff of 50,000 lines is not. */
const remembered = 600_000;
/** Code that only flies past is not worth reading, in ms. */
const linger = 80;

/** A grammar that takes longer than this, in ms, has lost itself in the text. */
const patience = 8_000;

interface Waiting {
  readonly answer: (lines: Lines) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

let worker: Worker | null = null;
let broken = false;
let count = 0;
const waiting = new Map<number, Waiting>();
/** Answers, the oldest first. */
const known = new Map<string, Lines>();
let held = 0;

function open(): Worker | null {
  if (worker !== null || broken) return worker;
  try {
    worker = new Worker(scriptUrl(workerUrl), { type: "module", name: "agetor-highlight" });
  } catch {
    broken = true;
    return null;
  }
  worker.onmessage = ({ data }: MessageEvent<Told>) => settle(data.id, data.lines);
  worker.onerror = () => {
    // Without the worker code is plain, and everything else goes on.
    broken = true;
    end();
  };
  return worker;
}

function settle(id: number, lines: Lines): void {
  const one = waiting.get(id);
  if (one === undefined) return;
  waiting.delete(id);
  clearTimeout(one.timer);
  one.answer(lines);
}

/** Ends the worker; what it still had to read stays plain. The next text gets a new one. */
function end(): void {
  worker?.terminate();
  worker = null;
  for (const id of [...waiting.keys()]) settle(id, null);
}

function ask(code: string, language: string): Promise<Lines> {
  const at = open();
  if (at === null) return Promise.resolve(null);
  count += 1;
  const message: Ask = { id: count, code, language };
  return new Promise((resolve) => {
    waiting.set(message.id, { answer: resolve, timer: setTimeout(end, patience) });
    at.postMessage(message);
  });
}

function remember(key: string, lines: Lines): void {
  if (!known.has(key)) held += key.length;
  known.set(key, lines);
  for (const oldest of known.keys()) {
    if (held <= remembered) return;
    known.delete(oldest);
    held -= oldest.length;
  }
}

/** The code in pieces with their inks; null until that is known, or when there is no grammar. */
export function useHighlight(code: string, language: string): Lines {
  const key = `${language}\n${code}`;
  const [told, setTold] = useState<{ key: string; lines: Lines } | null>(null);
  const ready = known.get(key);
  const wanted = language !== "" && code.length <= longest && ready === undefined;
  useEffect(() => {
    if (!wanted) return;
    let mounted = true;
    const timer = setTimeout(() => {
      ask(code, language)
        .then((lines) => {
          if (lines !== null) remember(key, lines);
          if (mounted) setTold({ key, lines });
        })
        .catch(() => undefined);
    }, linger);
    return () => {
      mounted = false;
      clearTimeout(timer);
    };
  }, [code, language, key, wanted]);
  return ready ?? (told?.key === key ? told.lines : null);
}

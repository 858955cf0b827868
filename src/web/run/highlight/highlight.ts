import { useEffect, useState } from "react";
import { scriptUrl } from "../../wire/trusted.ts";
import workerUrl from "./highlight.worker.ts?worker&url";
import type { Ask, TokenLine, Told } from "./messages.ts";

type Lines = readonly TokenLine[] | null;

/** Above this many characters code stays plain: nobody reads it for its colours. */
const longest = 120_000;
const remembered = 200;
/** Code that only flies past is not worth reading, in ms. */
const linger = 80;

let worker: Worker | null = null;
let broken = false;
let count = 0;
const waiting = new Map<number, (lines: Lines) => void>();
/** Answers, the oldest first. */
const known = new Map<string, Lines>();

function open(): Worker | null {
  if (worker !== null || broken) return worker;
  try {
    worker = new Worker(scriptUrl(workerUrl), { type: "module", name: "agetor-highlight" });
  } catch {
    broken = true;
    return null;
  }
  worker.onmessage = ({ data }: MessageEvent<Told>) => {
    waiting.get(data.id)?.(data.lines);
    waiting.delete(data.id);
  };
  worker.onerror = () => {
    // Without the worker code is plain, and everything else goes on.
    broken = true;
    worker = null;
    for (const answer of waiting.values()) answer(null);
    waiting.clear();
  };
  return worker;
}

function ask(code: string, language: string): Promise<Lines> {
  const at = open();
  if (at === null) return Promise.resolve(null);
  count += 1;
  const message: Ask = { id: count, code, language };
  return new Promise((resolve) => {
    waiting.set(message.id, resolve);
    at.postMessage(message);
  });
}

function remember(key: string, lines: Lines): void {
  known.set(key, lines);
  const [oldest] = known.keys();
  if (known.size > remembered && oldest !== undefined) known.delete(oldest);
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
          remember(key, lines);
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

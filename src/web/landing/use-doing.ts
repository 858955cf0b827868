import { useRef, useState } from "react";
import { ulid } from "ulid";
import type { HookCommit } from "../../contract/landing.ts";
import { later } from "../state/actions.ts";
import { ApiError } from "../wire/client.ts";
import { refreshLanding } from "./data.ts";

/** What a refusal has to say, beside its words. */
export interface Trouble {
  readonly error: unknown;
  readonly files: readonly string[];
  /** Commands that mend it, to be run in a terminal. */
  readonly commands: readonly string[];
  /** What a program said. */
  readonly output: string;
  readonly code: ApiError["code"] | null;
}

export function troubleOf(error: unknown): Trouble {
  const details = error instanceof ApiError ? (error.details ?? {}) : {};
  return {
    error,
    files: textsIn(details["files"]),
    commands: textsIn(details["commands"] ?? details["command"]),
    output: typeof details["output"] === "string" ? details["output"] : "",
    code: error instanceof ApiError ? error.code : null,
  };
}

/** Why a commit with hooks was not made, for who has no answer of its own: null when it was, or is. */
export function troubleOfHooks(commit: HookCommit | null): Trouble | null {
  const { fault = null, output } = commit ?? {};
  if (fault === null) return null;
  const { code, message: error, hint } = fault;
  return troubleOf(new ApiError(422, { error, code, hint, details: { output } }));
}

function textsIn(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one) => typeof one === "string");
}

export interface Doing {
  readonly busy: boolean;
  readonly trouble: Trouble | null;
  /** Does it once, however often it is pressed; a refusal stays to be read. */
  readonly run: (work: (key: string) => Promise<void>) => void;
}

/** Something that is done from a dialog. A try that got no answer can be repeated: it is done once. */
export function useDoing(taskId: string): Doing {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const key = useRef(ulid());
  const going = useRef(false);
  const attempt = async (work: (key: string) => Promise<void>): Promise<void> => {
    if (going.current) return;
    going.current = true;
    setBusy(true);
    setTrouble(null);
    try {
      await work(key.current);
    } catch (error) {
      const found = troubleOf(error);
      if (found.code !== "unreachable") key.current = ulid();
      setTrouble(found);
      // Whatever stands in the way now, the dialog and the bar are to know it too.
      refreshLanding(taskId);
    } finally {
      going.current = false;
      setBusy(false);
    }
  };
  return { busy, trouble, run: (work) => later(attempt(work)) };
}

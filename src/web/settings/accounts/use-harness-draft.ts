import { useRef, useState } from "react";
import type { Harness } from "../../../contract/harness.ts";
import { type CodeSetting, changedCode } from "../../../domain/harness-risk.ts";
import { later } from "../../state/actions.ts";
import { announce } from "../../ui/live-region.tsx";
import { inOneLine } from "../../ui/report.ts";
import { call } from "../../wire/client.ts";
import { draftOf, draftProblem, type HarnessDraft, patchOf, settingsOf } from "./draft.ts";
import { harnessesChanged } from "./queries.ts";

/** What is typed and not saved outlives a look at another account. */
const kept = new Map<string, HarnessDraft>();

/** What is typed, against what is stored. */
function useTyped(harness: Harness) {
  const [draft, setDraft] = useState(() => kept.get(harness.id) ?? draftOf(harness));
  const latest = useRef(draft);
  latest.current = draft;
  return {
    draft,
    change(part: Partial<HarnessDraft>): void {
      const next = { ...latest.current, ...part };
      kept.set(harness.id, next);
      setDraft(next);
    },
    /** Nothing is typed any more: what is stored stands there. */
    settle(stored: Harness): void {
      kept.delete(harness.id);
      setDraft(draftOf(stored));
    },
  };
}

/** The settings of a harness while they are changed: nothing is sent before it is confirmed. */
export function useHarnessDraft(harness: Harness) {
  const { draft, change, settle } = useTyped(harness);
  const [asking, setAsking] = useState<readonly CodeSetting[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const body = patchOf(harness, draft);
  const send = async (): Promise<void> => {
    setBusy(true);
    try {
      const answer = await call("PATCH /harnesses/:id", { params: { id: harness.id }, body });
      await harnessesChanged();
      settle(answer.harness);
      setAsking(null);
      announce(`${answer.harness.label} saved`);
    } catch (cause) {
      setError(inOneLine(cause));
    } finally {
      setBusy(false);
    }
  };
  const save = (): void => {
    const problem = draftProblem(draft);
    setError(problem);
    if (problem !== null) return;
    const touched = changedCode(harness, settingsOf(draft)).filter(
      // A home that the server makes brings no code of anybody's.
      (setting) => setting !== "home" || !draft.ownHome,
    );
    if (touched.length > 0) setAsking(touched);
    else later(send());
  };
  return {
    draft,
    change(part: Partial<HarnessDraft>): void {
      setError(null);
      change(part);
    },
    discard(): void {
      setError(null);
      settle(harness);
    },
    save,
    send: () => later(send()),
    /** The settings whose change has to be confirmed now; null = nothing is asked. */
    asking,
    stopAsking: () => setAsking(null),
    busy,
    error,
    dirty: Object.keys(body).length > 0,
  };
}

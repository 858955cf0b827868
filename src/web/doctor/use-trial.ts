import { useEffect, useState } from "react";
import type { ProbedFact, ProbeReport } from "../../contract/doctor.ts";
import { later } from "../state/actions.ts";
import { announce } from "../ui/live-region.tsx";
import { inWords } from "../ui/report.ts";
import { call } from "../wire/client.ts";
import { trialWords } from "./words.ts";

export type TrialState =
  | { readonly kind: "none" }
  | { readonly kind: "trying"; readonly since: number; readonly facts: readonly ProbedFact[] }
  | { readonly kind: "tried"; readonly report: ProbeReport }
  | { readonly kind: "refused"; readonly text: string; readonly hint: string | null };

/** While a trial runs, what it has shown is asked for this often, in ms. */
const lookEvery = 400;

/** One agent against a model of ours; nothing is sent anywhere. */
export function useTrial(harnessId: string | null) {
  const [state, setState] = useState<TrialState>({ kind: "none" });
  const trying = state.kind === "trying";
  useEffect(() => {
    if (!trying) return;
    return watch(harnessId, (facts) =>
      setState((now) => (now.kind === "trying" ? { ...now, facts } : now)),
    );
  }, [trying, harnessId]);
  const run = async (): Promise<void> => {
    if (harnessId === null || state.kind === "trying") return;
    setState({ kind: "trying", since: Date.now(), facts: [] });
    announce("Trying it");
    try {
      const { report } = await call("POST /doctor/probe", { body: { harnessId } });
      setState({ kind: "tried", report });
      announce(trialWords(report));
    } catch (error) {
      setState({ kind: "refused", ...inWords(error) });
    }
  };
  return { state, start: () => later(run()) };
}

/** Asks again and again what the trial of this harness has shown; another's, before its turn, is not told. */
function watch(harnessId: string | null, show: (facts: readonly ProbedFact[]) => void): () => void {
  const abort = new AbortController();
  const look = (): void => {
    call("GET /doctor/probe", { signal: abort.signal })
      .then(({ progress }) => {
        if (progress !== null && progress.harnessId === harnessId) show(progress.facts);
      })
      // The trial's own answer says what went wrong.
      .catch(() => undefined);
  };
  const timer = setInterval(look, lookEvery);
  return () => {
    clearInterval(timer);
    abort.abort();
  };
}

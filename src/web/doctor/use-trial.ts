import { useState } from "react";
import type { ProbeReport } from "../../contract/doctor.ts";
import { later } from "../state/actions.ts";
import { announce } from "../ui/live-region.tsx";
import { inWords } from "../ui/report.ts";
import { call } from "../wire/client.ts";
import { trialWords } from "./words.ts";

export type TrialState =
  | { readonly kind: "none" }
  | { readonly kind: "trying"; readonly since: number }
  | { readonly kind: "tried"; readonly report: ProbeReport }
  | { readonly kind: "refused"; readonly text: string; readonly hint: string | null };

/** One agent against a model of ours; nothing is sent anywhere. */
export function useTrial(harnessId: string | null) {
  const [state, setState] = useState<TrialState>({ kind: "none" });
  const run = async (): Promise<void> => {
    if (harnessId === null || state.kind === "trying") return;
    setState({ kind: "trying", since: Date.now() });
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

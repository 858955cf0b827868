import { createContext, use } from "react";

/** What the rows of a transcript may ask of the panel they stand in. It never changes. */
export interface RunContext {
  readonly taskId: string;
  toggle(key: string, open: boolean): void;
  /** Shows a file in the Changes tab. */
  openChange(path: string): void;
  /** "Run 2" for a run's id; null when it is not known. */
  runName(runId: string): string | null;
}

export const RunContextProvider = createContext<RunContext | null>(null);

export function useRun(): RunContext {
  const context = use(RunContextProvider);
  if (context === null) throw new Error("a row stands outside a run panel");
  return context;
}

/** What running tools print before their result is stored, by tool id. */
export const LiveOutput = createContext<ReadonlyMap<string, string>>(new Map());

import type { AttachedFile } from "../../attach/attached-file.ts";
import type { LastPicks } from "../../state/prefs.ts";

/** What is typed and picked so far. null = the default of the agent, the project or the branch. */
export interface Draft {
  readonly prompt: string;
  readonly workdir: string | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly mode: string | null;
  readonly effort: string | null;
  readonly baseRef: string | null;
  readonly isolation: "worktree" | "none";
  readonly files: readonly AttachedFile[];
}

export const emptyDraft: Draft = {
  prompt: "",
  workdir: null,
  agent: null,
  model: null,
  mode: null,
  effort: null,
  baseRef: null,
  isolation: "worktree",
  files: [],
};

/** The draft outlives the dialog and a reload, but not the tab: it may hold what is private. */
const storageKey = "agetor.draft";

export function loadDraft(): Draft | null {
  const text = sessionStorage.getItem(storageKey);
  if (text === null) return null;
  try {
    return { ...emptyDraft, ...(JSON.parse(text) as Partial<Draft>) };
  } catch {
    return null;
  }
}

export function saveDraft(draft: Draft): void {
  sessionStorage.setItem(storageKey, JSON.stringify(draft));
}

export function clearDraft(): void {
  sessionStorage.removeItem(storageKey);
}

/** What was picked last in a project, for its next task. The base is picked anew each time. */
export function withLast(draft: Draft, last: LastPicks | undefined): Draft {
  return {
    ...draft,
    agent: last?.agent ?? draft.agent,
    model: last?.model ?? null,
    mode: last?.mode ?? null,
    effort: last?.effort ?? null,
    isolation: last?.isolation ?? draft.isolation,
    baseRef: null,
  };
}

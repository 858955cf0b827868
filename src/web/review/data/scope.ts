import { useMemo } from "react";
import type { ChangeQuery, ChangeScope, Changes } from "../../../contract/changes.ts";
import { usePref } from "../../state/prefs.ts";
import { go, useRoute } from "../../state/route.ts";

const scopes: readonly ChangeScope[] = ["base", "uncommitted", "turn", "review", "commit"];

/** What is compared, as the address says it. */
export interface Compared {
  readonly scope: ChangeScope;
  readonly query: ChangeQuery;
}

export function useCompared(): Compared {
  const named = useRoute((state) => state.scope);
  const run = useRoute((state) => state.run);
  const commit = useRoute((state) => state.commit);
  const whitespace = usePref("ui.diffWhitespace");
  return useMemo(() => {
    const scope = scopes.find((one) => one === named) ?? "base";
    return {
      scope,
      query: {
        scope,
        whitespace,
        ...(scope === "turn" && run !== null ? { run } : {}),
        ...(scope === "commit" && commit !== null ? { commit } : {}),
      },
    };
  }, [named, run, commit, whitespace]);
}

/** Compares something else. The file that is read stays, when it is part of that too. */
export function compare(scope: ChangeScope, commit: string | null = null): void {
  go({ scope: scope === "base" ? null : scope, run: null, commit }, "replace");
}

/** Whether the new side is something that was, and not the files as they are now. */
export function isPast(changes: Changes): boolean {
  return changes.to.sha !== null;
}

const names: Readonly<Record<ChangeScope, string>> = {
  base: "Since base",
  uncommitted: "Uncommitted",
  turn: "Last turn",
  review: "Since my review",
  commit: "By commit",
};

export function scopeName(scope: ChangeScope): string {
  return names[scope];
}

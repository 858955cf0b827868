import { useMemo } from "react";
import { go, useRoute } from "../state/route.ts";
import type { Filter } from "./filter.ts";

/** The filter as it stands in the address. */
export function useFilter(): Filter {
  const q = useRoute((state) => state.q);
  const agent = useRoute((state) => state.agent);
  const project = useRoute((state) => state.project);
  const column = useRoute((state) => state.column);
  return useMemo(() => ({ q, agent, project, column }), [q, agent, project, column]);
}

export function clearFilter(): void {
  go({ q: "", agent: null, project: null, column: null });
}

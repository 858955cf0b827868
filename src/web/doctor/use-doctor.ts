import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Doctor, DoctorCheck } from "../../contract/doctor.ts";
import { later } from "../state/actions.ts";
import { usePref } from "../state/prefs.ts";
import { agentsQuery, queries } from "../state/queries.ts";
import { announce } from "../ui/live-region.tsx";
import { call } from "../wire/client.ts";
import { browserChecks, browserFacts } from "./browser-checks.ts";
import { tally } from "./words.ts";

const queryKey = ["doctor"] as const;

/** The first look may be what the server found a moment ago; every later one is anew. */
const doctorQuery = queryOptions({
  queryKey,
  queryFn: async ({ signal }) => {
    const seen = queries.getQueryData<Doctor>(queryKey) !== undefined;
    const { doctor } = await call("GET /doctor", { query: seen ? { fresh: true } : {}, signal });
    // What can be picked for a task follows from the same facts.
    if (seen) later(queries.invalidateQueries({ queryKey: agentsQuery.queryKey }));
    return doctor;
  },
  staleTime: 5_000,
});

export interface DoctorLook {
  /** Everything the server and the page found; undefined before the first answer. */
  readonly checks: readonly DoctorCheck[] | undefined;
  readonly doctor: Doctor | undefined;
  readonly own: readonly DoctorCheck[];
  readonly error: Error | null;
  readonly busy: boolean;
  readonly again: () => void;
}

/** What the doctor finds, looked at again when the person comes back to the page. */
export function useDoctor(): DoctorLook {
  const wanted = usePref("ui.notify");
  const [looks, setLooks] = useState(0);
  const { data, error, isFetching, refetch } = useQuery(doctorQuery);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the browser says nothing when its answer changes; it is asked with every look
  const own = useMemo(() => browserChecks(browserFacts(wanted)), [wanted, looks, data]);
  const checks = useMemo(
    () => (data === undefined ? undefined : [...data.checks, ...own]),
    [data, own],
  );
  const again = useCallback(() => {
    setLooks((before) => before + 1);
    later(
      refetch().then(({ data: found }) => {
        if (found !== undefined) announce(`Looked again: ${tally(found.checks)}`);
      }),
    );
  }, [refetch]);
  useComingBack(checks, again);
  return { checks, doctor: data, own, error, busy: isFetching, again };
}

/** Who was away in a terminal may have mended something. */
function useComingBack(checks: readonly DoctorCheck[] | undefined, again: () => void): void {
  const open = useRef(false);
  open.current = checks?.some(({ status }) => status === "warn" || status === "fail") === true;
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === "visible" && open.current) again();
    };
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [again]);
}

import { queryOptions, useQuery } from "@tanstack/react-query";
import { later } from "../state/actions.ts";
import { queries } from "../state/queries.ts";
import { announce } from "../ui/live-region.tsx";
import { report } from "../ui/report.ts";
import { call } from "../wire/client.ts";

type Values = Readonly<Record<string, unknown>>;

const preferencesQuery = queryOptions({
  queryKey: ["preferences"],
  queryFn: async ({ signal }) => (await call("GET /preferences", { signal })).preferences,
  staleTime: 0,
});

/** A preference that the server itself goes by; null until it is known, or while it is not set. */
export function useServerPref(key: string): readonly [unknown, (value: unknown) => void] {
  const { data } = useQuery(preferencesQuery);
  const put = async (value: unknown): Promise<void> => {
    const before = queries.getQueryData<Values>(preferencesQuery.queryKey);
    queries.setQueryData(preferencesQuery.queryKey, { ...before, [key]: value });
    try {
      const { preferences } = await call("PUT /preferences/:key", {
        params: { key },
        body: { value },
      });
      queries.setQueryData(preferencesQuery.queryKey, preferences);
      announce("Saved");
    } catch (error) {
      queries.setQueryData(preferencesQuery.queryKey, before);
      report(error, { what: "Could not save it", kept: "It is as it was." });
    }
  };
  return [data?.[key] ?? null, (value) => later(put(value))];
}

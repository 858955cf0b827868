import { queryOptions } from "@tanstack/react-query";
import { agentsQuery, harnessesQuery, queries } from "../../state/queries.ts";
import { call } from "../../wire/client.ts";

export const templatesQuery = queryOptions({
  queryKey: ["harness-templates"],
  queryFn: async ({ signal }) => (await call("GET /harness-templates", { signal })).templates,
  staleTime: Number.POSITIVE_INFINITY,
});

/** After a harness was added, changed, tested or removed: everything that follows from it. */
export async function harnessesChanged(): Promise<void> {
  await Promise.all(
    [harnessesQuery.queryKey, agentsQuery.queryKey, ["models"], ["commands"], ["doctor"]].map(
      (queryKey) => queries.invalidateQueries({ queryKey }),
    ),
  );
}

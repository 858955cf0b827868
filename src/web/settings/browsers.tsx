import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { later } from "../state/actions.ts";
import { queries } from "../state/queries.ts";
import { EmptyState } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { inWords, report } from "../ui/report.ts";
import { Ago } from "../ui/time.tsx";
import { toast } from "../ui/toast.ts";
import { call } from "../wire/client.ts";
import type { BrowserToken } from "../wire/settings-calls.ts";

const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: async ({ signal }) => (await call("GET /auth/tokens", { signal })).tokens,
  staleTime: 0,
});

/** Every browser that was let in. Putting one out takes effect with its next request. */
export function Browsers() {
  const { data, error } = useQuery(tokensQuery);
  if (error !== null) return <p className="fault">{inWords(error).text}</p>;
  if (data === undefined) return <div aria-busy="true" />;
  if (data.length === 0) return <EmptyState title="No browser is in" />;
  const newest = data.toSorted(
    (a, b) => (b.lastUsedAt ?? b.createdAt) - (a.lastUsedAt ?? a.createdAt),
  );
  return (
    <ul className="browsers" aria-label="Browsers">
      {newest.map((token) => (
        <Row key={token.id} token={token} />
      ))}
    </ul>
  );
}

function Row({ token }: { readonly token: BrowserToken }) {
  const [busy, setBusy] = useState(false);
  const revoke = async (): Promise<void> => {
    setBusy(true);
    try {
      await call("DELETE /auth/tokens/:id", { params: { id: token.id } });
      await queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
      toast({ text: `${token.label} was put out. A new link lets it in again.` });
    } catch (error) {
      report(error, { what: "Could not put it out" });
      setBusy(false);
    }
  };
  return (
    <li>
      <span className="medium cut grow">{token.label}</span>
      <span className="small t3">
        {token.lastUsedAt === null ? (
          "never used"
        ) : (
          <>
            used <Ago at={token.lastUsedAt} />
          </>
        )}
      </span>
      <span className="small t3">
        let in <Ago at={token.createdAt} />
      </span>
      <Button size="s" busy={busy} onClick={() => later(revoke())}>
        Put out
        <span className="sr"> {token.label}</span>
      </Button>
    </li>
  );
}

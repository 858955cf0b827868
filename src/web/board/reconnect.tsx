import { useEffect, useState } from "react";
import { useConnection } from "../state/connection.ts";
import { retryStream } from "../state/feed.ts";
import { Banner } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { Elapsed, formatClock } from "../ui/time.tsx";

/** Shorter breaks heal by themselves; to tell of them would only be noise. */
const patience = 2_000;

/** Says that the server is away. The board stays as it is, readable, with its age. */
export function ReconnectBanner() {
  const lost = useConnection((state) => state.kind === "lost" || state.kind === "connecting");
  const since = useConnection((state) => state.since);
  const goodAt = useConnection((state) => state.goodAt);
  const silentSince = useConnection((state) => state.silentSince);
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!lost) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), patience);
    return () => clearTimeout(timer);
  }, [lost]);
  if (!late && silentSince !== null) return <Silent since={silentSince} />;
  if (!late) return null;
  return (
    <Banner
      icon="refresh"
      actions={
        <Button variant="ghost" size="s" onClick={retryStream}>
          Retry
        </Button>
      }
    >
      <b className="medium">
        Server not reachable for{" "}
        <span aria-hidden="true">
          <Elapsed since={since} />
        </span>
        .
      </b>{" "}
      Agents keep working. This is the board as of {formatClock(goodAt, true)}.
    </Banner>
  );
}

/** The server is there and answers nothing: what was asked of it waits. */
function Silent({ since }: { readonly since: number }) {
  return (
    <Banner icon="clock">
      <b className="medium">
        The server has not answered for{" "}
        <span aria-hidden="true">
          <Elapsed since={since} />
        </span>
        .
      </b>{" "}
      What you did is on its way. This is the board as of {formatClock(since, true)}.
    </Banner>
  );
}

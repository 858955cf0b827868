import "./usage.css";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { UsageReport } from "../../contract/usage.ts";
import { later } from "../state/actions.ts";
import { useBoard } from "../state/board.ts";
import { go } from "../state/route.ts";
import { EmptyState } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { PageTitle } from "../ui/page-title.tsx";
import { inWords } from "../ui/report.ts";
import { Segmented } from "../ui/segmented.tsx";
import { call } from "../wire/client.ts";
import { Accounts } from "./accounts.tsx";
import { Chart } from "./chart.tsx";
import { accountsOf, barsOf, lastDays, type Measure, sumOf } from "./sums.ts";
import { DayTable, TaskTable } from "./tables.tsx";
import { dollars, tokens } from "./words.ts";

type Days = "7" | "30" | "90";

function usageQuery(days: Days) {
  const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
  return queryOptions({
    queryKey: ["usage", days],
    queryFn: async ({ signal }) =>
      (await call("GET /usage", { query: { days: Number(days), timezone }, signal })).usage,
    staleTime: 5_000,
    refetchOnWindowFocus: true,
    // Another time is another picture, but until it is here the old one is better than none.
    placeholderData: (before) => before,
  });
}

/** Tokens and cost by day, account and task, as the agents reported them. */
export default function UsagePage() {
  const [days, setDays] = useState<Days>("30");
  const [measure, setMeasure] = useState<Measure>("tokens");
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery(usageQuery(days));
  useFresh(() => later(refetch()));
  const total = useMemo(() => sumOf(data?.days ?? []), [data]);
  const costKnown = total.cost !== null;
  return (
    <>
      <header className="bar">
        <PageTitle>Usage</PageTitle>
        <Segmented
          label="Time"
          value={days}
          options={(["7", "30", "90"] as const).map((value) => ({
            value,
            label: `${value} days`,
          }))}
          onChange={setDays}
        />
        {data !== undefined && total.runs > 0 && (
          <span className="t3 small num wide-only">
            {tokens(total.read + total.written)} tokens, {dollars(total.cost)}
          </span>
        )}
        <span className="grow" />
        <Segmented
          label="Measure"
          value={costKnown ? measure : "tokens"}
          options={[
            { value: "tokens", label: "Tokens" },
            {
              value: "cost",
              label: "Cost",
              blocked: costKnown ? null : "No agent has said what its runs cost",
            },
          ]}
          onChange={setMeasure}
        />
      </header>
      {data === undefined ? (
        <Missing error={error} busy={isFetching} retry={() => later(refetch())} />
      ) : data.days.length === 0 && data.limits.length === 0 ? (
        <Nothing days={days} />
      ) : (
        <Report
          report={data}
          days={Number(days)}
          measure={costKnown ? measure : "tokens"}
          stale={isPlaceholderData}
        />
      )}
    </>
  );
}

/** The numbers are read again when a run begins or ends. */
function useFresh(read: () => void): void {
  const running = useBoard((state) => state.order.running.length);
  const latest = useRef(read);
  latest.current = read;
  const before = useRef(running);
  useEffect(() => {
    if (before.current !== running) latest.current();
    before.current = running;
  }, [running]);
}

interface ReportProps {
  readonly report: UsageReport;
  readonly days: number;
  readonly measure: Measure;
  /** The numbers are of another time; those of this one are on their way. */
  readonly stale: boolean;
}

function Report({ report, days, measure, stale }: ReportProps) {
  const accounts = useMemo(() => accountsOf(report), [report]);
  const bars = useMemo(
    () => barsOf(report, accounts, lastDays(days, report.to)),
    [report, accounts, days],
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard, and may hold nothing else to stand on
    <section className="usage" aria-label="Usage" tabIndex={0} aria-busy={stale || undefined}>
      <div className="usage-grid">
        <Chart bars={bars} accounts={accounts} measure={measure} />
        <Accounts accounts={accounts} limits={report.limits} />
        <TaskTable tasks={report.tasks} />
        <DayTable bars={bars} />
      </div>
      <p className="small t3 usage-note">
        As far as agents say. “In” is what a model read anew; what its cache still held stands
        apart. A subscription’s runs have a cost on paper only.
      </p>
    </section>
  );
}

interface MissingProps {
  readonly error: Error | null;
  readonly busy: boolean;
  readonly retry: () => void;
}

function Missing({ error, busy, retry }: MissingProps) {
  if (error === null) return <div className="usage-empty" aria-busy="true" />;
  const { text, hint } = inWords(error);
  return (
    <div className="usage-empty">
      <EmptyState
        title="The usage could not be read"
        actions={
          <Button icon="refresh" busy={busy} onClick={retry}>
            Try again
          </Button>
        }
      >
        {text} {hint}
      </EmptyState>
    </div>
  );
}

function Nothing({ days }: { readonly days: Days }) {
  return (
    <div className="usage-empty">
      <EmptyState
        title={`No run in the last ${days} days`}
        actions={
          <>
            <Button variant="primary" icon="plus" keys="C" onClick={() => go({ dialog: "new" })}>
              New task
            </Button>
            <Button icon="board" onClick={() => go({ view: null })}>
              To the board
            </Button>
          </>
        }
      >
        What agents report of tokens and cost stands here, by day, account and task.
      </EmptyState>
    </div>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AgentStatus, Harness } from "../../../contract/harness.ts";
import { later } from "../../state/actions.ts";
import { agentsQuery, harnessesQuery } from "../../state/queries.ts";
import { go } from "../../state/route.ts";
import { agentIcon } from "../../ui/agents.tsx";
import { EmptyState } from "../../ui/bits.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Icon } from "../../ui/icons.tsx";
import { inWords } from "../../ui/report.ts";
import { AddHarness } from "./add-harness.tsx";
import { DeleteHarness } from "./delete-harness.tsx";
import { HarnessPage } from "./harness-page.tsx";
import { type Verdict, verdictOf } from "./verdict.ts";

/** All accounts, and the one that is looked at. */
export function Accounts({ id }: { readonly id: string | null }) {
  const { data: harnesses, error, refetch } = useQuery(harnessesQuery);
  const { data: statuses } = useQuery(agentsQuery);
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Harness | null>(null);
  if (harnesses === undefined) {
    return error === null ? (
      <div className="set-body" aria-busy="true" />
    ) : (
      <div className="set-body">
        <EmptyState
          title="The accounts could not be read"
          actions={
            <Button icon="refresh" onClick={() => later(refetch())}>
              Try again
            </Button>
          }
        >
          {inWords(error).text} {inWords(error).hint}
        </EmptyState>
      </div>
    );
  }
  const statusOf = (harnessId: string): AgentStatus | undefined =>
    statuses?.find((status) => status.harnessId === harnessId);
  const shown = harnesses.find((harness) => harness.id === id) ?? harnesses[0];
  return (
    <>
      <section className="account-list" aria-labelledby="accounts">
        <header>
          <h2 id="accounts">Accounts</h2>
          <span className="grow" />
          <Button size="s" icon="plus" onClick={() => setAdding(true)}>
            Add
          </Button>
        </header>
        <ul>
          {harnesses.map((harness) => (
            <Entry
              key={harness.id}
              harness={harness}
              verdict={harness.kind === "fake" ? null : verdictOf(statusOf(harness.id))}
              on={harness.id === shown?.id}
            />
          ))}
        </ul>
      </section>
      <div className="set-body">
        {shown !== undefined && (
          <HarnessPage
            key={shown.id}
            harness={shown}
            status={statusOf(shown.id)}
            onDelete={() => setEnding(shown)}
          />
        )}
      </div>
      {adding && <AddHarness onClose={() => setAdding(false)} />}
      {ending !== null && <DeleteHarness harness={ending} onClose={() => setEnding(null)} />}
    </>
  );
}

interface EntryProps {
  readonly harness: Harness;
  /** Null where there is nothing to look for: the sample agent is part of Agetor. */
  readonly verdict: Verdict | null;
  readonly on: boolean;
}

function Entry({ harness, verdict, on }: EntryProps) {
  const word = !harness.enabled
    ? "Switched off"
    : verdict === null
      ? "Needs nothing"
      : verdict.tone === "good"
        ? verdict.detail
        : verdict.word;
  return (
    <li>
      <button
        type="button"
        className={cx("account-entry", on && "on", !harness.enabled && "is-off")}
        aria-current={on ? "true" : undefined}
        onClick={() => go({ section: `accounts/${harness.id}` })}
      >
        <Icon name={agentIcon(harness.kind, harness.id)} />
        <span className="grow two-lines">
          <span className="medium cut">{harness.label}</span>
          <span className={cx("small cut", verdict?.tone === "warn" ? "s-blocked" : "t2")}>
            {word}
          </span>
        </span>
        {harness.enabled && verdict !== null && (
          <Icon name={verdict.icon} className={verdict.ink} />
        )}
      </button>
    </li>
  );
}

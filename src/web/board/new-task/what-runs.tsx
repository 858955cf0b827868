import { useQuery } from "@tanstack/react-query";
import { openSetup } from "../../setup/setup-state.ts";
import { branchesQuery, projectsQuery, setupQuery } from "../../state/queries.ts";
import { useAgentName } from "../../ui/agents.tsx";
import { Button } from "../../ui/button.tsx";
import { Exact } from "../../ui/text.tsx";
import type { Draft } from "./draft.ts";
import type { Choices } from "./use-choices.ts";
import { type Row, rowsOf } from "./what-runs.ts";

export interface WhatRunsProps {
  readonly draft: Draft;
  readonly choices: Choices;
}

/** What a start does, in the order it happens: shown before it is asked for. */
export function WhatRuns({ draft, choices }: WhatRunsProps) {
  const workdir = draft.workdir ?? "";
  const plain = useQuery(projectsQuery).data?.find(({ path }) => path === workdir);
  const hasWorktree = draft.isolation === "worktree" && plain?.isRepository !== false;
  const { data: branches } = useQuery(branchesQuery(workdir));
  const { data } = useQuery({ ...setupQuery(workdir), enabled: workdir !== "" && hasWorktree });
  const agent = useAgentName(choices.agent ?? "");
  if (workdir === "") return null;
  const { models, options, picked } = choices;
  const rows = rowsOf({
    workdir,
    base: hasWorktree
      ? (draft.baseRef ?? branches?.find((branch) => branch.current)?.name ?? "HEAD")
      : null,
    answer: data ?? null,
    run: [
      agent,
      models.find(({ id }) => id === picked.model)?.label ?? picked.model,
      picked.effort === null ? null : effortWord(options, picked.effort),
      options?.modes.find(({ id }) => id === picked.mode)?.label ?? picked.mode,
    ],
  });
  return (
    <section className="what" aria-label="What will run">
      <div className="cap">
        <h3>What will run</h3>
        <span className="grow" />
        {hasWorktree && (
          <Button variant="ghost" size="s" icon="gear" onClick={() => openSetup(workdir)}>
            Set-up
          </Button>
        )}
      </div>
      <dl>
        {rows.map((row) => (
          <What key={row.word} row={row} />
        ))}
      </dl>
    </section>
  );
}

function effortWord(options: Choices["options"], id: string): string {
  const label = options?.efforts.find((effort) => effort.id === id)?.label ?? id;
  return `${label.toLowerCase()} effort`;
}

function What({ row }: { readonly row: Row }) {
  return (
    <div>
      <dt>{row.word}</dt>
      <dd>
        {row.lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is named by its place
          <span key={index} className="ln">
            <Exact>{line}</Exact>
          </span>
        ))}{" "}
        {row.note !== null && <span className="t3">{row.note}</span>}
      </dd>
    </div>
  );
}

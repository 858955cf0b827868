import { useQuery } from "@tanstack/react-query";
import type { AgentOptions, AgentStatus, Harness, ModelOption } from "../../../contract/harness.ts";
import { agentsQuery, defaultsQuery, harnessesQuery, modelsQuery } from "../../state/queries.ts";
import type { Picked } from "./choices.ts";
import type { Draft } from "./draft.ts";

export interface Choices {
  readonly harnesses: readonly Harness[];
  readonly statusOf: (id: string) => AgentStatus | undefined;
  /** The agent that is picked, or taken when none is. */
  readonly agent: string | null;
  readonly kind: string | null;
  readonly options: AgentOptions | undefined;
  readonly models: readonly ModelOption[];
  readonly picked: Picked;
}

const none: readonly never[] = [];

/** Everything that can be picked, given what is picked already. */
export function useChoices(draft: Draft): Choices {
  const { data: defaults } = useQuery(defaultsQuery);
  const harnesses = (useQuery(harnessesQuery).data ?? none).filter((harness) => harness.enabled);
  const statuses = useQuery(agentsQuery).data ?? none;
  const statusOf = (id: string): AgentStatus | undefined =>
    statuses.find((status) => status.harnessId === id);
  const agent = agentOf(draft, defaults?.defaultAgent ?? null, harnesses, statusOf);
  const kind = harnesses.find((harness) => harness.id === agent)?.kind ?? null;
  const options = kind === null ? undefined : defaults?.agentOptions[kind];
  const models = useQuery(modelsQuery(agent ?? "")).data ?? none;
  // What was picked of an agent that is gone says nothing about another.
  const gone = draft.agent !== null && draft.agent !== agent;
  const { model, mode, effort } = draft;
  const picked = gone ? { model: null, mode: null, effort: null } : { model, mode, effort };
  return { harnesses, statusOf, agent, kind, options, models, picked };
}

/** A default that cannot work here gives way to the first agent that can. */
function agentOf(
  draft: Draft,
  standard: string | null,
  harnesses: readonly Harness[],
  statusOf: (id: string) => AgentStatus | undefined,
): string | null {
  const exists = (id: string | null): id is string => harnesses.some((item) => item.id === id);
  if (exists(draft.agent)) return draft.agent;
  if (exists(standard) && statusOf(standard)?.available !== false) return standard;
  const ready = harnesses.find(
    (item) => statusOf(item.id)?.available === true && item.kind !== "fake",
  );
  return ready?.id ?? (exists(standard) ? standard : (harnesses[0]?.id ?? null));
}

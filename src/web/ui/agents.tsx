import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useMemo } from "react";
import { harnessesQuery } from "../state/queries.ts";
import type { IconName } from "./icons.tsx";

const Names = createContext<ReadonlyMap<string, string>>(new Map());

/** Knows what the person calls each agent; asked once for the whole page. */
export function AgentNames({ children }: { readonly children: ReactNode }) {
  const { data } = useQuery(harnessesQuery);
  const names = useMemo(
    () => new Map((data ?? []).map((harness) => [harness.id, harness.label])),
    [data],
  );
  return <Names value={names}>{children}</Names>;
}

/** The label of a harness, or its id until it is known. */
export function useAgentName(id: string): string {
  return use(Names).get(id) ?? id;
}

/** A plain mark for an agent, by its harness id where the kind says too little. */
export function agentIcon(kind: string, id: string): IconName {
  if (kind === "claude-code") return "a-claude";
  if (kind === "codex") return "a-codex";
  if (kind === "fake") return "a-fake";
  if (kind === "oneshot") return "t-shell";
  if (id.includes("gemini")) return "a-gemini";
  return id.includes("opencode") ? "a-opencode" : "t-agent";
}

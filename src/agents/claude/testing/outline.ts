import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentItem } from "../../driver.ts";
import { decode } from "../decode.ts";
import type { Pending } from "../line.ts";
import { type ClaudeState, initialState } from "../state.ts";

/** The lines of a recorded file of the real CLI. */
export function fixture(name: string): string[] {
  const path = join(import.meta.dir, "..", "fixtures", `${name}.jsonl`);
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

/** Decodes lines as the transcript reader does; the state makes the way through JSON, like a cursor. */
export function decodeAll(
  lines: readonly string[],
  options: { agentId?: string; pending?: Pending; state?: ClaudeState; from?: number } = {},
): { readonly items: AgentItem[]; readonly state: ClaudeState } {
  let state = options.state ?? initialState("/t.jsonl", options.agentId ?? null);
  const items: AgentItem[] = [];
  for (const [at, line] of lines.entries()) {
    const place = `0:${at + (options.from ?? 0)}`;
    const context = { place, oversize: false, cwd: "/repo", pending: options.pending ?? null };
    const decoded = decode(state, line, context);
    state = JSON.parse(JSON.stringify(decoded.state)) as ClaudeState;
    items.push(...decoded.items);
  }
  return { items, state };
}

/** One line for each item, with everything in it that a person would see. */
export function outline(items: readonly AgentItem[]): string[] {
  return items.map((item) => {
    if (item.kind !== "transcript") return rest(item);
    const { data } = item;
    return `${item.type} ${JSON.stringify(data, (key, value) => (isEmpty(key, value) ? undefined : value))}`;
  });
}

function rest({ key: _, ...item }: Exclude<AgentItem, { kind: "transcript" }>): string {
  const { kind, ...data } = item;
  return Object.keys(data).length === 0 ? `[${kind}]` : `[${kind}] ${JSON.stringify(data)}`;
}

/** Ids differ with every recording; what is absent says nothing. */
function isEmpty(key: string, value: unknown): boolean {
  if (key === "toolId" || key === "sessionRef" || key === "agentId" || key === "blobId")
    return true;
  return value === null || value === false || (Array.isArray(value) && value.length === 0);
}

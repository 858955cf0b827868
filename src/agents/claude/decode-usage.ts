import type { Usage } from "../../contract/run.ts";
import { type Json, numberAt, objectAt, stringAt } from "./json.ts";
import type { Line } from "./line.ts";
import type { ClaudeState } from "./state.ts";

/**
 * Adds the tokens of one API message to the turn. Each of its blocks is a line with the same final
 * `usage`, so it counts once per message id (2.1.330, observed).
 */
export function decodeUsage(line: Line, state: ClaudeState, message: Json): ClaudeState {
  const id = stringAt(message, "id");
  const said = objectAt(message, "usage");
  if (id === null || said === null) return state;
  const real = stringAt(message, "model") !== "<synthetic>";
  const spokeAt = real ? Math.max(state.spokeAt, line.at ?? 0) : state.spokeAt;
  if (id === state.countedMessage) return { ...state, spokeAt };
  const usage = sum(state.usage, {
    inputTokens: numberAt(said, "input_tokens") ?? 0,
    outputTokens: numberAt(said, "output_tokens") ?? 0,
    cacheReadTokens: numberAt(said, "cache_read_input_tokens") ?? 0,
    cacheWriteTokens: numberAt(said, "cache_creation_input_tokens") ?? 0,
    costUsd: null,
  });
  // Cost and context stand in no line; they are filled in on the way to the store.
  const data = { usage, model: state.model, contextPercent: null, rateLimits: [] };
  line.event({ type: "usage.updated", data }, "usage");
  return { ...state, usage, spokeAt, countedMessage: id };
}

/** Two usages as one. The cost is known when one of them knows it. */
export function sum(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    costUsd: a.costUsd === null && b.costUsd === null ? null : (a.costUsd ?? 0) + (b.costUsd ?? 0),
  };
}

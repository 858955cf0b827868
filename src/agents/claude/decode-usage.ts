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
  if (id === null || said === null || id === state.countedMessage) return state;
  const usage = sum(state.usage, {
    inputTokens: numberAt(said, "input_tokens") ?? 0,
    outputTokens: numberAt(said, "output_tokens") ?? 0,
    cacheReadTokens: numberAt(said, "cache_read_input_tokens") ?? 0,
    cacheWriteTokens: numberAt(said, "cache_creation_input_tokens") ?? 0,
    costUsd: null,
  });
  const next = { ...state, usage, countedMessage: id };
  say(line, next);
  return next;
}

/**
 * The CLI says its cost only at the end of its process, for all of it. That is the cost of a turn
 * when there was just one since it last spoke; else nobody says, and we do not guess.
 */
export function decodeCost(line: Line, state: ClaudeState): ClaudeState {
  const total = numberAt(line.record, "totalCostUSD");
  if (total === null) return state;
  const next = { ...state, costUsd: total, turnsSinceCost: 0 };
  if (state.turnsSinceCost !== 1 || line.record["hasUnknownModelCost"] === true) return next;
  const before = total >= state.costUsd ? state.costUsd : 0;
  const priced = { ...next, usage: { ...state.usage, costUsd: total - before } };
  say(line, priced);
  return priced;
}

function say(line: Line, state: ClaudeState): void {
  line.event(
    {
      type: "usage.updated",
      data: { usage: state.usage, model: state.model, contextPercent: null, rateLimits: [] },
    },
    "usage",
  );
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

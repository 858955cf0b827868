import type { Interaction } from "../contract/interaction.ts";
import { sameCall } from "./canonical.ts";
import type { Approval } from "./transcript.ts";

interface Call {
  readonly name: string;
  readonly input: unknown;
}

interface Loose {
  readonly ask: Approval;
  /** Where it stands in the main lane as a row of its own; null while it is open. */
  readonly row: number | null;
}

/**
 * Joins what an agent asked with the calls it asked for. An approval does not say which call it is
 * about, and either may come first: the transcript of an agent is read with a delay. Only calls of
 * the current run without a result are looked at, so a long transcript costs no more than a short one.
 */
export class TranscriptAsks {
  /** The calls without a result, by the name of their tool and their id, oldest first. */
  readonly #calls = new Map<string, Map<string, Call>>();
  readonly #names = new Map<string, string>();
  /** The calls of approvals, by the approval. */
  readonly #callOf = new Map<string, string>();
  readonly #asked = new Set<string>();
  /** Approvals whose call is not known yet, by id, oldest first. */
  readonly #loose = new Map<string, Loose>();

  /** Another run begins: what was asked for before it is over. */
  begin(): void {
    this.#calls.clear();
    this.#names.clear();
    this.#asked.clear();
    this.#loose.clear();
  }

  /** A call, or more of it. Answers the approval that waits for it, if there is one. */
  called(toolId: string, call: Call): Loose | null {
    const known = this.#names.get(toolId);
    if (known !== undefined && known !== call.name) this.#calls.get(known)?.delete(toolId);
    const calls = this.#calls.get(call.name) ?? new Map<string, Call>();
    this.#calls.set(call.name, calls.set(toolId, call));
    this.#names.set(toolId, call.name);
    if (this.#loose.size === 0 || this.#asked.has(toolId)) return null;
    for (const [id, loose] of this.#loose) {
      if (!isAbout(loose.ask, call)) continue;
      this.#loose.delete(id);
      this.#bind(id, toolId);
      return loose;
    }
    return null;
  }

  finished(toolId: string): void {
    const name = this.#names.get(toolId);
    if (name === undefined) return;
    this.#names.delete(toolId);
    this.#asked.delete(toolId);
    this.#calls.get(name)?.delete(toolId);
  }

  /** The id of the call an approval is about; null while that is not known. */
  callOf(ask: Approval): string | null {
    const known = this.#callOf.get(ask.id);
    if (known !== undefined) return known;
    for (const [toolId, call] of this.#calls.get(ask.toolName) ?? []) {
      if (this.#asked.has(toolId) || !isAbout(ask, call)) continue;
      this.#loose.delete(ask.id);
      this.#bind(ask.id, toolId);
      return toolId;
    }
    return null;
  }

  /** Its call may still come; until then it stands at `row`, or nowhere. */
  waits(ask: Approval, row: number | null): void {
    this.#loose.set(ask.id, { ask, row });
  }

  #bind(askId: string, toolId: string): void {
    this.#callOf.set(askId, toolId);
    this.#asked.add(toolId);
  }
}

function isAbout(ask: Approval, call: Call): boolean {
  return ask.toolName === call.name && sameCall(ask.toolInput, call.input);
}

/** The input a person allowed instead of the one that was asked for; null when they changed nothing. */
export function changedInput(ask: Interaction): Readonly<Record<string, unknown>> | null {
  // What was stored before answers were told has none.
  const answer = (ask as Partial<Interaction>).answer ?? null;
  if (answer?.kind !== "approval" || answer.decision !== "allow") return null;
  return answer.updatedInput ?? null;
}

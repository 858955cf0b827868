import { decodeTime } from "ulid";
import type { Interaction } from "../contract/interaction.ts";
import { canonical, sameCall } from "./canonical.ts";

interface Call {
  readonly name: string;
  readonly input: unknown;
  /** When it was made, epoch ms. */
  readonly at: number;
}

interface Loose {
  readonly ask: Interaction;
  /** Where it stands in the main lane as a row of its own; null while it is open. */
  readonly row: number | null;
}

/**
 * Joins what an agent asked with the calls it asked for. Where the agent does not name the call, it
 * is known by what was asked, and either may come first: the transcript of an agent is read with a
 * delay. Only calls of the current run without a result are looked at then, so a long transcript
 * costs no more than a short one. What fits several calls belongs to none.
 */
export class TranscriptAsks {
  /** The calls without a result, by the name of their tool and their id, oldest first. */
  readonly #calls = new Map<string, Map<string, Call>>();
  readonly #names = new Map<string, string>();
  /** The calls of what was asked, by its id; and what was asked, by the call. */
  readonly #callOf = new Map<string, string>();
  readonly #asked = new Map<string, Interaction>();
  /** What was asked and whose call is not known yet, by id, oldest first. */
  readonly #loose = new Map<string, Loose>();

  /** Another run begins: what was asked for before it is over. */
  begin(): void {
    this.#calls.clear();
    this.#names.clear();
    this.#asked.clear();
    this.#loose.clear();
  }

  /** A call, or more of it. Answers what waits for it, if there is something. */
  called(toolId: string, call: Call): Loose | null {
    const known = this.#names.get(toolId);
    if (known !== undefined && known !== call.name) this.#calls.get(known)?.delete(toolId);
    const calls = this.#calls.get(call.name) ?? new Map<string, Call>();
    const before = calls.get(toolId);
    this.#calls.set(call.name, calls.set(toolId, { ...call, at: before?.at ?? call.at }));
    this.#names.set(toolId, call.name);
    if (this.#loose.size === 0 || this.#asked.has(toolId)) return null;
    for (const [id, loose] of this.#loose) {
      if (this.#find(loose.ask) !== toolId) continue;
      this.#loose.delete(id);
      this.#bind(loose.ask, toolId);
      return loose;
    }
    return null;
  }

  /**
   * A call has its result. Answers what was taken to be about it and cannot be: it was asked after
   * the result, so it is about a call that is not known yet.
   */
  finished(toolId: string, at: number): Interaction | null {
    const name = this.#names.get(toolId);
    if (name === undefined) return null;
    this.#names.delete(toolId);
    this.#calls.get(name)?.delete(toolId);
    const ask = this.#asked.get(toolId);
    if (ask?.kind !== "plan_approval" || ask.toolId != null || askedAt(ask) <= at) return null;
    this.#asked.delete(toolId);
    this.#callOf.delete(ask.id);
    return ask;
  }

  /** The id of the call that was asked about; null while that is not known. */
  callOf(ask: Interaction): string | null {
    const known = this.#callOf.get(ask.id);
    if (known !== undefined) return known;
    const toolId = this.#find(ask);
    if (toolId === null) return null;
    this.#loose.delete(ask.id);
    this.#bind(ask, toolId);
    return toolId;
  }

  /** Its call may still come; until then it stands at `row`, or nowhere. */
  waits(ask: Interaction, row: number | null): void {
    this.#loose.set(ask.id, { ask, row });
  }

  #bind(ask: Interaction, toolId: string): void {
    this.#callOf.set(ask.id, toolId);
    this.#asked.set(toolId, ask);
  }

  #find(ask: Interaction): string | null {
    if (ask.toolId != null) {
      return this.#names.has(ask.toolId) && !this.#asked.has(ask.toolId) ? ask.toolId : null;
    }
    const name = toolAskedFor(ask);
    const calls = name === null ? undefined : this.#calls.get(name);
    const fitting = [...(calls ?? [])].filter(
      ([toolId, call]) => !this.#asked.has(toolId) && isAbout(ask, call),
    );
    // Of calls in the same words the first is asked about first; an answer is not to be mixed up.
    return fitting.length > 1 && ask.kind !== "approval" ? null : (fitting[0]?.[0] ?? null);
  }
}

/** The tool whose call asks this; null for what only a call that is named can be about. */
function toolAskedFor(ask: Interaction): string | null {
  switch (ask.kind) {
    case "approval":
      return ask.toolName;
    case "ask_questions":
      return "AskUserQuestion";
    case "plan_approval":
      return "ExitPlanMode";
    case "question":
      return null;
  }
}

/**
 * Whether this can be about that call of its tool. Claude 2.1.330 asks for a plan whose words are not
 * in the call: there the time tells, since a dialog opens after its call and before its result.
 */
function isAbout(ask: Interaction, call: Call): boolean {
  switch (ask.kind) {
    case "approval":
      return sameCall(ask.toolInput, call.input);
    case "ask_questions":
      return sameQuestions(ask.questions, listIn(call.input, "questions"));
    case "plan_approval":
      return call.at <= askedAt(ask);
    case "question":
      return false;
  }
}

/** When an agent's hook began to ask, epoch ms: the id of what it asks says it. */
function askedAt({ id }: Interaction): number {
  return decodeTime(id);
}

/** What tells sets of questions apart: their words and those of their choices. */
function sameQuestions(a: readonly unknown[], b: readonly unknown[]): boolean {
  const words = (questions: readonly unknown[]): unknown =>
    questions.map((one) => [
      fieldOf(one, "question"),
      fieldOf(one, "multiSelect") === true,
      listIn(one, "options").map((option) => fieldOf(option, "label")),
    ]);
  return canonical(words(a)) === canonical(words(b));
}

function fieldOf(value: unknown, name: string): unknown {
  return ((value ?? {}) as Record<string, unknown>)[name] ?? "";
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const held = fieldOf(value, name);
  return Array.isArray(held) ? held : [];
}

/** The input a person allowed instead of the one that was asked for; null when they changed nothing. */
export function changedInput(ask: Interaction): Readonly<Record<string, unknown>> | null {
  // What was stored before answers were told has none.
  const answer = (ask as Partial<Interaction>).answer ?? null;
  if (answer?.kind !== "approval" || answer.decision !== "allow") return null;
  return answer.updatedInput ?? null;
}

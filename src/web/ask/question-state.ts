import type { InteractionAnswer } from "../../contract/interaction.ts";
import { type Asking, isRecord } from "./words.ts";

/** One question of a form, whichever way the agent asked it. */
export interface Field {
  readonly question: string;
  readonly header: string;
  readonly multi: boolean;
  readonly allowText: boolean;
  readonly options: readonly {
    readonly label: string;
    readonly description: string;
    readonly preview: string | null;
  }[];
}

/** What is filled in for one question. */
export interface Filled {
  readonly selected: readonly string[];
  /** Whether "Other" is chosen; its text stays while it is not. */
  readonly other: boolean;
  readonly text: string;
}

export interface Form {
  readonly step: number;
  readonly filled: readonly Filled[];
}

export function fieldsOf(ask: Asking): readonly Field[] {
  if (ask.kind === "ask_questions") {
    return ask.questions.map((one) => ({
      question: one.question,
      header: one.header,
      multi: one.multiSelect,
      allowText: true,
      options: one.options,
    }));
  }
  const options = (ask.choices ?? []).map((label) => ({ label, description: "", preview: null }));
  const { question, multi, allowText } = ask;
  // A question without choices can only be answered in words.
  return [{ question, header: "", multi, allowText: allowText || options.length === 0, options }];
}

export function emptyForm(fields: readonly Field[]): Form {
  return {
    step: 0,
    filled: fields.map(({ options }) => ({
      selected: [],
      other: options.length === 0,
      text: "",
    })),
  };
}

/** A stored draft fits only the questions it was made for. */
export function fits(fields: readonly Field[]) {
  return (value: unknown): value is Form => {
    if (!isRecord(value) || typeof value["step"] !== "number") return false;
    const filled = value["filled"];
    if (!Array.isArray(filled) || filled.length !== fields.length) return false;
    return filled.every(
      (one, index) =>
        isRecord(one) &&
        typeof one["other"] === "boolean" &&
        typeof one["text"] === "string" &&
        Array.isArray(one["selected"]) &&
        one["selected"].every((label) =>
          fields[index]?.options.some((option) => option.label === label),
        ),
    );
  };
}

/** Chooses an option; in a question with one answer that takes every other choice back. */
export function choose(filled: Filled, field: Field, label: string): Filled {
  if (!field.multi) return { ...filled, selected: [label], other: false };
  const has = filled.selected.includes(label);
  const chosen = has ? filled.selected.filter((one) => one !== label) : [...filled.selected, label];
  // In the order they are offered, so the same choice is always the same answer.
  const order = field.options.map((option) => option.label);
  return { ...filled, selected: chosen.sort((a, b) => order.indexOf(a) - order.indexOf(b)) };
}

export function chooseOther(filled: Filled, field: Field): Filled {
  if (!field.multi) return { ...filled, selected: [], other: true };
  return { ...filled, other: !filled.other };
}

export function isAnswered(filled: Filled): boolean {
  return filled.selected.length > 0 || (filled.other && filled.text.trim() !== "");
}

export function leftOf(form: Form): number {
  return form.filled.filter((one) => !isAnswered(one)).length;
}

/** The answer as it is sent; null while a question has none. */
export function toAnswer(ask: Asking, form: Form): InteractionAnswer | null {
  if (leftOf(form) > 0) return null;
  const given = form.filled.map(({ selected, other, text }) => ({
    selected: [...selected],
    text: other ? text.trim() : "",
  }));
  if (ask.kind === "question") {
    const { selected, text } = given[0] ?? { selected: [], text: "" };
    return { kind: "question", selected, ...(text === "" ? {} : { text }) };
  }
  return {
    kind: "ask_questions",
    answers: given.map(({ selected, text }) => ({
      selected,
      ...(text === "" ? {} : { custom: text }),
    })),
  };
}

/** The form with one question filled in anew. */
export function withFilled(form: Form, at: number, fold: (before: Filled) => Filled): Form {
  return {
    ...form,
    filled: form.filled.map((one, index) => (index === at ? fold(one) : one)),
  };
}

/** The next question without an answer after `from`, else the one after it. */
export function nextStep(form: Form, from: number): number {
  const open = form.filled.findIndex((one, index) => index > from && !isAnswered(one));
  return open >= 0 ? open : Math.min(from + 1, form.filled.length - 1);
}

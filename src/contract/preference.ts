import { z } from "zod";
import { Column, HarnessId, Isolation } from "./primitives.ts";

/** What was picked last for a project; null fields mean the agent's own default. */
const LastPicks = z.strictObject({
  agent: HarnessId.exactOptional(),
  model: z.string().max(200).nullable().exactOptional(),
  mode: z.string().max(100).nullable().exactOptional(),
  effort: z.string().max(100).nullable().exactOptional(),
  isolation: Isolation.exactOptional(),
});
export type LastPicks = z.infer<typeof LastPicks>;

interface Rule<T> {
  readonly schema: z.ZodType<T>;
  /** What fits, as the end of a sentence. */
  readonly takes: string;
}

const rule = <T>(schema: z.ZodType<T>, takes: string): Rule<T> => ({ schema, takes });

const onOrOff = rule(z.boolean(), "true or false");

function oneOf<const T extends string>(...values: readonly T[]): Rule<T> {
  const quoted = values.map((value) => `"${value}"`);
  return rule(z.enum(values), `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`);
}

/** The preferences that the server and the board go by. null under any of them = its default. */
export const preferenceRules = {
  /** The harness of a new task where a project has not been used before. */
  defaultAgent: rule(HarnessId, "the id of an agent"),
  /** After how long an idle agent is ended, in minutes. */
  hibernateMinutes: rule(z.int().min(1).max(10_080), "a whole number from 1 to 10080"),
  /** What becomes of a task once its branch is merged. */
  "landing.after": oneOf("keep", "archive", "delete"),
  "ui.theme": oneOf("system", "light", "dark"),
  "ui.rail": oneOf("open", "closed"),
  "ui.collapsed": rule(
    z.array(Column).max(Column.options.length),
    `a list of columns: ${Column.options.join(", ")}`,
  ),
  /** In CSS pixels; the board keeps it within the window. */
  "ui.panelWidth": rule(z.number().min(100).max(10_000), "a number from 100 to 10000"),
  "ui.detail": oneOf("summary", "normal", "verbose"),
  /** Whether a hidden tab tells of what waits, where the browser lets it. */
  "ui.notify": onOrOff,
  /** How diffs are shown in the review. */
  "ui.diffLayout": oneOf("split", "unified"),
  "ui.diffWrap": onOrOff,
  "ui.diffWhitespace": oneOf("show", "ignore"),
  /** Whether the first screen has done its work. */
  "ui.welcomed": onOrOff,
  "ui.lastProject": rule(z.string().min(1).max(4096), "the path of a folder"),
  "ui.lastPicks": rule(
    z.record(z.string().max(4096), LastPicks),
    "an object of {agent, model, mode, effort, isolation} by folder",
  ),
} as const satisfies Record<string, Rule<unknown>>;

export type PreferenceName = keyof typeof preferenceRules;
export type PreferenceValue<K extends PreferenceName> = z.infer<
  (typeof preferenceRules)[K]["schema"]
>;

export function isPreferenceName(name: string): name is PreferenceName {
  return Object.hasOwn(preferenceRules, name);
}

/** What is wrong with a preference. */
export interface PreferenceFlaw {
  readonly name: string;
  readonly message: string;
  /** What would be right, as a sentence. */
  readonly hint: string;
}

/** Why a preference cannot have this value; null = it can. Names that are not ours take anything. */
export function preferenceFlaw(name: string, value: unknown): PreferenceFlaw | null {
  if (!isPreferenceName(name)) return null;
  const { schema, takes } = preferenceRules[name];
  if (value === null || schema.safeParse(value).success) return null;
  return {
    name,
    message: `The preference "${name}" cannot be ${shown(value)}.`,
    hint: `It takes ${takes}; null stands for its default.`,
  };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

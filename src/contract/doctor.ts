import { z } from "zod";
import { HarnessId, Millis } from "./primitives.ts";

/** What mends a finding. */
export const Fix = z.discriminatedUnion("kind", [
  /** To be run in a terminal, as it is. */
  z.object({ kind: z.literal("command"), label: z.string(), command: z.string() }),
  /** Something the board does: log in, allow notifications, open a settings page. */
  z.object({
    kind: z.literal("action"),
    label: z.string(),
    action: z.enum(["login", "allow-notifications", "open-harness", "open-storage", "probe"]),
    harnessId: HarnessId.nullable(),
  }),
]);
export type Fix = z.infer<typeof Fix>;

/** One thing the doctor looked at. */
export const DoctorCheck = z.object({
  /** Such as `git`, `tmux`, `agent:claude-code`, `disk`. */
  id: z.string(),
  group: z.enum(["agents", "tools", "machine"]),
  label: z.string(),
  /** `off` = not there, and nothing needs it. */
  status: z.enum(["pass", "warn", "fail", "off"]),
  /** One line: what was found. */
  detail: z.string(),
  /** What it means and where it was looked, for who opens the row; null when there is nothing more. */
  more: z.string().nullable(),
  fix: Fix.nullable(),
});
export type DoctorCheck = z.infer<typeof DoctorCheck>;

export const Doctor = z.object({
  at: Millis,
  version: z.string(),
  checks: z.array(DoctorCheck),
});
export type Doctor = z.infer<typeof Doctor>;

/** One fact a driver relies on, as tried with the person's own CLI against a model of ours. */
export const ProbedFact = z.object({
  id: z.string(),
  /** The fact in one sentence, such as "A hook can allow a command". */
  label: z.string(),
  /** Null = it could not be tried. */
  holds: z.boolean().nullable(),
  detail: z.string().nullable(),
});
export type ProbedFact = z.infer<typeof ProbedFact>;

export const ProbeReport = z.object({
  harnessId: HarnessId,
  version: z.string().nullable(),
  at: Millis,
  durationMs: z.number(),
  facts: z.array(ProbedFact),
});
export type ProbeReport = z.infer<typeof ProbeReport>;

/** The trial that is under way now, with what it has shown so far. */
export const ProbeProgress = z.object({
  harnessId: HarnessId,
  startedAt: Millis,
  /** All facts in the order they are tried; `holds` is null until one is known. */
  facts: z.array(ProbedFact),
});
export type ProbeProgress = z.infer<typeof ProbeProgress>;

export const ProbeBody = z.strictObject({ harnessId: HarnessId });
export type ProbeBody = z.infer<typeof ProbeBody>;

/** What the Test button of a harness found. */
export const HarnessTest = z.object({
  harnessId: HarnessId,
  ok: z.boolean(),
  durationMs: z.number(),
  path: z.string().nullable(),
  version: z.string().nullable(),
  loggedIn: z.boolean().nullable(),
  account: z.string().nullable(),
  /** Its config home as it is used, and whether another harness shares it. */
  home: z.string().nullable(),
  sharesHomeWith: z.array(HarnessId),
  models: z.number().int(),
  reason: z.string().nullable(),
  hint: z.string().nullable(),
  /** Where its program was looked for, when it was not found. */
  looked: z.array(z.string()),
});
export type HarnessTest = z.infer<typeof HarnessTest>;

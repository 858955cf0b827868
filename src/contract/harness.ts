import { z } from "zod";
import { AgentKind, HarnessId, Millis } from "./primitives.ts";

const EnvMap = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(32_768));

/** A configured agent: which program, with which account, arguments and environment. */
export const Harness = z.object({
  id: HarnessId,
  kind: AgentKind,
  label: z.string(),
  builtin: z.boolean(),
  enabled: z.boolean(),
  bin: z.string().nullable(),
  args: z.array(z.string()),
  /** The agent's config home (CLAUDE_CONFIG_DIR, CODEX_HOME, …); null = the agent's own default. */
  home: z.string().nullable(),
  env: z.record(z.string(), z.string()),
  createdAt: Millis,
  updatedAt: Millis,
});
export type Harness = z.infer<typeof Harness>;

export const CreateHarnessBody = z.strictObject({
  id: HarnessId,
  kind: AgentKind,
  label: z.string().min(1).max(100),
  enabled: z.boolean().optional(),
  bin: z.string().min(1).max(4096).nullish(),
  args: z.array(z.string().max(4096)).max(100).optional(),
  home: z.string().min(1).max(4096).nullish(),
  /** An own config home under the data directory, made with the harness; not beside `home`. */
  ownHome: z.boolean().optional(),
  env: EnvMap.optional(),
});
export type CreateHarnessBody = z.infer<typeof CreateHarnessBody>;

export const PatchHarnessBody = z.strictObject({
  label: z.string().min(1).max(100).optional(),
  enabled: z.boolean().optional(),
  bin: z.string().min(1).max(4096).nullish(),
  args: z.array(z.string().max(4096)).max(100).optional(),
  home: z.string().min(1).max(4096).nullish(),
  /** True = an own config home under the data directory; false = the agent's default one. */
  ownHome: z.boolean().optional(),
  env: EnvMap.optional(),
});
export type PatchHarnessBody = z.infer<typeof PatchHarnessBody>;

/** What is known of a harness on this machine, from a probe of at most 3 s. */
export const AgentStatus = z.object({
  harnessId: HarnessId,
  kind: AgentKind,
  label: z.string(),
  available: z.boolean(),
  bin: z.string().nullable(),
  path: z.string().nullable(),
  version: z.string().nullable(),
  loggedIn: z.boolean().nullable(),
  account: z.string().nullable(),
  reason: z.string().nullable(),
  installHint: z.string().nullable(),
});
export type AgentStatus = z.infer<typeof AgentStatus>;

export const ModelOption = z.object({
  id: z.string(),
  label: z.string(),
  efforts: z.array(z.string()),
  default: z.boolean(),
});
export type ModelOption = z.infer<typeof ModelOption>;

export const ModeOption = z.object({ id: z.string(), label: z.string(), description: z.string() });
export type ModeOption = z.infer<typeof ModeOption>;

export const EffortOption = z.object({ id: z.string(), label: z.string() });
export type EffortOption = z.infer<typeof EffortOption>;

export const InvalidCombination = z.object({
  mode: z.string().optional(),
  model: z.string().optional(),
  effort: z.string().optional(),
  reason: z.string(),
});
export type InvalidCombination = z.infer<typeof InvalidCombination>;

export const ModeChange = z.object({
  /** The modes that can take hold within a turn; every other one holds from the next message. */
  within: z.array(z.string()),
  /** When that is, and why not sooner, in a sentence for the picker. */
  how: z.string(),
});
export type ModeChange = z.infer<typeof ModeChange>;

/** What a kind of agent offers, and which combinations it refuses. */
export const AgentOptions = z.object({
  modes: z.array(ModeOption),
  models: z.array(z.object({ id: z.string(), label: z.string(), efforts: z.array(z.string()) })),
  efforts: z.array(EffortOption),
  invalid: z.array(InvalidCombination),
  /** How a task takes another mode while its agent works. */
  modeChange: ModeChange,
});
export type AgentOptions = z.infer<typeof AgentOptions>;

export const AgentCommand = z.object({
  name: z.string(),
  description: z.string(),
  argumentHint: z.string().nullable(),
  source: z.string(),
});
export type AgentCommand = z.infer<typeof AgentCommand>;

/** A start for a harness of one's own. */
export const HarnessTemplate = z.object({
  id: z.string(),
  kind: AgentKind,
  label: z.string(),
  description: z.string(),
  /** What the new harness begins with; an own config home is made under the data directory. */
  ownHome: z.boolean(),
  /** Empty = the person names it; null = the usual program. */
  bin: z.string().nullable(),
  args: z.array(z.string()),
  /** An empty value is for the person to fill in. */
  env: z.record(z.string(), z.string()),
});
export type HarnessTemplate = z.infer<typeof HarnessTemplate>;

/** A file or folder that can be named in a message. */
export const FileMatch = z.object({ path: z.string(), isDirectory: z.boolean() });
export type FileMatch = z.infer<typeof FileMatch>;

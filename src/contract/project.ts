import { z } from "zod";
import { Millis } from "./primitives.ts";

export const Project = z.object({
  path: z.string(),
  name: z.string(),
  isRepository: z.boolean(),
  createdAt: Millis,
});
export type Project = z.infer<typeof Project>;

export const ProjectBody = z.strictObject({
  path: z.string().min(1).max(4096),
  name: z.string().min(1).max(200).optional(),
});
export type ProjectBody = z.infer<typeof ProjectBody>;

export const Branch = z.object({ name: z.string(), sha: z.string(), current: z.boolean() });
export type Branch = z.infer<typeof Branch>;

/** The agent-config files a repository ships, which the person accepts once by their hash. */
export const Trust = z.object({
  path: z.string(),
  trusted: z.boolean(),
  hash: z.string(),
  files: z.array(z.object({ path: z.string(), sha256: z.string() })),
});
export type Trust = z.infer<typeof Trust>;

export const TrustBody = z.strictObject({
  path: z.string().min(1).max(4096),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type TrustBody = z.infer<typeof TrustBody>;

/** One changed file of a task since its base, with its diff capped in size. */
export const ChangedFile = z.object({
  path: z.string(),
  oldPath: z.string().nullable(),
  status: z.enum(["added", "modified", "deleted", "renamed", "copied", "type", "untracked"]),
  additions: z.number().int(),
  deletions: z.number().int(),
  binary: z.boolean(),
  /** Unified diff of this file alone, or null when it is binary or above the cap. */
  patch: z.string().nullable(),
  tooLarge: z.boolean(),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

export const Changes = z.object({
  baseSha: z.string(),
  headSha: z.string(),
  files: z.array(ChangedFile),
  additions: z.number().int(),
  deletions: z.number().int(),
  /** True when there were more files than are listed. */
  truncated: z.boolean(),
});
export type Changes = z.infer<typeof Changes>;

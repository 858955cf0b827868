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

/** What happens in a new worktree of a project, as the person configured it here. */
export const ProjectSetup = z.strictObject({
  /** Shell commands, run in the worktree before the agent starts; "" for none. */
  setup: z.string().max(20_000),
  /** Shell commands, run before the worktree is removed. */
  teardown: z.string().max(20_000),
  /**
   * Ignored files that a new worktree gets a copy of, as patterns of `.gitignore`; those of the
   * repository's `.worktreeinclude` come on top.
   */
  copy: z.array(z.string().min(1).max(1_000)).max(200),
  /** Ports each worktree has for itself, 0 for none. */
  ports: z.number().int().min(0).max(100),
});
export type ProjectSetup = z.infer<typeof ProjectSetup>;

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

/** What `sh` is to run. It cannot read a NUL. */
const Commands = z
  .string()
  .max(20_000)
  .regex(/^[^\0]*$/, "holds a NUL character");

/** What happens in a new worktree of a project, as the person configured it here. */
export const ProjectSetup = z.strictObject({
  /** Shell commands, run in the worktree before the agent starts; "" for none. */
  setup: Commands,
  /** Shell commands, run before the worktree is removed. */
  teardown: Commands,
  /**
   * Ignored files that a new worktree gets a copy of, as patterns of `.gitignore`, one each; those
   * of the repository's `.worktreeinclude` come on top.
   */
  copy: z
    .array(
      z
        .string()
        .min(1)
        .max(1_000)
        .regex(/^[^\0\r\n]*$/, "holds a line break"),
    )
    .max(200),
  /** Ports each worktree has for itself, 0 for none. */
  ports: z.number().int().min(0).max(100),
});
export type ProjectSetup = z.infer<typeof ProjectSetup>;

export const PutProjectSetupBody = z.strictObject({
  path: z.string().min(1).max(4096),
  ...ProjectSetup.shape,
});
export type PutProjectSetupBody = z.infer<typeof PutProjectSetupBody>;

export const ProjectSetupAnswer = z.object({
  setup: ProjectSetup,
  /** The patterns of the repository's `.worktreeinclude`, as its newest commit has them. */
  included: z.array(z.string()),
});
export type ProjectSetupAnswer = z.infer<typeof ProjectSetupAnswer>;

/** How far the set-up of a task's worktree is, and what the worktree has for itself. */
export const WorktreeSetup = z.object({
  /** `none` = there is no worktree yet; `due` = it runs before the next message. */
  state: z.enum(["none", "due", "running", "succeeded", "failed", "skipped"]),
  /** The first and the last of its ports. */
  ports: z.object({ first: z.number().int(), last: z.number().int() }).nullable(),
  /** What set-up, teardown and agent find in their environment. */
  env: z.record(z.string(), z.string()),
});
export type WorktreeSetup = z.infer<typeof WorktreeSetup>;

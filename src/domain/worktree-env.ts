import { shortId } from "./text.ts";

/** What the environment of a worktree tells of. */
export interface WorktreeFacts {
  readonly taskId: string;
  /** The top of the person's own checkout, or the folder itself where there is no repository. */
  readonly projectRoot: string;
  readonly worktree: string | null;
  readonly branch: string | null;
  readonly baseSha: string | null;
  readonly ports: { readonly first: number; readonly last: number } | null;
}

/**
 * What set-up, teardown and the agent find in their environment, besides what every agent gets.
 * An exact list, and nothing secret in it: anything the agent starts can read it (TRUST-03).
 */
export function worktreeEnv(facts: WorktreeFacts): Readonly<Record<string, string>> {
  const { taskId, projectRoot, worktree, branch, baseSha, ports } = facts;
  return {
    AGETOR_TASK: shortId(taskId),
    AGETOR_TASK_ID: taskId,
    AGETOR_NAME: worktreeName(taskId),
    AGETOR_PROJECT_ROOT: projectRoot,
    ...(worktree === null ? {} : { AGETOR_WORKTREE: worktree }),
    ...(branch === null ? {} : { AGETOR_BRANCH: branch }),
    ...(baseSha === null ? {} : { AGETOR_BASE_SHA: baseSha }),
    ...(ports === null
      ? {}
      : { AGETOR_PORT: String(ports.first), AGETOR_PORTS: `${ports.first}-${ports.last}` }),
  };
}

/**
 * A name for what a task brings up outside its worktree: a DNS label, the name of a compose
 * project, and an identifier that no database wants quoted. One task, one name: all of its id.
 */
export function worktreeName(taskId: string): string {
  return `agetor${taskId.toLowerCase().replace(/[^a-z0-9]/g, "")}`;
}

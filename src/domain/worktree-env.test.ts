import { expect, test } from "bun:test";
import { worktreeEnv, worktreeName } from "./worktree-env.ts";

const taskId = "01K9T4QZ8M3B7C5D1E2F4G6H8J";

test("the environment of a worktree is exactly this list (TRUST-03)", () => {
  const env = worktreeEnv({
    taskId,
    projectRoot: "/code/shop",
    worktree: "/data/worktrees/x",
    branch: "agetor/f4g6h8j-fix",
    baseSha: "4f1c09e",
    ports: { first: 20_000, last: 20_009 },
  });
  expect(env).toEqual({
    AGETOR_TASK: "g6h8j",
    AGETOR_TASK_ID: taskId,
    AGETOR_NAME: "agetor01k9t4qz8m3b7c5d1e2f4g6h8j",
    AGETOR_PROJECT_ROOT: "/code/shop",
    AGETOR_WORKTREE: "/data/worktrees/x",
    AGETOR_BRANCH: "agetor/f4g6h8j-fix",
    AGETOR_BASE_SHA: "4f1c09e",
    AGETOR_PORT: "20000",
    AGETOR_PORTS: "20000-20009",
  });
});

test("what there is not is left out, not empty", () => {
  const env = worktreeEnv({
    taskId,
    projectRoot: "/notes",
    worktree: null,
    branch: null,
    baseSha: null,
    ports: null,
  });
  expect(Object.keys(env)).toEqual([
    "AGETOR_TASK",
    "AGETOR_TASK_ID",
    "AGETOR_NAME",
    "AGETOR_PROJECT_ROOT",
  ]);
});

test("a name is a DNS label and a plain identifier", () => {
  expect(worktreeName(taskId)).toMatch(/^[a-z][a-z0-9]{1,62}$/);
  expect(worktreeName(`${taskId.slice(0, -1)}K`)).not.toBe(worktreeName(taskId));
});

import type { Interaction } from "../../../src/contract/interaction.ts";
import type { Column } from "../../../src/contract/primitives.ts";
import type { Task } from "../../../src/contract/task.ts";

/** Tasks in every state a card can show, for looking at the board and for measuring it. */

const now = Date.now();
let counter = 0;

export function id(): string {
  counter += 1;
  const tail = (counter * 7_919_117)
    .toString(32)
    .toUpperCase()
    .replace(/[ILOU]/g, "Z");
  return `01K9T4${tail.padStart(20, "0")}`.slice(0, 26);
}

const agents = [
  ["claude-code", "claude-code"],
  ["claude-side", "claude-code"],
  ["codex", "codex"],
  ["gemini", "acp"],
  ["opencode", "acp"],
] as const;
const projects = ["checkout-api", "web-console", "data-pipeline", "infra-live", "ios-app", "docs"];
export const projectPaths = projects.map((name) => `/home/you/code/${name}`);

export function task(title: string, column: Column, over: Partial<Task> = {}): Task {
  const [agent, agentKind] = agents[counter % agents.length] ?? agents[0];
  const own = id();
  return {
    id: own,
    title,
    prompt: null,
    promptPreview: title,
    column,
    position: `a${counter.toString(36).padStart(4, "0")}`.replace(/0+$/, "1"),
    agent,
    agentKind,
    workdir: projectPaths[counter % projectPaths.length] ?? "/home/you",
    isolation: "worktree",
    baseRef: "main",
    baseSha: "4f1c09e",
    branch: `agetor/${own.slice(-5).toLowerCase()}`,
    worktreePath: null,
    mode: "ask",
    modeNow: null,
    modeNext: null,
    model: null,
    effort: null,
    references: [],
    runId: null,
    runStatus: null,
    phase: null,
    runStartedAt: null,
    pendingInteractions: 0,
    queuedMessages: 0,
    queueEdited: false,
    unread: false,
    failure: null,
    stats: null,
    live: null,
    pullRequest: null,
    conflicts: null,
    archivedAt: null,
    createdAt: now - counter * 60_000,
    updatedAt: now - 360_000,
    ...over,
  };
}

const stats = (additions: number, deletions: number, files: number, more = {}) => ({
  additions,
  deletions,
  files,
  costUsd: 1.84,
  contextPercent: null,
  todosDone: 0,
  todosTotal: 0,
  ...more,
});

function working(title: string, verb: string, object: string, ago: number, over = {}): Task {
  return task(title, "running", {
    runId: id(),
    runStatus: "running",
    phase: { kind: "working" },
    runStartedAt: now - 480_000,
    live: { verb, object, at: now - ago },
    stats: stats(128, 34, 4, { contextPercent: 46, todosDone: 4, todosTotal: 7 }),
    ...over,
  });
}

function failed(title: string, kind: "failed" | "orphaned" | "cancelled", message: string): Task {
  const failure = {
    code: "agent_error",
    message,
    hint: "The worktree and branch are kept.",
  } as const;
  return task(title, "ready", {
    runId: id(),
    runStatus: kind,
    phase: { kind: "ended", outcome: { kind: "failed", fault: { ...failure, details: null } } },
    failure,
    unread: kind === "failed",
    stats: kind === "failed" ? null : stats(64, 3, 2),
  });
}

function blocked(title: string): Task {
  return task(title, "blocked", {
    runId: id(),
    runStatus: "running",
    phase: { kind: "blocked", on: ["x"] },
    runStartedAt: now - 900_000,
    pendingInteractions: 1,
    stats: stats(88, 21, 3, { todosDone: 5, todosTotal: 6 }),
  });
}

const backlog = [
  "Cache the exchange-rate lookup per currency pair",
  "Replace moment with Temporal in the billing screens",
  "Document the webhook retry schedule and its jitter",
  "Split the nightly export into one job per tenant",
  "Remove the legacy feature-flag client",
  "Pin Terraform providers and commit the lock files",
  "Show VAT per line on the PDF invoice",
  "Measure cold start with and without the font preload",
  "Move the changelog to one file per release",
];

const open = {
  state: "open",
  outcome: null,
  answer: null,
  answeredBy: null,
  resolvedAt: null,
} as const;

export interface World {
  readonly tasks: Task[];
  readonly interactions: Interaction[];
}

const request = {
  forge: "gh",
  number: 218,
  url: "https://github.com/owner/name/pull/218",
  title: "A pull request",
  state: "open",
  review: "none",
  updatedAt: now,
} as const;

/** What is known of landing the tasks in Review, by their place in it. */
const ahead: Readonly<Record<number, Partial<Task>>> = {
  2: {
    conflicts: { base: true, tasks: ["a", "b"] },
    pullRequest: { ...request, checks: { passed: 3, failed: 1, pending: 0 } },
  },
  3: {
    conflicts: { base: false, tasks: ["a"] },
    pullRequest: {
      ...request,
      review: "approved",
      checks: { passed: 4, failed: 0, pending: 0 },
    },
  },
  4: { pullRequest: { ...request, state: "draft", checks: { passed: 1, failed: 0, pending: 2 } } },
  5: {
    pullRequest: {
      ...request,
      review: "changes_requested",
      checks: { passed: 0, failed: 0, pending: 0 },
    },
  },
};

/** A board in the middle of a working day. */
export function busyDay(): World {
  const waiting = [
    blocked("Rotate the token signing keys without downtime"),
    blocked("Import bank statements from CAMT.053 files"),
    blocked("Split the checkout module along the payment boundary"),
    {
      ...blocked("Publish the typed client to the registry"),
      phase: { kind: "blocked" as const, on: ["terminal"] },
      live: { verb: "Running", object: "npm publish", at: now - 30_000 },
    },
  ];
  const review = [
    "Retry webhooks with capped exponential backoff",
    "Keyboard focus is lost after closing the date picker",
    "Encrypt nightly dumps before they leave the host",
    "Stream CSV exports instead of buffering them",
    "Reduce the login bundle below 90 KB",
    "Explain idempotency keys in the API guide",
  ];
  return {
    tasks: [
      ...backlog.map((title) => task(title, "backlog")),
      task("Move the session cookie to the __Host- prefix", "ready", {
        runId: id(),
        runStatus: "queued",
        phase: { kind: "preparing", step: "worktree" },
      }),
      task("Add cursor pagination to GET /v2/refunds", "ready", {
        runId: id(),
        runStatus: "queued",
        phase: { kind: "queued", reason: "wip-limit" },
      }),
      failed(
        "Upgrade the Postgres driver and fix the pool leak",
        "failed",
        "Setup script exited 1 after 11 s: ERR_FROZEN_LOCKFILE",
      ),
      failed(
        "Backfill invoice_country for closed invoices",
        "orphaned",
        "The session ended while Agetor was off. Nothing was lost.",
      ),
      failed("Try a virtualised table for the audit log", "cancelled", "Stopped by you."),
      task("Return 422 with field paths on invalid addresses", "ready"),
      working("Make refund creation idempotent", "Editing", "src/refunds/create.ts", 8_000),
      working(
        "Worker drains the queue twice after a reconnect",
        "Running tests",
        "bun test tests/worker",
        42_000,
      ),
      working("Dark theme for the settings pages", "Reading", "src/theme/tokens.css", 2_000),
      working("Page on replica lag over 30 s", "Thinking", "", 72_000),
      working("Deep link opens the wrong tab on cold start", "Running", "xcodebuild", 370_000),
      ...waiting,
      ...review.map((title, index) =>
        task(title, "review", {
          runId: id(),
          runStatus: "succeeded",
          phase: { kind: "ended", outcome: { kind: "succeeded" } },
          unread: index < 2,
          stats: stats(214 - index * 30, 61 + index * 9, 9 - index),
          ...ahead[index],
        }),
      ),
      ...Array.from({ length: 31 }, (_, index) =>
        task(`Finished thing number ${index + 1}`, "done", { stats: stats(20, 3, 1) }),
      ),
    ],
    interactions: [
      {
        id: id(),
        taskId: waiting[0]?.id ?? "",
        runId: waiting[0]?.runId ?? "",
        createdAt: now - 252_000,
        expiresAt: null,
        ...open,
        kind: "approval",
        toolName: "Bash",
        toolInput: { command: "terraform apply -target=module.kms" },
        title: "terraform apply -target=module.kms",
        cwd: "/w",
        reason: null,
        diff: null,
        editable: false,
        risks: ["network"],
        rememberable: [],
      },
      {
        id: id(),
        taskId: waiting[1]?.id ?? "",
        runId: waiting[1]?.runId ?? "",
        createdAt: now - 158_000,
        expiresAt: null,
        ...open,
        kind: "ask_questions",
        questions: ["Which date decides the booking day?", "b", "c"].map((question) => ({
          question,
          header: "Q",
          multiSelect: false,
          options: [],
        })),
      },
      {
        id: id(),
        taskId: waiting[2]?.id ?? "",
        runId: waiting[2]?.runId ?? "",
        createdAt: now - 51_000,
        expiresAt: null,
        ...open,
        kind: "plan_approval",
        plan: "# Plan\n\n7 steps, 23 files, no schema change.\n",
      },
    ],
  };
}

/** As many cards as a board is measured with: two large columns, the rest small. */
export function manyTasks(count: number): World {
  const shares: readonly [Column, number][] = [
    ["backlog", 0.42],
    ["ready", 0.05],
    ["running", 0.01],
    ["blocked", 0.01],
    ["review", 0.03],
    ["done", 0.48],
  ];
  const tasks = shares.flatMap(([column, share]) =>
    Array.from({ length: Math.round(count * share) }, (_, index) =>
      column === "running"
        ? working(
            `Running card ${index} of many with a title of two lines`,
            "Editing",
            "src/a.ts",
            4_000,
          )
        : task(`${backlog[index % backlog.length]} ${index}`, column),
    ),
  );
  return { tasks, interactions: [] };
}

import { join } from "node:path";
import type { Core } from "./core.ts";
import type { HarnessConfig } from "./harness-config.ts";
import type { HookCommits } from "./hook-commits.ts";
import { settleSite, siteOfTask } from "./landing-site.ts";
import type { Lanes } from "./lanes.ts";
import type { QueueCommands } from "./queue.ts";
import type { Removal } from "./removal.ts";
import type { Sessions } from "./sessions.ts";

export interface BootParts {
  readonly core: Core;
  readonly sessions: Sessions;
  readonly lanes: Lanes;
  readonly removal: Removal;
  readonly hooks: HookCommits;
  readonly queue: QueueCommands;
  readonly harnesses: HarnessConfig;
}

/**
 * Takes up what an earlier server left, from the projections alone: living agents are attached,
 * runs without one end with the reason, half-done removals are finished, leftovers are ended, and
 * the lane of every open run, and of every task that still owes something, is poked.
 */
export async function reconcile(parts: BootParts): Promise<void> {
  const { core, lanes, removal, hooks } = parts;
  const { store, git, log } = core.deps;
  // Starting git holds everything up for a moment: whoever asks already is answered first.
  await new Promise<void>((resolve) => setImmediate(resolve));
  const [usable] = await Promise.all([
    // It also removes what a killed server has left of its own work with git: nothing of its hooks
    // may be at work in there any more.
    hooks.endLeftovers().then(() => git.available()),
    ...store.openSessions().map((session) => attachOne(parts, session.id)),
  ]);
  if (!usable.ok) {
    log("warn", "git cannot be used", { why: usable.fault.message });
  }
  await sweep(parts);
  await settleWorktrees(core);
  parts.queue.holds.begin();
  lanes.begin();
  for (const run of store.openRuns()) {
    lanes.poke(run.taskId);
  }
  for (const taskId of store.tasksWithQueue()) {
    lanes.poke(taskId);
  }
  for (const { taskId } of store.openEffects()) {
    lanes.poke(taskId);
  }
  await removal.finish();
  await removal.expire();
  await expireCheckpoints(core);
}

/** How long a checkpoint can be gone back to, in milliseconds. */
const kept = 30 * 24 * 60 * 60_000;

/** Finishes or takes back what an earlier server was doing to worktrees when it was killed. */
async function settleWorktrees(core: Core): Promise<void> {
  const git = await core.deps.git.available();
  if (!git.ok) {
    core.deps.log("warn", "git is not usable", { why: git.fault.message });
    return;
  }
  for (const task of core.deps.store.placed()) {
    const found = siteOfTask(core, task.id);
    const settled = found.ok ? await settleSite(core, found.value) : found;
    if (!settled.ok && settled.fault.code !== "repo_gone") {
      const why = settled.fault.message;
      core.deps.log("warn", "a worktree was left half changed", { taskId: task.id, why });
    }
  }
}

/**
 * Forgets old checkpoints of living tasks; those of deleted ones go when the task does, and those of
 * another data directory's tasks are not ours.
 */
async function expireCheckpoints(core: Core): Promise<void> {
  const { store, git } = core.deps;
  const placed = store.placed();
  const tasks = new Set(placed.map((task) => task.id));
  for (const commonDir of new Set(placed.flatMap((task) => task.commonDir ?? []))) {
    await git.landing.expireCheckpoints(commonDir, core.now() - kept, tasks);
  }
}

async function attachOne(parts: BootParts, sessionId: string): Promise<void> {
  const { core, sessions, harnesses } = parts;
  const record = core.deps.store.session(sessionId);
  const driver = record === null ? null : harnesses.driver(record.kind);
  if (record === null || record.ref === null) {
    // It was never started, or not yet known to be: its run's lane opens it under the same id.
    return;
  }
  if (driver === null) {
    core.deps.log("warn", "no driver for a stored session", { sessionId, kind: record.kind });
    return;
  }
  try {
    await sessions.attach(record, driver);
  } catch (thrown) {
    core.deps.log("error", "attaching a session failed", { sessionId, why: String(thrown) });
    core.keepSoon(record.taskId, "session", (work) => {
      work.notice(record.taskId, null, {
        level: "error",
        code: "attach_failed",
        message: `This task's agent could not be taken up again: ${String(thrown)}`,
        hint: "Restart Agetor, or stop the run and send a message to resume.",
      });
    });
  }
}

/** Ends sessions of ours that no row knows, and says which. */
async function sweep(parts: BootParts): Promise<void> {
  const { core } = parts;
  const { store, drivers, host, dataDir, log } = core.deps;
  const live = new Set(store.openSessions().map((session) => session.id));
  for (const driver of new Set(drivers.values())) {
    const ended = await driver
      .sweep(live, host, join(dataDir, "sessions"))
      .catch((thrown: unknown) => {
        log("warn", "sweeping failed", { kind: driver.descriptor.kind, why: String(thrown) });
        return [];
      });
    if (ended.length > 0) {
      core.keepSoon(driver.descriptor.kind, "sweep", (work) => {
        work.notice(null, null, {
          level: "info",
          code: "leftovers_ended",
          message: `Ended ${ended.length} leftover agent(s) that belonged to no task: ${ended.join(", ")}`,
          hint: null,
        });
      });
    }
  }
}

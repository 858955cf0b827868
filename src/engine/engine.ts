import { Activity } from "./activity.ts";
import type { Auth, Engine, StreamQuery, StreamSink, Streams } from "./api.ts";
import { reconcile } from "./boot.ts";
import { ChangeReads } from "./changes.ts";
import { ConflictWatch } from "./conflict-watch.ts";
import { Core, type EngineDeps, unknown } from "./core.ts";
import { DoctorCommands } from "./doctor.ts";
import { Drafts } from "./drafts.ts";
import { Files } from "./files.ts";
import { HarnessConfig } from "./harness-config.ts";
import { HarnessCommands } from "./harnesses.ts";
import { Hibernation } from "./hibernation.ts";
import { HookCommits } from "./hook-commits.ts";
import { Hub } from "./hub.ts";
import { InteractionCommands } from "./interactions.ts";
import { LandingCommands, type LandingParts } from "./landing.ts";
import { LandingState } from "./landing-state.ts";
import { Lanes } from "./lanes.ts";
import { LiveChanges } from "./live-changes.ts";
import { PreferenceCommands } from "./preferences.ts";
import { Preparation, type PreparationParts } from "./prepare.ts";
import { ProjectCommands } from "./projects.ts";
import { PullRequests } from "./pull-requests.ts";
import { QuestionCommands } from "./questions.ts";
import { QueueCommands } from "./queue.ts";
import { Removal } from "./removal.ts";
import { countOpen } from "./review-state.ts";
import { ReviewCommands } from "./reviews.ts";
import { RunCommands } from "./runs.ts";
import { SampleTask } from "./sample.ts";
import { Scopes } from "./scopes.ts";
import { Scripts } from "./scripts.ts";
import { Sessions } from "./sessions.ts";
import { BlobCommands } from "./settings.ts";
import { Setup } from "./setup.ts";
import { SetupCommands } from "./setup-commands.ts";
import { Snapshots } from "./snapshots.ts";
import { TaskCreation } from "./task-create.ts";
import { TaskCommands } from "./tasks.ts";
import { Teardown } from "./teardown.ts";
import { TrustGate } from "./trust.ts";
import { UsageReads } from "./usage.ts";
import { Waiting } from "./waiting.ts";
import { Worksites } from "./worksites.ts";

/** Wires the engine. Nothing runs until `boot`. */
export function createEngine(deps: EngineDeps, auth: Auth): Engine {
  const drafts = new Drafts();
  const hub = new Hub(deps.store, (taskId) => drafts.of(taskId));
  const core = new Core(deps, hub);
  const activity = new Activity(core);
  const live = new LiveChanges(core);
  const snapshots = new Snapshots(core);
  const sessions = new Sessions({ core, drafts, activity, changes: live });
  const harnessConfig = new HarnessConfig(core);
  const harnesses = new HarnessCommands(core, harnessConfig);
  const trust = new TrustGate(core);
  const queue = new QueueCommands(core, sessions);
  const runs = new RunCommands({ core, sessions, harnesses: harnessConfig, trust, queue });
  const { scripts, setup, teardown, hooks } = worktreeScripts(core, drafts, live);
  const lanes = lanesOf({ core, sessions, harnesses: harnessConfig, snapshots, setup }, runs);
  const hibernation = new Hibernation(core, sessions, lanes);
  const removal = new Removal({ core, sessions, lanes, snapshots, setup, teardown, hooks });
  const creation = new TaskCreation(core, runs, () => harnesses.defaultAgent());
  const sample = new SampleTask(core, creation, trust);
  const worksites = new Worksites(core);
  const changes = new ChangeReads({ core, scopes: new Scopes(core, snapshots), snapshots });
  const setups = new SetupCommands(core);
  const doctor = new DoctorCommands(core, harnessConfig);
  const { questions, interactions } = asking(core, sessions, harnessConfig);
  const { landing, ahead } = landings({ core, lanes, removal, live, hooks });
  return {
    tasks: new TaskCommands({ core, creation, runs, removal, sample, worksites, sessions, setups }),
    changes,
    runs,
    interactions,
    questions,
    queue,
    reviews: new ReviewCommands({ core, runs, reviewedAt: (id) => changes.reviewedAt(id) }),
    projects: new ProjectCommands(core, trust, setups),
    harnesses,
    preferences: new PreferenceCommands(core),
    streams: streamsOf(core),
    places: worksites,
    blobs: new BlobCommands(core),
    files: new Files(core),
    auth,
    doctor,
    usage: new UsageReads(core),
    landing,
    boot: async () => {
      harnesses.seed();
      await reconcile({ core, sessions, lanes, removal, hooks, queue, harnesses: harnessConfig });
      doctor.begin();
      core.booted();
      hibernation.begin();
      for (const part of ahead) part.begin();
      await interactions.resend();
    },
    shutdown: async () => {
      scripts.letGo();
      for (const part of [hibernation, lanes, activity, live, queue.holds, ...ahead]) part.stop();
      await Promise.all([hooks.stopAll(), sessions.detachAll()]).finally(() => core.keeper.stop());
    },
  };
}

/** What runs in a worktree besides its agent: the person's commands, and hooks of the repository. */
function worktreeScripts(core: Core, drafts: Drafts, live: LiveChanges) {
  const scripts = new Scripts(core, drafts);
  const setup = new Setup({ core, scripts, changes: live });
  const hooks = new HookCommits(core);
  return { scripts, setup, teardown: new Teardown(core, scripts), hooks };
}

/** The lanes of all tasks: an idle one goes on with its next message once its files are kept. */
function lanesOf(parts: PreparationParts, runs: RunCommands): Lanes {
  const { core, sessions, snapshots } = parts;
  return new Lanes(core, sessions, new Preparation(parts), async (taskId) => {
    await snapshots.settle(taskId);
    runs.next(taskId);
  });
}

/** What agents ask, whichever way they ask it. */
function asking(core: Core, sessions: Sessions, config: HarnessConfig) {
  const driver = (kind: string) => config.driver(kind);
  const waiting = new Waiting(core);
  const questions = new QuestionCommands(core, waiting);
  const interactions = new InteractionCommands({ core, sessions, driver, waiting, questions });
  return { questions, interactions };
}

/** Landing, and the two that look ahead for it: at conflicts, and at pull requests. */
function landings(parts: Pick<LandingParts, "core" | "lanes" | "removal" | "live" | "hooks">) {
  const { core, live, hooks } = parts;
  const watch = new ConflictWatch(core);
  live.onLooked((taskId) => watch.touch(taskId));
  const pullRequests = new PullRequests(core);
  const openComments = (id: string) => countOpen(core.deps.store.comments(id));
  const state = new LandingState({ core, watch, pullRequests, openComments, hooks });
  const landing = new LandingCommands({ ...parts, watch, state, pullRequests });
  return { landing, ahead: [watch, pullRequests] };
}

function streamsOf(core: Core): Streams {
  return {
    open: (query: StreamQuery, sink: StreamSink) => {
      const { scope } = query;
      const { store } = core.deps;
      if (scope.kind === "task") {
        const task = store.task(scope.taskId);
        if (task === null || task.deletedAt !== null) {
          return unknown("task", scope.taskId);
        }
      }
      if (scope.kind === "run" && store.run(scope.runId) === null) {
        return unknown("run", scope.runId);
      }
      return { ok: true, value: core.hub.open(query, sink) };
    },
    count: () => core.hub.count(),
  };
}

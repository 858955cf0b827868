import { Activity } from "./activity.ts";
import type { Auth, Engine, StreamQuery, StreamSink, Streams } from "./api.ts";
import { reconcile } from "./boot.ts";
import { ConflictWatch } from "./conflict-watch.ts";
import { Core, type EngineDeps, unknown } from "./core.ts";
import { Drafts } from "./drafts.ts";
import { HarnessConfig } from "./harness-config.ts";
import { HarnessCommands } from "./harnesses.ts";
import { Hibernation } from "./hibernation.ts";
import { Hub } from "./hub.ts";
import { InteractionCommands } from "./interactions.ts";
import { LandingCommands } from "./landing.ts";
import { LandingState } from "./landing-state.ts";
import { Lanes } from "./lanes.ts";
import { Preparation } from "./prepare.ts";
import { ProjectCommands } from "./projects.ts";
import { PullRequests } from "./pull-requests.ts";
import { QueueCommands } from "./queue.ts";
import { Removal } from "./removal.ts";
import { RunCommands } from "./runs.ts";
import { SampleTask } from "./sample.ts";
import { Sessions } from "./sessions.ts";
import { BlobCommands, PreferenceCommands } from "./settings.ts";
import { DiffStats } from "./stats.ts";
import { TaskCreation } from "./task-create.ts";
import { TaskCommands } from "./tasks.ts";
import { TrustGate } from "./trust.ts";
import { Worksites } from "./worksites.ts";

/** Wires the engine. Nothing runs until `boot`. */
export function createEngine(deps: EngineDeps, auth: Auth): Engine {
  const drafts = new Drafts();
  const hub = new Hub(deps.store, (taskId) => drafts.of(taskId));
  const core = new Core(deps, hub);
  const activity = new Activity(core);
  const stats = new DiffStats(core);
  const sessions = new Sessions({ core, drafts, activity, stats });
  const harnessConfig = new HarnessConfig(core);
  const harnesses = new HarnessCommands(core, harnessConfig);
  const trust = new TrustGate(core);
  const queue = new QueueCommands(core, sessions);
  const runs = new RunCommands({ core, sessions, harnesses: harnessConfig, trust, queue });
  const preparation = new Preparation(core, sessions, harnessConfig);
  const lanes = new Lanes(core, sessions, preparation, (taskId) => runs.next(taskId));
  const hibernation = new Hibernation(core, sessions, lanes);
  const removal = new Removal(core, sessions, lanes);
  const creation = new TaskCreation(core, runs, () => harnesses.defaultAgent());
  const sample = new SampleTask(core, creation, trust);
  const worksites = new Worksites(core);
  const hooks = (kind: string) => harnessConfig.driver(kind)?.hooks ?? null;
  const watch = new ConflictWatch(core);
  stats.onLooked((taskId) => watch.touch(taskId));
  const pullRequests = new PullRequests(core);
  const state = new LandingState(core, watch, pullRequests, () => 0);
  const parts = { core, lanes, removal, stats, watch, state, pullRequests };
  const landing = new LandingCommands(parts);
  const interactions = new InteractionCommands(core, sessions, hooks);
  return {
    tasks: new TaskCommands({ core, creation, runs, removal, sample, worksites, sessions }),
    runs,
    interactions,
    queue,
    projects: new ProjectCommands(core, trust),
    harnesses,
    preferences: new PreferenceCommands(core),
    streams: streamsOf(core),
    places: worksites,
    blobs: new BlobCommands(core),
    auth,
    landing,
    boot: async () => {
      harnesses.seed();
      await reconcile({ core, sessions, lanes, removal, harnesses: harnessConfig });
      core.booted();
      hibernation.begin();
      watch.begin();
      pullRequests.begin();
      await interactions.resend();
    },
    shutdown: async () => {
      hibernation.stop();
      lanes.stop();
      activity.stop();
      stats.stop();
      watch.stop();
      pullRequests.stop();
      await sessions.detachAll();
    },
  };
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

import { Activity } from "./activity.ts";
import type { Auth, Engine, StreamQuery, StreamSink, Streams } from "./api.ts";
import { reconcile } from "./boot.ts";
import { ChangeReads } from "./changes.ts";
import { Core, type EngineDeps, unknown } from "./core.ts";
import { DoctorCommands } from "./doctor.ts";
import { Drafts } from "./drafts.ts";
import { HarnessConfig } from "./harness-config.ts";
import { HarnessCommands } from "./harnesses.ts";
import { Hibernation } from "./hibernation.ts";
import { Hub } from "./hub.ts";
import { InteractionCommands } from "./interactions.ts";
import { Lanes } from "./lanes.ts";
import { LiveChanges } from "./live-changes.ts";
import { Preparation } from "./prepare.ts";
import { ProjectCommands } from "./projects.ts";
import { QuestionCommands } from "./questions.ts";
import { QueueCommands } from "./queue.ts";
import { Removal } from "./removal.ts";
import { ReviewCommands } from "./reviews.ts";
import { RunCommands } from "./runs.ts";
import { SampleTask } from "./sample.ts";
import { Scopes } from "./scopes.ts";
import { Sessions } from "./sessions.ts";
import { BlobCommands, PreferenceCommands } from "./settings.ts";
import { Snapshots } from "./snapshots.ts";
import { TaskCreation } from "./task-create.ts";
import { TaskCommands } from "./tasks.ts";
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
  const preparation = new Preparation({ core, sessions, harnesses: harnessConfig, snapshots });
  const lanes = new Lanes(core, sessions, preparation, async (taskId) => {
    await snapshots.settle(taskId);
    runs.next(taskId);
  });
  const hibernation = new Hibernation(core, sessions, lanes);
  const removal = new Removal({ core, sessions, lanes, snapshots });
  const creation = new TaskCreation(core, runs, () => harnesses.defaultAgent());
  const sample = new SampleTask(core, creation, trust);
  const worksites = new Worksites(core);
  const changes = new ChangeReads({ core, scopes: new Scopes(core, snapshots), snapshots });
  const doctor = new DoctorCommands(core, harnessConfig);
  const driver = (kind: string) => harnessConfig.driver(kind);
  const waiting = new Waiting(core);
  const questions = new QuestionCommands(core, waiting);
  const interactions = new InteractionCommands({ core, sessions, driver, waiting, questions });
  return {
    tasks: new TaskCommands({ core, creation, runs, removal, sample, worksites, sessions }),
    changes,
    runs,
    interactions,
    questions,
    queue,
    reviews: new ReviewCommands({ core, runs, reviewedAt: (id) => changes.reviewedAt(id) }),
    projects: new ProjectCommands(core, trust),
    harnesses,
    preferences: new PreferenceCommands(core),
    streams: streamsOf(core),
    places: worksites,
    blobs: new BlobCommands(core),
    auth,
    doctor,
    usage: new UsageReads(core),
    boot: async () => {
      harnesses.seed();
      await reconcile({ core, sessions, lanes, removal, harnesses: harnessConfig });
      doctor.begin();
      core.booted();
      hibernation.begin();
      await interactions.resend();
    },
    shutdown: async () => {
      for (const part of [hibernation, lanes, activity, live]) part.stop();
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

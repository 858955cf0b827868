import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type {
  Descriptor,
  Driver,
  LaunchPlan,
  OpenRequest,
  Session,
  SessionIo,
  SessionRef,
} from "../driver.ts";
import { attachFake, FakeSession } from "./session.ts";

export const fakeDescriptor: Descriptor = {
  kind: "fake",
  label: "Sample agent",
  hosting: "pipes",
  defaultBin: "agetor",
  homeEnv: null,
  usualHome: null,
  loginArgs: null,
  templates: [],
  commands: [],
  options: {
    modes: [{ id: "auto", label: "Auto", description: "Plays its script without asking." }],
    models: [
      { id: "script", label: "Script", efforts: [] },
      { id: "sample", label: "Sample task", efforts: [] },
    ],
    efforts: [],
    invalid: [],
    modeChange: { within: [], how: "The sample agent takes its mode with each message." },
  },
  defaultMode: "auto",
  tested: { from: "1.0.0", to: "1.0.0" },
  capabilities: {
    resume: { kind: "supported" },
    settings: "per-session",
    steer: { kind: "unsupported", why: "The scripted agent plays one message at a time." },
    terminal: { kind: "none" },
  },
};

/**
 * The scripted agent, for the sample task and for tests. With another descriptor it stands in for
 * that kind of agent: no terminal, no account, the same life cycle. `script` is where `agent.ts`
 * lies, from source or bundled.
 */
export function createFakeDriver(script: string, descriptor: Descriptor = fakeDescriptor): Driver {
  return {
    descriptor,
    probe: () =>
      Promise.resolve({
        kind: "ready",
        path: process.execPath,
        version: "1.0.0",
        account: null,
        warning: null,
      }),
    discover: () =>
      Promise.resolve({
        models: descriptor.options.models.map((model, index) => ({
          ...model,
          default: index === 0,
        })),
        commands: [],
        source: "curated",
      }),
    preflight: () => Promise.resolve(null),
    plan: (request) => plan(script, request),
    open: (request, io) => open(descriptor, plan(script, request), request, io),
    attach: (ref, io) => attachFake(ref, io),
    sweep: async (live, host, sessionsDir) => {
      const ended: string[] = [];
      for (const id of leftovers(sessionsDir, live)) {
        const directory = host.directory(join(sessionsDir, id));
        const process = await directory.process();
        if (process !== null && (await host.alive(process))) {
          await directory.terminate(2000);
          ended.push(`${descriptor.label} ${process.pid}`);
        }
      }
      return ended;
    },
  };
}

/** Session folders of ours that carry our mark and no live row. */
function leftovers(sessionsDir: string, live: ReadonlySet<string>): readonly string[] {
  try {
    return readdirSync(sessionsDir).filter(
      (id) => !live.has(id) && readdirSync(join(sessionsDir, id)).includes("fake"),
    );
  } catch {
    return [];
  }
}

function plan(script: string, request: OpenRequest): Result<LaunchPlan> {
  const { harness, resume, sessionId, model, bridge } = request;
  const id = resume ?? sessionId;
  const how = resume === null ? "new" : "resume";
  const door = bridge === null ? [] : [bridge.mcpUrl, join(request.dir, "token")];
  const memory = join(dirname(dirname(request.dir)), "fake", `${id}.jsonl`);
  return ok({
    hosting: "pipes",
    argv: [request.bin, script, id, how, model ?? "script", memory, ...door],
    cwd: request.workplace.cwd,
    env: { ...harness.env },
    files: [{ path: join(request.dir, "fake"), content: "", mode: 0o600 }],
  });
}

async function open(
  descriptor: Descriptor,
  planned: Result<LaunchPlan>,
  request: OpenRequest,
  io: SessionIo,
): Promise<Result<Session>> {
  if (!planned.ok) {
    return planned;
  }
  const directory = io.host.directory(request.dir);
  for (const file of planned.value.files) {
    await Bun.write(file.path, file.content, { mode: file.mode });
  }
  const started = await directory.start({
    argv: planned.value.argv,
    cwd: planned.value.cwd,
    env: { ...io.host.baseEnv(), ...planned.value.env },
  });
  if (!started.ok) {
    return started;
  }
  const ref: SessionRef = {
    sessionId: request.sessionId,
    kind: descriptor.kind,
    dir: request.dir,
    agentSessionId: request.resume ?? request.sessionId,
    process: started.value.process,
    data: {},
  };
  await io.saveRef(ref);
  const session = new FakeSession(ref, io, directory);
  if (!(await io.host.alive(started.value.process))) {
    await session.drain();
    await session.detach();
    return err(
      fault("launch_failed", "The scripted agent ended as soon as it was started.", "Try again."),
    );
  }
  await session.begin();
  return ok(session);
}

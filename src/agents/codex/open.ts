import { fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { Gone, OpenRequest, Session, SessionIo, SessionRef } from "../driver.ts";
import { AppSession, deadReader, tellExit } from "./app-session.ts";
import { endedHow, exitFault, stderrTail } from "./exits.ts";
import { agentEnv, serverArgv } from "./launch.ts";
import { modeFor } from "./modes.ts";
import type { NetworkLimits } from "./network.ts";
import { stream } from "./reader.ts";
import {
  dataOf,
  generationDir,
  markDirectory,
  newestGeneration,
  type SessionData,
} from "./session-data.ts";
import { initialState, nextGeneration, restoreState, type State } from "./state.ts";

interface Found {
  readonly generation: number;
  readonly offset: number;
  readonly state: State;
}

/**
 * Starts `codex app-server` in a session directory, or goes on with the one an earlier try started
 * there. The ref is stored before the first byte is read.
 */
export async function openAppServer(
  request: OpenRequest,
  io: SessionIo,
  limits: NetworkLimits,
): Promise<Result<Session>> {
  const mode = modeFor(request.mode);
  if (!mode.ok) return mode;
  markDirectory(request.dir);
  const { generation, offset, state } = await placeFor(request, io);
  const more = { transport: "app-server", generation, mode: mode.value } as const;
  const data = dataOf(request, { ...more, env: {}, profiles: true });
  const directory = io.host.directory(generationDir(request.dir, generation));
  const started = await directory.start({
    argv: serverArgv(request.bin, request.harness),
    cwd: request.workplace.cwd,
    env: agentEnv(request.harness, io.host.baseEnv()),
  });
  if (!started.ok) return started;
  const ref: SessionRef = {
    sessionId: request.sessionId,
    kind: "codex",
    dir: request.dir,
    agentSessionId: request.resume,
    process: started.value.process,
    data: { ...data },
  };
  await io.saveRef(ref);
  const session = new AppSession({ io, directory, ref, data, state, offset, limits });
  await session.read();
  const ready = await session.ready();
  if (ready.ok) return ok(session);
  const status = await directory.exit();
  await session.close();
  if (status === null) return ready;
  const why = exitFault(status, await stderrTail(directory.errPath));
  const words = why?.message ?? `Codex ended ${endedHow(status)} while it was starting.`;
  return err(fault("launch_failed", words, "Run `codex` in a terminal to see what is wrong."));
}

/** The generation to run in: the one that lives already, else a new one behind the last. */
async function placeFor(request: OpenRequest, io: SessionIo): Promise<Found> {
  const cwd = request.workplace.cwd;
  const newest = newestGeneration(request.dir);
  const cursor = io.cursor(stream);
  const known = restoreState(cursor?.state, cwd);
  if (newest === 0) return { generation: 1, offset: 0, state: initialState(cwd) };
  const directory = io.host.directory(generationDir(request.dir, newest));
  const process = await directory.process();
  if (process !== null && (await io.host.alive(process))) {
    const current = cursor?.generation === newest;
    const state = current ? known : nextGeneration(known);
    return { generation: newest, offset: current ? cursor.offset : 0, state };
  }
  return { generation: newest + 1, offset: 0, state: nextGeneration(known) };
}

/** Takes up a living app-server after a restart; of a dead one, the words it left and its end. */
export async function attachAppServer(
  ref: SessionRef,
  data: SessionData,
  io: SessionIo,
  limits: NetworkLimits,
): Promise<Session | Gone> {
  const directory = io.host.directory(generationDir(ref.dir, data.generation));
  const process = await directory.process();
  if (process === null) return gone("never-started", "No Codex was started for this session.");
  if (ref.process !== null && ref.process.pid !== process.pid) {
    return gone("foreign", "The session directory names another process.");
  }
  const cursor = io.cursor(stream);
  const known = restoreState(cursor?.state, data.cwd);
  const current = cursor?.generation === data.generation;
  const state = current ? known : nextGeneration(known);
  const offset = current ? cursor.offset : 0;
  if (await io.host.alive(process)) {
    const session = new AppSession({ io, directory, ref, data, state, offset, limits });
    await session.read();
    return session;
  }
  const status = (await directory.exit()) ?? { code: null, signal: "SIGKILL" };
  const reader = deadReader({ io, directory, data, state, offset });
  reader.start();
  await reader.finishTail();
  await tellExit(reader, directory, data, status);
  reader.stop();
  return gone("exited", `Codex ended ${endedHow(status)}.`);
}

function gone(why: Gone["why"], detail: string): Gone {
  return { kind: "gone", why, detail };
}

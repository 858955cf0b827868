import type { NoticeData } from "../../../contract/event.ts";
import { ok, type Result } from "../../../contract/result.ts";
import type { Gone, OpenRequest, Session, SessionIo, SessionRef } from "../../driver.ts";
import { execModeFor } from "../modes.ts";
import type { NetworkLimits } from "../network.ts";
import { stream } from "../reader.ts";
import { sandboxArgv } from "../sandbox.ts";
import { dataOf, markDirectory, newestGeneration, type SessionData } from "../session-data.ts";
import { ExecSession } from "./session.ts";
import { type ExecState, initialExecState, restoreExecState } from "./state.ts";

const profilesMs = 5_000;

const lost: NoticeData = {
  level: "warning",
  code: "codex_exec_fallback",
  message:
    "This Codex has no app-server, so every message runs in a process of its own (`codex exec`).",
  hint: "Until you update Codex the card goes without live text, diffs of single changes, context and rate limits, approvals and questions.",
};

const lostCommits: NoticeData = {
  ...lost,
  message: `${lost.message} It is too old for permission profiles, so it cannot commit either.`,
};

/**
 * Whether this Codex knows permission profiles. One that does not would ignore ours and use what
 * its config says, which may be no sandbox at all.
 */
async function hasProfiles(
  request: OpenRequest,
  env: Readonly<Record<string, string>>,
  { host }: SessionIo,
): Promise<boolean> {
  const argv = sandboxArgv(request.bin, request.workplace);
  const tried = await host.run({ argv, env, timeoutMs: profilesMs });
  return tried.code === 0;
}

/** A session without an app-server. Nothing runs until the first message. */
export async function openExec(
  request: OpenRequest,
  env: Readonly<Record<string, string>>,
  io: SessionIo,
  limits: NetworkLimits,
): Promise<Result<Session>> {
  const mode = execModeFor(request.mode);
  if (!mode.ok) return mode;
  markDirectory(request.dir);
  const generation = newestGeneration(request.dir);
  const profiles = mode.value === "bypass" || (await hasProfiles(request, env, io));
  const more = { transport: "exec", generation, mode: mode.value, env, profiles } as const;
  const data = dataOf(request, more);
  const ref: SessionRef = {
    sessionId: request.sessionId,
    kind: "codex",
    dir: request.dir,
    agentSessionId: request.resume,
    process: null,
    data: { ...data },
  };
  await io.saveRef(ref);
  const stored = io.cursor(stream);
  const state = stateOf(data, stored?.state);
  const cursor = stored ?? { generation: 0, offset: 0, state };
  await io.ingest({
    stream,
    items: [{ kind: "notice", key: "exec-fallback", notice: profiles ? lost : lostCommits }],
    cursor,
  });
  const session = new ExecSession({ io, ref, data, state, limits });
  await session.takeUp();
  return ok(session);
}

/** Takes a conversation up after a restart; between two messages there is no process to find. */
export async function attachExec(
  ref: SessionRef,
  data: SessionData,
  io: SessionIo,
  limits: NetworkLimits,
): Promise<Session | Gone> {
  const state = stateOf(data, io.cursor(stream)?.state);
  const session = new ExecSession({ io, ref, data, state, limits });
  await session.takeUp();
  return session;
}

function stateOf(data: SessionData, stored: unknown): ExecState {
  const fresh = initialExecState({
    cwd: data.cwd,
    mode: data.mode,
    model: data.model,
    threadId: data.resume,
  });
  return restoreExecState(stored, fresh);
}

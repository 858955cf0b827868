import type { Driver, SessionIo, SessionRef } from "../driver.ts";
import { descriptor } from "./descriptor.ts";
import { discover } from "./discover.ts";
import { attachExec, openExec } from "./exec/open.ts";
import { agentEnv, launchPlan } from "./launch.ts";
import { type NetworkLimits, networkLimits } from "./network.ts";
import { attachAppServer, openAppServer } from "./open.ts";
import { probe } from "./probe.ts";
import { sandboxPreflight } from "./sandbox.ts";
import { readData } from "./session-data.ts";
import { sweep } from "./sweep.ts";
import { transportOf } from "./transport.ts";
import { trialModel } from "./trial.ts";

/**
 * Codex (codex-cli 0.169.0): `app-server` in a session directory, one process per task; `exec
 * --json`, one process per message, where a build has no app-server. `limits` is for tests.
 */
export function createCodexDriver(limits: NetworkLimits = networkLimits): Driver {
  return {
    descriptor,
    trial: trialModel,
    probe,
    discover,
    preflight: sandboxPreflight,
    plan: (request) => launchPlan(request, {}),
    open: async (request, io) => {
      const env = agentEnv(request.harness, io.host.baseEnv());
      const transport = await transportOf(request.bin, env, io.host);
      if (transport === "exec") return await openExec(request, env, io, limits);
      return await openAppServer(request, io, limits);
    },
    attach: (ref, io) => attach(ref, io, limits),
    sweep,
  };
}

function attach(
  ref: SessionRef,
  io: SessionIo,
  limits: NetworkLimits,
): ReturnType<Driver["attach"]> {
  const data = readData(ref.data);
  if (data === null) {
    const detail = "Another version of Agetor started this session.";
    return Promise.resolve({ kind: "gone", why: "foreign", detail });
  }
  return data.transport === "exec"
    ? attachExec(ref, data, io, limits)
    : attachAppServer(ref, data, io, limits);
}

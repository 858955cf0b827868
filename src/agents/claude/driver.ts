import { type Fault, fault } from "../../contract/fault.ts";
import { ok } from "../../contract/result.ts";
import type { Host } from "../../host/types.ts";
import type { Driver, OpenRequest, ResolvedHarness } from "../driver.ts";
import { askProtocol } from "./ask.ts";
import { descriptor, permissionModes } from "./descriptor.ts";
import { discover } from "./discover.ts";
import { planLaunch } from "./launch.ts";
import { attach, open, sweep } from "./open.ts";
import { probe } from "./probe.ts";
import { commandName, preparePrompt } from "./prompt.ts";
import { trialModel } from "./trial.ts";

/**
 * Claude Code, interactive in tmux: its transcript is tailed, command hooks tell where it stands,
 * messages are pasted (M1, M2, M3, M10, M11). Written for 2.1.330, observed.
 */
export function createClaudeDriver(): Driver {
  return {
    descriptor,
    hooks: askProtocol,
    trial: trialModel,
    probe,
    discover: async (harness, workdir, host) => {
      const { real } = await host.find(harness.bin ?? descriptor.defaultBin);
      return discover(harness, real ?? "", workdir, host);
    },
    preflight,
    plan: (request) => {
      const planned = planLaunch(request);
      return planned.ok ? ok(planned.value.plan) : planned;
    },
    open,
    attach,
    sweep: (live, host) => sweep(live, host),
  };
}

/** What must hold before anything changes. */
async function preflight(
  request: Omit<OpenRequest, "sessionId" | "dir">,
  host: Host,
): Promise<Fault | null> {
  const tmux = await host.tmux.available();
  if (!tmux.ok) return tmux.fault;
  const mode = request.mode ?? descriptor.defaultMode;
  if (permissionModes[mode] === undefined) {
    return fault("mode_unavailable", `Claude Code has no mode "${mode}".`, "Choose another mode.");
  }
  if (mode === "bypass" && isRoot() && !inSandbox(request.harness, host)) {
    return fault(
      "mode_unavailable",
      "Claude Code refuses the mode Bypass for the root user.",
      "Run Agetor as another user, or, inside a container, set IS_SANDBOX=1 in the harness's environment.",
    );
  }
  const prompt = preparePrompt(request.firstMessage.text, new Set());
  // Which other commands there are is only known by asking; these never work.
  return prompt.ok || commandName(request.firstMessage.text) === null ? null : prompt.fault;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function inSandbox(harness: ResolvedHarness, host: Host): boolean {
  return (harness.env["IS_SANDBOX"] ?? host.baseEnv()["IS_SANDBOX"]) === "1";
}

export const claudeDriver: Driver = createClaudeDriver();

import { type Fault, fault } from "../../contract/fault.ts";
import type { Host } from "../../host/types.ts";
import type { OpenRequest } from "../driver.ts";
import { agentEnv, sandboxOf } from "./launch.ts";
import { oneLine } from "./words.ts";

const limitMs = 5_000;

/**
 * Tries Codex's sandbox with a command that does nothing: where it cannot be made (no user
 * namespaces, say) every command of a turn would fail and the turn still end well (codex-cli
 * 0.169.0). Only `auto` depends on it. Null = fine.
 */
export async function sandboxPreflight(
  request: Omit<OpenRequest, "sessionId" | "dir">,
  host: Host,
): Promise<Fault | null> {
  const sandbox = sandboxOf(request.mode);
  if (!sandbox.ok) return sandbox.fault;
  if (sandbox.value === "danger-full-access") return null;
  const { cwd } = request.workplace;
  const tried = await host.run({
    argv: [request.bin, "sandbox", "-P", ":workspace", "-C", cwd, "--", "true"],
    env: agentEnv(request.harness, host.baseEnv()),
    timeoutMs: limitMs,
  });
  if (tried.code === 0) return null;
  const why = tried.timedOut
    ? "it does not answer"
    : (tried.spawnError ?? (oneLine(tried.stderr, 400) || `it ended with ${tried.code}`));
  return fault(
    "sandbox_unavailable",
    `Codex cannot make its sandbox here: ${why}`,
    "Allow unprivileged user namespaces for bubblewrap on this machine, or choose the mode bypass to run without a sandbox.",
    { stderr: tried.stderr.slice(-2000) },
  );
}

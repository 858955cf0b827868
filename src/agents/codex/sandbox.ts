import { existsSync } from "node:fs";
import { type Fault, fault } from "../../contract/fault.ts";
import type { Host } from "../../host/types.ts";
import type { OpenRequest, Workplace } from "../driver.ts";
import { agentEnv } from "./launch.ts";
import { modeFor } from "./modes.ts";
import { fileRules, profileName, profileOverride } from "./permissions.ts";
import { oneLine } from "./words.ts";

const limitMs = 5_000;

/**
 * A command that does nothing in the sandbox that may write, with the very profile of the session. The
 * worktree may not be made yet: then in the repository, with the profile Codex brings.
 */
export function sandboxArgv(bin: string, workplace: Workplace): [string, ...string[]] {
  const { cwd, repo } = workplace;
  if (!existsSync(cwd)) {
    return [bin, "sandbox", "-P", ":workspace", "-C", repo?.mainRoot ?? "/", "--", "true"];
  }
  const profile = ["-c", profileOverride(fileRules(workplace)), "-P", profileName];
  return [bin, "sandbox", ...profile, "-C", cwd, "--", "true"];
}

/**
 * Tries Codex's sandbox with a command that does nothing: where it cannot be made (no user
 * namespaces, say) every command of a turn would fail and the turn still end well (codex-cli
 * 0.169.0). Only `bypass` does without it. Null = fine.
 */
export async function sandboxPreflight(
  request: Omit<OpenRequest, "sessionId" | "dir">,
  host: Host,
): Promise<Fault | null> {
  const mode = modeFor(request.mode);
  if (!mode.ok) return mode.fault;
  if (mode.value === "bypass") return null;
  const tried = await host.run({
    argv: sandboxArgv(request.bin, request.workplace),
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

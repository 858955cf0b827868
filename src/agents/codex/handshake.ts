import { askUserTool } from "../../contract/ask-user.ts";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { Asked, Link } from "./link.ts";
import { rulesOf } from "./modes.ts";
import { profileConfig, profileName } from "./permissions.ts";
import { notificationLine, requestId } from "./rpc.ts";
import type { SessionData } from "./session-data.ts";
import type { State } from "./state.ts";

const initializeMs = 20_000;
/** A thread starts the MCP servers of the account's config, each with its own time limit. */
const threadMs = 60_000;

/** How Codex asks its person (a dynamic tool, experimental): no process, no approval, no time limit. */
const askUser = { type: "function", ...askUserTool } as const;

const clientInfo = { name: "agetor", title: "Agetor", version: "0.1.0" } as const;

/**
 * Brings an app-server (codex-cli 0.169.0) to an open thread. Safe to repeat at any point: a second
 * `initialize` is refused without harm, and a thread that is open is not opened again.
 *
 * `thread/start` in a sandbox that may write makes Codex write `[projects."<main root>"] trust_level =
 * "trusted"` into the `config.toml` of its home, once per repository. Nothing we can send prevents
 * it; a harness with a home of its own keeps it out of the person's.
 */
export async function handshake(
  link: Link,
  data: SessionData,
  stateOf: () => State,
): Promise<Result<string>> {
  if (!stateOf().initialized) {
    const id = requestId.initialize(data.generation);
    const capabilities = { experimentalApi: true, requestAttestation: false };
    const asked = await link.ask(id, "initialize", { clientInfo, capabilities }, initializeMs);
    // Refused means that an earlier try said hello already: "Already initialized".
    if (asked.ok === "timeout" || asked.ok === "gone") return err(notReady(asked, "starting"));
    const greeted = await link.write(notificationLine("initialized"));
    if (!greeted.ok) return greeted;
  }
  const { threadOpen, threadId } = stateOf();
  if (threadOpen && threadId !== null) return ok(threadId);
  return await openThread(link, data, stateOf);
}

async function openThread(
  link: Link,
  data: SessionData,
  stateOf: () => State,
): Promise<Result<string>> {
  const threadId = data.resume ?? stateOf().threadId;
  const how = threadId === null ? "start" : "resume";
  const id = requestId.thread(data.generation, how);
  const settings = threadSettings(data);
  // A resumed thread keeps the tools it was started with.
  const params =
    threadId === null
      ? { ...settings, dynamicTools: [askUser] }
      : { ...settings, threadId, excludeTurns: true };
  const asked = await link.ask(id, `thread/${how}`, params, threadMs);
  if (asked.ok === "timeout" || asked.ok === "gone")
    return err(notReady(asked, "opening a thread"));
  if (!asked.ok) return err(refused(how, asked.message));
  const opened = stateOf().threadId;
  if (opened === null) {
    return err(fault("launch_failed", "Codex opened a thread without an id.", "Update Codex."));
  }
  return ok(opened);
}

/** The profile is there in every mode: a later turn may be in another. */
function threadSettings(data: SessionData): Record<string, unknown> {
  const { sandbox, approvalPolicy } = rulesOf(data.mode);
  return {
    cwd: data.cwd,
    approvalPolicy,
    ...(data.model === null ? {} : { model: data.model }),
    // A profile and `sandbox` cannot be given together.
    ...(sandbox === "workspace-write" ? { permissions: profileName } : { sandbox }),
    config: { "tools.update_plan.enabled": true, ...profileConfig(data.rules) },
  };
}

function notReady(asked: Asked, doing: string): Fault {
  if (asked.ok === "gone") return fault("launch_failed", `Codex ended while ${doing}.`);
  return fault(
    "launch_timeout",
    `Codex did not answer while ${doing}.`,
    "Look for an MCP server in its config that does not start, then try again.",
  );
}

function refused(how: "start" | "resume", message: string): Fault {
  if (how === "resume") {
    return fault(
      "not_resumable",
      `Codex cannot go on with this conversation: ${message}`,
      "Start the task again: it begins a new conversation in the same worktree.",
    );
  }
  return fault("launch_failed", `Codex refused to start: ${message}`, "Check its config.toml.");
}

import type { AgentItem } from "../agents/driver.ts";
import { fault } from "../contract/fault.ts";
import type { RunOutcome } from "../contract/run.ts";

/** How a run ends whose agent has exited; `attaching` = while no server was there to see it. */
export function exitOutcome(
  item: Extract<AgentItem, { kind: "exited" }>,
  attaching: boolean,
): RunOutcome {
  if (item.fault !== null) {
    return { kind: "failed", fault: item.fault };
  }
  const how = item.signal === null ? `with status ${item.code ?? "unknown"}` : `by ${item.signal}`;
  if (attaching) {
    return orphaned(`The agent ended ${how} while Agetor was not watching it.`);
  }
  return {
    kind: "failed",
    fault: fault(
      "agent_exited",
      `The agent ended ${how} before it was done.`,
      "Its conversation is kept: send a message to go on where it stopped.",
    ),
  };
}

/** The end of a run whose agent is gone and cannot say how far it came. */
export function orphaned(message: string): RunOutcome {
  return {
    kind: "orphaned",
    fault: fault(
      "orphaned",
      message,
      "Nothing it wrote is lost. Send a message to resume in a new session.",
    ),
  };
}

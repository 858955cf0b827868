import { type Fault, fault } from "../../contract/fault.ts";
import type { ExitStatus } from "../../host/types.ts";
import { outOfRoom } from "../endings.ts";
import { oneLine } from "./words.ts";

const tailBytes = 8 * 1024;

/** The last words of a process, without colours. */
export async function stderrTail(errPath: string): Promise<string> {
  try {
    const file = Bun.file(errPath);
    const { size } = file;
    const text = await file.slice(Math.max(0, size - tailBytes), size).text();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is removed
    return text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, "").trim();
  } catch {
    return "";
  }
}

/** How a process ended, in words. */
export function endedHow(status: ExitStatus): string {
  return status.signal === null ? `with status ${status.code ?? "unknown"}` : `by ${status.signal}`;
}

/** Why a process ended, when its last words say so; else null. */
export function exitFault(status: ExitStatus, stderr: string): Fault | null {
  const room = outOfRoom("Codex", status);
  if (room !== null) return room;
  const last = stderr.split("\n").findLast((line) => line.trim() !== "");
  if (last === undefined || status.code === 0) return null;
  return fault(
    "agent_exited",
    `Codex ended ${endedHow(status)}: ${oneLine(last, 400)}`,
    "Send a message to go on where it stopped.",
    { stderr: stderr.slice(-2000) },
  );
}

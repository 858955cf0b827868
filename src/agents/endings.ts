import { type Fault, fault } from "../contract/fault.ts";
import type { ExitStatus, Tail } from "../host/types.ts";
import type { SessionIo } from "./driver.ts";

/**
 * Why a program has ended that could not write any more, or null when nothing says so. `who` begins
 * the sentence.
 */
export function outOfRoom(who: string, { noRoom, code, signal }: ExitStatus): Fault | null {
  if (noRoom !== true) return null;
  const how = signal === null ? `with status ${code ?? "unknown"}` : `by ${signal}`;
  return fault(
    "disk_full",
    `${who} ended ${how} while the disk was full: it could not write what it did.`,
    "Free some space, then send a message to go on where it stopped.",
  );
}

/** Says on the card when what an agent writes can be read no more; no tail ends without a word. */
export function tellUnread(io: SessionIo, stream: string, tail: Tail): void {
  const tell = async (): Promise<void> => {
    const end = await tail.done;
    if (end.kind !== "failed" || io.signal.aborted) return;
    io.log("error", "what the agent writes can no longer be read", { stream, why: end.why });
    const cursor = io.cursor(stream) ?? { generation: 0, offset: 0, state: null };
    const notice = {
      level: "error",
      code: "unread",
      message: `What the agent writes can no longer be read: ${end.why}`,
      hint: "Restart Agetor to read on, or stop the run and send a message.",
    } as const;
    const items = [{ kind: "notice", key: `unread:${stream}:${cursor.offset}`, notice } as const];
    await io.ingest({ stream, items, cursor });
  };
  tell().catch((cause: unknown) => {
    if (io.signal.aborted) return;
    io.log("error", "the end of a reading was not stored", { stream, why: String(cause) });
  });
}

import { type Fault, fault } from "../contract/fault.ts";
import { err, type Result } from "../contract/result.ts";
import { StoreBusy, StoreFull, StoreTrouble } from "../store/types.ts";

/** What the store could not take of a command is refused in words that say what to do. */
export async function asFault<T>(run: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await run();
  } catch (thrown) {
    if (thrown instanceof StoreTrouble) {
      return err(faultOf(thrown));
    }
    throw thrown;
  }
}

/** What to tell a person whose command met this; nothing was changed. */
export function faultOf(trouble: StoreTrouble): Fault {
  if (trouble instanceof StoreFull) {
    const message = "The disk is full, so nothing was changed.";
    return fault("disk_full", message, "Free some space and try again.");
  }
  return trouble instanceof StoreBusy
    ? fault(
        "internal",
        "Another program holds Agetor's database, so nothing was changed.",
        "Close it and try again.",
      )
    : fault(
        "internal",
        "Agetor's database cannot be written, so nothing was changed.",
        "Check the disk and the data folder, and try again.",
      );
}

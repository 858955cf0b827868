import type { NoticeData } from "../contract/event.ts";
import { type Fault, fault } from "../contract/fault.ts";
import { lastLines } from "../domain/text.ts";
import { counted, formatDuration } from "../domain/transcript-words.ts";
import type { Copied } from "../git/types.ts";
import type { Followed } from "./scripts.ts";

/** How many lines of a failed set-up stand on the card. */
const shownLines = 6;
/** How many files are named in one line. */
const named = 3;

/** How a script ended other than well, as the rest of a sentence; null when it ended well. */
export function endWords({ end }: Followed, ms: number | null): string | null {
  const after = ms === null ? "" : ` after ${formatDuration(ms)}`;
  switch (end.kind) {
    case "exited":
      if (end.signal !== null) return `was ended by ${end.signal}${after}`;
      return end.code === 0 ? null : `ended with status ${end.code}${after}`;
    case "stopped":
      return end.why === "asked" ? `was stopped${after}` : `was still running${after}`;
    case "not-started":
      return `could not be started: ${end.fault.message}`;
    case "let-go":
      return null;
  }
}

/** Why the run does not go on behind its set-up, with the last of what that said; null when it does. */
export function setupFault(followed: Followed, ms: number | null): Fault | null {
  const words = endWords(followed, ms);
  if (words === null) {
    return null;
  }
  if (followed.end.kind === "stopped") {
    return fault("cancelled", "Stopped by you.", "Start the task again to run its set-up.");
  }
  const said = lastLines(followed.output, shownLines);
  return fault(
    "setup_failed",
    [`Set-up ${words}.`, ...said].join("\n"),
    "Fix the commands of the project's set-up, then start again. Or start without set-up.",
    { exitCode: followed.end.kind === "exited" ? followed.end.code : null },
  );
}

/** What is told of the files a worktree got, or null when there is nothing to tell. */
export function copiedNotice({ files, left, leftMore }: Copied): NoticeData | null {
  const missing = left.length + leftMore;
  if (files.length + missing === 0) {
    return null;
  }
  const list = [...files.slice(0, named), ...(files.length > named ? ["…"] : [])].join(", ");
  const copied =
    files.length === 0 ? "Copied no files" : `Copied ${counted(files.length, "file")} (${list})`;
  if (missing === 0) {
    return { level: "info", code: "files_copied", message: copied, hint: null };
  }
  const why = left.slice(0, named).map((one) => `${one.path}: ${one.why}.`);
  const more = missing - why.length;
  return {
    level: "warning",
    code: "files_left_out",
    message: `${copied}; ${counted(missing, "file")} left out`,
    hint: [...why, ...(more > 0 ? [`And ${more} more.`] : [])].join(" "),
  };
}

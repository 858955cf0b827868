import type { HarnessTest } from "../../../contract/doctor.ts";
import type { AgentStatus } from "../../../contract/harness.ts";
import type { IconName } from "../../ui/icons.tsx";

/** How an account stands, in one word and one line. */
export interface Verdict {
  readonly tone: "good" | "warn" | "bad" | "none";
  readonly icon: IconName;
  readonly ink: string;
  readonly word: string;
  readonly detail: string;
}

const looks = {
  good: { tone: "good", icon: "st-done", ink: "s-done" },
  warn: { tone: "warn", icon: "st-failed", ink: "s-blocked" },
  bad: { tone: "bad", icon: "st-broken", ink: "s-failed" },
  none: { tone: "none", icon: "st-backlog", ink: "s-backlog" },
} as const;

/** What the server knew without being asked anew. */
export function verdictOf(status: AgentStatus | undefined): Verdict {
  if (status === undefined) return { ...looks.none, word: "Not known yet", detail: "" };
  const version = status.version ?? "";
  if (status.loggedIn === false) {
    return { ...looks.warn, word: "Not signed in", detail: version };
  }
  if (status.available) {
    const detail = [version, status.account].filter((part) => part !== null && part !== "");
    return { ...looks.good, word: "Ready", detail: detail.join(", ") };
  }
  return status.path === null
    ? { ...looks.none, word: "Not installed", detail: "" }
    : { ...looks.bad, word: "Does not work", detail: status.reason ?? "" };
}

/** What a test has just found. */
export function verdictOfTest(test: HarnessTest): Verdict {
  if (test.ok) return { ...looks.good, word: "Works", detail: "" };
  if (test.loggedIn === false) return { ...looks.warn, word: "Not signed in", detail: "" };
  return test.path === null
    ? { ...looks.bad, word: "Not found", detail: "" }
    : { ...looks.bad, word: "Does not work", detail: "" };
}

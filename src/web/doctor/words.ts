import type { DoctorCheck, ProbeReport } from "../../contract/doctor.ts";
import type { IconName } from "../ui/icons.tsx";

type Status = DoctorCheck["status"];

/** A state has its own glyph and its own word; colour only helps. */
export const marks: Readonly<Record<Status, { icon: IconName; ink: string; word: string }>> = {
  pass: { icon: "st-done", ink: "s-done", word: "Fine" },
  warn: { icon: "st-failed", ink: "s-blocked", word: "To look at" },
  fail: { icon: "st-broken", ink: "s-failed", word: "To mend" },
  off: { icon: "st-backlog", ink: "s-backlog", word: "Not needed" },
};

export const groups: readonly { id: DoctorCheck["group"]; label: string }[] = [
  { id: "agents", label: "Agents" },
  { id: "tools", label: "Tools" },
  { id: "machine", label: "This machine" },
];

/** "6 fine, 2 to look at"; what nothing needs is not counted. */
export function tally(checks: readonly DoctorCheck[]): string {
  const count = (status: Status): number =>
    checks.filter((check) => check.status === status).length;
  return [
    [count("pass"), "fine"] as const,
    [count("warn"), "to look at"] as const,
    [count("fail"), "to mend"] as const,
  ]
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(", ");
}

function readyAgents(checks: readonly DoctorCheck[]): number {
  return checks.filter(
    ({ id, status, fix }) =>
      id.startsWith("agent:") &&
      (status === "pass" ||
        (status === "warn" && fix?.kind === "action" && fix.action === "probe")),
  ).length;
}

/** What heads the first screen; it never says more than `readyWords` below it. */
export function firstWords(checks: readonly DoctorCheck[]): string {
  return readyAgents(checks) === 0 ? "No agent can work yet" : "Ready for a first task";
}

/** How many agents can work now, as a sentence for somebody who has not seen a task yet. */
export function readyWords(checks: readonly DoctorCheck[]): string {
  const ready = readyAgents(checks);
  const numbers = ["No", "One", "Two", "Three", "Four", "Five", "Six"];
  const many = numbers[ready] ?? String(ready);
  if (ready === 0) return "The list says what each one lacks.";
  return `${many} ${ready === 1 ? "agent" : "agents"} can work right now.`;
}

/** The harness a row is about, or null. */
export function harnessOf(check: DoctorCheck): string | null {
  return check.id.startsWith("agent:") ? check.id.slice("agent:".length) : null;
}

/** The outcome of a trial in one sentence. */
export function trialWords({ facts }: ProbeReport): string {
  const failed = facts.filter(({ holds }) => holds === false).length;
  const untried = facts.filter(({ holds }) => holds === null).length;
  const rest = untried === 0 ? "" : ` ${untried} could not be tried.`;
  if (failed > 0) return `${failed} of ${facts.length} facts do not hold.${rest}`;
  if (untried > 0) return `${facts.length - untried} of ${facts.length} facts hold.${rest}`;
  return `All ${facts.length} facts the driver relies on hold.`;
}

/** The rows the server did not write into its report. */
export function reportLines(checks: readonly DoctorCheck[]): string {
  return checks
    .map((check) => `${check.status.padEnd(4)}  ${check.label}: ${check.detail}\n`)
    .join("");
}

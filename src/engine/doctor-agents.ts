import type { Descriptor, Probe } from "../agents/driver.ts";
import type { DoctorCheck, Fix } from "../contract/doctor.ts";
import type { Harness } from "../contract/harness.ts";

/** The first command a hint names between back quotes. */
function commandIn(hint: string): string | null {
  return /`([^`]+)`/.exec(hint)?.[1] ?? null;
}

function install(hint: string): Fix | null {
  const command = commandIn(hint);
  return command === null ? null : { kind: "command", label: "Install it", command };
}

/** What a probe says of one harness. An agent nobody installed is no fault while another one works. */
export function checkAgent(
  harness: Harness,
  descriptor: Descriptor,
  probe: Probe,
  anyReady: boolean,
): DoctorCheck {
  const base = { id: `agent:${harness.id}`, group: "agents" as const, label: harness.label };
  switch (probe.kind) {
    case "ready":
      return {
        ...base,
        status: probe.warning === null ? "pass" : "warn",
        detail: [probe.version, probe.account ?? "ready"].join(", "),
        more:
          probe.warning ??
          `${probe.path}\nTested with ${descriptor.tested.from} to ${descriptor.tested.to}`,
        fix:
          probe.warning === null
            ? null
            : { kind: "action", label: "Try it", action: "probe", harnessId: harness.id },
      };
    case "missing":
      return {
        ...base,
        status: anyReady ? "off" : "warn",
        detail: anyReady ? "Not installed, optional" : "Not installed",
        more: `Looked in:\n${probe.looked.join("\n")}`,
        fix: install(probe.hint),
      };
    case "logged-out":
      return {
        ...base,
        status: "warn",
        detail: `${probe.version}, not signed in`,
        more: `${probe.path}\n${probe.hint}`,
        fix: { kind: "action", label: "Log in", action: "login", harnessId: harness.id },
      };
    case "broken":
      return {
        ...base,
        status: "fail",
        detail: probe.why,
        more: [probe.path ?? "", probe.hint].filter((line) => line !== "").join("\n"),
        fix: install(probe.hint),
      };
  }
}

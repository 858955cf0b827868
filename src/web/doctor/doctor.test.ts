import { expect, test } from "bun:test";
import type { DoctorCheck, ProbeReport } from "../../contract/doctor.ts";
import { browserChecks, browserName } from "./browser-checks.ts";
import { firstWords, readyWords, tally, trialWords } from "./words.ts";

const check = (id: string, status: DoctorCheck["status"], over: Partial<DoctorCheck> = {}) => ({
  id,
  group: "agents" as const,
  label: id,
  status,
  detail: "",
  more: null,
  fix: null,
  ...over,
});

test("the tally leaves out what nothing needs, and what nobody has to do", () => {
  expect(tally([check("a", "pass"), check("b", "off")])).toBe("1 fine");
  expect(tally([check("a", "pass"), check("b", "warn"), check("c", "fail")])).toBe(
    "1 fine, 1 to look at, 1 to mend",
  );
});

test("an agent of another version than the tested one can work, one that is logged out cannot", () => {
  const probe = { kind: "action", label: "Try it", action: "probe", harnessId: "codex" } as const;
  const login = { ...probe, action: "login" } as const;
  expect(readyWords([check("agent:a", "pass"), check("git", "pass")])).toStartWith("One agent can");
  expect(
    readyWords([check("agent:a", "pass"), check("agent:codex", "warn", { fix: probe })]),
  ).toStartWith("Two agents can");
  expect(readyWords([check("agent:codex", "warn", { fix: login })])).toStartWith("The list");
  // The heading of the first screen says the same.
  expect(firstWords([check("agent:a", "pass")])).toBe("Ready for a first task");
  expect(firstWords([check("agent:codex", "warn", { fix: login })])).toBe("No agent can work yet");
});

test("a trial says first what does not hold", () => {
  const of = (...holds: (boolean | null)[]): ProbeReport => ({
    harnessId: "codex",
    version: null,
    at: 0,
    durationMs: 1,
    facts: holds.map((one, index) => ({ id: String(index), label: "", holds: one, detail: null })),
  });
  expect(trialWords(of(true, true))).toBe("All 2 facts the driver relies on hold.");
  expect(trialWords(of(true, false, null))).toBe("1 of 3 facts do not hold. 1 could not be tried.");
  expect(trialWords(of(true, null))).toBe("1 of 2 facts hold. 1 could not be tried.");
});

test("notifications nobody wants are no finding", () => {
  const facts = { name: "Firefox 140", missing: [] };
  const of = (permission: NotificationPermission | "none", wanted: boolean) =>
    browserChecks({ ...facts, permission, wanted })[0];
  expect(of("granted", true)?.status).toBe("pass");
  expect(of("default", true)).toMatchObject({ status: "warn", fix: { label: "Allow" } });
  expect(of("default", false)?.status).toBe("off");
  expect(of("denied", true)).toMatchObject({ status: "warn", fix: null });
  expect(of("none", true)?.status).toBe("off");
});

test("a browser that lacks something says what follows from that", () => {
  const facts = { name: "Safari 15", permission: "none", wanted: true } as const;
  const [, row] = browserChecks({ ...facts, missing: ["Locks: each tab notifies on its own."] });
  expect(row).toMatchObject({ status: "warn", detail: "Safari 15, too old for all of the board" });
  expect(row?.more).toStartWith("Locks");
});

test("a browser is called by its own name", () => {
  expect(browserName("Mozilla/5.0 … Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0")).toBe(
    "Edge 156",
  );
  expect(browserName("Mozilla/5.0 … Version/26.1 Safari/605.1.15")).toBe("Safari 26.1");
  expect(browserName("Mozilla/5.0 … Gecko/20100101 Firefox/140.0")).toBe("Firefox 140");
  expect(browserName("curl/8")).toBe("This browser");
});

import type { DoctorCheck } from "../../contract/doctor.ts";

/** What only the page itself can know. */
export interface BrowserFacts {
  /** `none` = this browser has no notifications at all. */
  readonly permission: NotificationPermission | "none";
  /** Whether the person wants to be told; the preference `ui.notify`. */
  readonly wanted: boolean;
  /** Such as `Firefox 140`. */
  readonly name: string;
  /** What the board uses and this browser lacks, and what that means. */
  readonly missing: readonly string[];
}

/** The rows of the doctor that the server cannot look at. */
export function browserChecks(facts: BrowserFacts): readonly DoctorCheck[] {
  return [notifications(facts), browser(facts)];
}

function notifications({ permission, wanted }: BrowserFacts): DoctorCheck {
  const base = { id: "notifications", group: "machine" as const, label: "Notifications" };
  const about = "The board tells of what an agent asks while no tab of it is in sight.";
  switch (permission) {
    case "granted":
      return wanted
        ? { ...base, status: "pass", detail: "Allowed", more: null, fix: null }
        : { ...base, status: "off", detail: "Switched off by you", more: about, fix: null };
    case "denied":
      return {
        ...base,
        status: wanted ? "warn" : "off",
        detail: "Blocked by the browser",
        more: `${about}\nAllow them in the browser's settings of this site: the sign left of its address.`,
        fix: null,
      };
    case "none":
      return { ...base, status: "off", detail: "Not in this browser", more: about, fix: null };
    case "default":
      return {
        ...base,
        status: wanted ? "warn" : "off",
        detail: "Not allowed yet",
        more: about,
        fix: { kind: "action", label: "Allow", action: "allow-notifications", harnessId: null },
      };
  }
}

function browser({ name, missing }: BrowserFacts): DoctorCheck {
  const base = { id: "browser", group: "machine" as const, label: "Browser", fix: null };
  if (missing.length === 0) {
    return { ...base, status: "pass", detail: `${name}, has all the board uses`, more: null };
  }
  return {
    ...base,
    status: "warn",
    detail: `${name}, too old for all of the board`,
    more: `${missing.join("\n")}\nA newer version of it has them.`,
  };
}

/** What this browser is and has, now. */
export function browserFacts(wanted: boolean): BrowserFacts {
  const lacks = (has: boolean, what: string): readonly string[] => (has ? [] : [what]);
  return {
    permission: typeof Notification === "undefined" ? "none" : Notification.permission,
    wanted,
    name: browserName(navigator.userAgent),
    missing: [
      ...lacks("SharedWorker" in globalThis, "Shared workers: every tab needs its own connection."),
      ...lacks("locks" in navigator, "Locks: each tab notifies on its own."),
      ...lacks("clipboard" in navigator, "The clipboard: text has to be copied by hand."),
      ...lacks(
        CSS.supports("color", "light-dark(#fff, #000)"),
        "Colours by theme: it looks plain.",
      ),
    ],
  };
}

const browsers = [
  ["Edge", /Edg\/(\d+)/],
  ["Firefox", /Firefox\/(\d+)/],
  ["Chrome", /Chrome\/(\d+)/],
  ["Safari", /Version\/(\d+(?:\.\d+)?).*Safari/],
] as const;

/** The name and the version by which people know a browser; its user agent says several. */
export function browserName(userAgent: string): string {
  for (const [name, pattern] of browsers) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return "This browser";
}

import type { Doctor, DoctorCheck, HarnessTest } from "../../../src/contract/doctor.ts";
import type { HarnessTemplate } from "../../../src/contract/harness.ts";
import type { UsageReport } from "../../../src/contract/usage.ts";

/** Answers of the stub for the doctor, the usage and the settings. */

const check = (
  id: string,
  group: DoctorCheck["group"],
  label: string,
  status: DoctorCheck["status"],
  detail: string,
  over: Partial<DoctorCheck> = {},
): DoctorCheck => ({ id, group, label, status, detail, more: null, fix: null, ...over });

export const doctor: Doctor = {
  at: Date.now(),
  version: "1.0.0",
  checks: [
    check("agent:claude-code", "agents", "Claude work", "pass", "2.1.88, Max plan", {
      more: "/usr/local/bin/claude\nTested with 2.1.80 to 2.1.90",
    }),
    check("agent:claude-side", "agents", "Claude side", "warn", "2.4.0, Pro plan", {
      more: "Newer than the tested 2.1.90.",
      fix: { kind: "action", label: "Try it", action: "probe", harnessId: "claude-side" },
    }),
    check("agent:codex", "agents", "Codex", "warn", "0.58.0, not signed in", {
      more: "/usr/local/bin/codex\nRun `codex login` in a terminal.",
      fix: { kind: "action", label: "Log in", action: "login", harnessId: "codex" },
    }),
    check("agent:opencode", "agents", "OpenCode", "off", "Not installed, optional", {
      fix: { kind: "command", label: "Install it", command: "npm i -g opencode-ai" },
    }),
    check("git", "tools", "git", "pass", "2.47.1", { more: "/usr/bin/git" }),
    check("tmux", "tools", "tmux", "fail", "Not found; Claude Code needs it.", {
      more: "Looked in:\n/usr/bin/tmux\n/usr/local/bin/tmux",
      fix: { kind: "command", label: "Install tmux", command: "sudo apt-get install tmux" },
    }),
    check("data", "machine", "Data", "pass", "/home/you/.agetor, private to you"),
    check("disk", "machine", "Disk", "pass", "212 GB free"),
    check("port", "machine", "Port 4317", "pass", "Loopback only, with a token"),
  ],
};

const day = 86_400_000;
const shares = [
  ["claude-code", 1],
  ["codex", 0.6],
  ["claude-side", 0.3],
] as const;

/** A month of work: less at week-ends, nothing on some days. */
function usage(): UsageReport {
  const now = Date.now();
  const days = Array.from({ length: 30 }, (_, back) => back).flatMap((back) => {
    const at = now - back * day;
    const busy = [0, 6].includes(new Date(at).getDay()) ? 0.1 : 0.5 + ((back * 7) % 10) / 12;
    return shares
      .filter((_, index) => (back + index) % 5 !== 3)
      .map(([harnessId, share]) => ({
        day: new Date(at).toLocaleDateString("sv-SE"),
        harnessId,
        ...used(busy * share, harnessId === "codex"),
      }));
  });
  return {
    from: now - 29 * day,
    to: now,
    days,
    tasks: ["Refund totals count twice", "Retry webhooks", "Explain idempotency keys"].map(
      (title, index) => ({
        taskId: `01J000000000000000000000A${index}`,
        title,
        harnessId: shares[index]?.[0] ?? "codex",
        lastAt: now - index * 5_000_000,
        ...used(2 - index / 2, index === 1),
      }),
    ),
    limits: [
      {
        harnessId: "claude-code",
        at: now - 360_000,
        limits: [
          { label: "5 h", usedPercent: 82, windowMinutes: 300, resetsAt: now + 4_000_000 },
          { label: "Week", usedPercent: 41, windowMinutes: 10_080, resetsAt: now + 3 * day },
        ],
      },
    ],
  };
}

function used(share: number, silent: boolean) {
  return {
    runs: Math.ceil(share * 9),
    inputTokens: Math.round(share * 310_000),
    outputTokens: Math.round(share * 42_000),
    cacheReadTokens: Math.round(share * 4_200_000),
    cacheWriteTokens: Math.round(share * 60_000),
    costUsd: silent ? null : share * 3.4,
  };
}

const templates: readonly HarnessTemplate[] = [
  {
    id: "claude-account",
    kind: "claude-code",
    label: "Another Claude account",
    description: "A login, settings and history of its own, beside your usual ones.",
    ...{ ownHome: true, bin: null, args: [], env: {} },
  },
  {
    id: "claude-gateway",
    kind: "claude-code",
    label: "Claude through a gateway",
    description: "Talks to another server that speaks Anthropic's API.",
    ...{ ownHome: true, bin: null, args: [] },
    env: { ANTHROPIC_BASE_URL: "", ANTHROPIC_AUTH_TOKEN: "" },
  },
  {
    id: "codex-program",
    kind: "codex",
    label: "Another Codex program",
    description: "Another version or a wrapper, with your usual account.",
    ...{ ownHome: false, bin: "", args: [], env: {} },
  },
];

const tested: HarnessTest = {
  harnessId: "claude-side",
  ok: true,
  durationMs: 1400,
  path: "/home/you/.local/bin/claude",
  version: "2.1.88",
  loggedIn: true,
  account: "side, Pro plan",
  home: "/home/you/.agetor/harnesses/claude-side",
  sharesHomeWith: [],
  models: 3,
  reason: null,
  hint: null,
  looked: [],
};

const browsers = ["Chrome on Linux", "Firefox on macOS"].map((label, index) => ({
  id: String(index),
  label,
  createdAt: Date.now() - 9 * day,
  expiresAt: Date.now() + 20 * day,
  lastUsedAt: index === 0 ? Date.now() : null,
}));

/** Null for what is asked of other parts of the stub. */
export function answerSettings(request: Request, url: URL): Response | null {
  switch (`${request.method} ${url.pathname}`) {
    case "GET /doctor":
      return Response.json({ doctor });
    case "GET /harness-templates":
      return Response.json({ templates });
    case "GET /auth/tokens":
      return Response.json({ tokens: browsers });
    case "POST /harnesses/codex/login":
      return Response.json({ command: "env -u CODEX_HOME codex login", opened: false });
    case "POST /harnesses/codex/test":
      return Response.json({ test: { ...tested, harnessId: "codex", ok: false, loggedIn: false } });
    case "POST /harnesses/claude-side/test":
      return Response.json({ test: tested });
    case "GET /usage":
      return Response.json({ usage: usage() });
    default:
      return null;
  }
}

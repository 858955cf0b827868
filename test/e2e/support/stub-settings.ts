import type { Doctor, DoctorCheck } from "../../../src/contract/doctor.ts";

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

/** Null for what is asked of other parts of the stub. */
export function answerSettings(request: Request, url: URL): Response | null {
  switch (`${request.method} ${url.pathname}`) {
    case "GET /doctor":
      return Response.json({ doctor });
    default:
      return null;
  }
}

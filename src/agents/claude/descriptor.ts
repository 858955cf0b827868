import type { Descriptor } from "../driver.ts";
import type { Install } from "../install-hint.ts";

const efforts = ["low", "medium", "high", "xhigh", "max"] as const;

const command = (name: string, description: string, argumentHint: string | null = null) => ({
  ...{ name, description, argumentHint, source: "builtin" },
});

/** Commands of 2.1.330 that start a turn and need nothing of the person's machine but a repository. */
const curatedCommands = [
  command("init", "Write a CLAUDE.md about this codebase"),
  command("code-review", "Review the current changes", "[low|medium|high] [<path>]"),
  command("security-review", "Review the security of the changes on this branch"),
  command("simplify", "Review changed code for reuse and simplicity", "[<target>]"),
  command("verify", "Check that a change does what it should"),
  command("debug", "Find out what went wrong", "[issue description]"),
  command("deep-research", "Research a question in many sources"),
  command("batch", "Plan a large change and carry it out in parts", "<instruction>"),
];

/** What Claude Code is and offers; modes and efforts as `claude --help` of 2.1.330 names them. */
export const descriptor: Descriptor = {
  kind: "claude-code",
  label: "Claude Code",
  hosting: "tmux",
  defaultBin: "claude",
  homeEnv: "CLAUDE_CONFIG_DIR",
  usualHome: ".claude",
  // `claude auth login` of 2.1.330, from its help.
  commands: curatedCommands,
  loginArgs: ["auth", "login"],
  templates: [
    {
      id: "claude-account",
      label: "Another Claude account",
      description: "A login, settings and history of its own, beside your usual ones.",
      ...{ ownHome: true, bin: null, args: [], env: {} },
    },
    {
      id: "claude-api-key",
      label: "Claude with an API key",
      description: "Pays by use through the Anthropic Console instead of a subscription.",
      ...{ ownHome: true, bin: null, args: [], env: { ANTHROPIC_API_KEY: "" } },
    },
    {
      id: "claude-gateway",
      label: "Claude through a gateway",
      description: "Talks to another server that speaks Anthropic's API.",
      ...{ ownHome: true, bin: null, args: [] },
      env: { ANTHROPIC_BASE_URL: "", ANTHROPIC_AUTH_TOKEN: "" },
    },
    {
      id: "claude-program",
      label: "Another Claude program",
      description: "Another version or a wrapper, with your usual account.",
      ...{ ownHome: false, bin: "", args: [], env: {} },
    },
    {
      id: "claude-container",
      label: "Claude as root in a container",
      description: "Says that it is contained, so that the mode Bypass works for the root user.",
      ...{ ownHome: false, bin: null, args: [], env: { IS_SANDBOX: "1" } },
    },
  ],
  options: {
    modes: [
      {
        id: "plan",
        label: "Plan",
        description: "Reads and plans; changes nothing until you agree.",
      },
      { id: "ask", label: "Ask", description: "Asks before each edit and command." },
      {
        id: "acceptEdits",
        label: "Accept edits",
        description: "Edits files in the worktree freely; asks before commands.",
      },
      {
        id: "auto",
        label: "Auto",
        description: "Claude's own safety check decides what needs asking.",
      },
      {
        id: "bypass",
        label: "Bypass",
        description: "Never asks. For sandboxes and trusted tasks.",
      },
    ],
    models: [
      { id: "opus", label: "Opus", efforts: [...efforts] },
      { id: "sonnet", label: "Sonnet", efforts: [...efforts] },
      { id: "haiku", label: "Haiku", efforts: [...efforts] },
      { id: "fable", label: "Fable", efforts: [...efforts] },
      { id: "opusplan", label: "Opus to plan, Sonnet to work", efforts: [...efforts] },
    ],
    efforts: [
      { id: "low", label: "Low" },
      { id: "medium", label: "Medium" },
      { id: "high", label: "High" },
      { id: "xhigh", label: "Extra high" },
      { id: "max", label: "Max" },
    ],
    invalid: [],
    modeChange: {
      within: ["plan", "ask", "acceptEdits", "auto"],
      how: "A stricter mode holds before the next tool, a more permissive one with your next answer. Bypass holds from the next message: Claude does not switch to it in the middle of its work.",
    },
  },
  defaultMode: "acceptEdits",
  afterPlan: { approve_implement: "acceptEdits", approve_ask: "ask" },
  tested: { from: "2.1.330", to: "2.1.330" },
  capabilities: {
    resume: { kind: "supported" },
    settings: "per-session",
    steer: { kind: "supported" },
    terminal: { kind: "tmux" },
  },
};

/** Our modes as `--permission-mode` takes them. Without the flag Claude Code starts in `auto`. */
export const permissionModes: Readonly<Record<string, string>> = {
  plan: "plan",
  ask: "manual",
  acceptEdits: "acceptEdits",
  auto: "auto",
  bypass: "bypassPermissions",
};

export const install: Install = {
  npmPackage: "@anthropic-ai/claude-code",
  cask: "claude-code",
  afterwards: "run `claude` once",
};

/** Answers of the stub that never change. */

const named = [
  ["claude-code", "claude-code", "Claude work"],
  ["claude-side", "claude-code", "Claude side"],
  ["codex", "codex", "Codex"],
  ["gemini", "acp", "Gemini"],
  ["opencode", "acp", "OpenCode"],
] as const;

export const harnesses = named.map(([id, kind, label]) => ({
  id,
  kind,
  label,
  enabled: true,
  builtin: id !== "claude-side",
  bin: null,
  args: id === "claude-side" ? ["--verbose"] : [],
  home: id === "claude-side" ? "/home/you/.agetor/harnesses/claude-side" : null,
  env: id === "claude-side" ? { DISABLE_AUTOUPDATER: "1", ANTHROPIC_API_KEY: "sk-x" } : {},
  createdAt: 0,
  updatedAt: 0,
}));

const states: Record<
  string,
  { version: string | null; account?: string; reason?: string; hint?: string }
> = {
  "claude-code": { version: "2.1.88", account: "Max plan" },
  "claude-side": { version: "2.1.88", account: "Pro plan" },
  codex: { version: "0.58.0", reason: "Not signed in.", hint: "Run `codex login`." },
  gemini: { version: "0.19.2", account: "API key" },
  opencode: { version: null, reason: "Not installed.", hint: "Run `npm i -g opencode-ai`." },
};

export const agents = named.map(([harnessId, kind, label]) => {
  const state = states[harnessId];
  return {
    harnessId,
    kind,
    label,
    available: state?.reason === undefined,
    bin: null,
    path: null,
    version: state?.version ?? null,
    loggedIn: state?.account !== undefined,
    account: state?.account ?? null,
    reason: state?.reason ?? null,
    installHint: state?.hint ?? null,
  };
});

const efforts = ["low", "medium", "high"];

export const models = [
  { id: "opus", label: "Opus 4.5", efforts, default: true },
  { id: "sonnet", label: "Sonnet 4.5", efforts, default: false },
  { id: "haiku", label: "Haiku 4.5", efforts: [], default: false },
];

const options = {
  modes: [
    { id: "plan", label: "Plan", description: "Reads and proposes; changes nothing." },
    { id: "ask", label: "Ask", description: "Asks before edits and commands." },
    {
      id: "acceptEdits",
      label: "Accept edits",
      description: "Edits freely, asks before commands.",
    },
    { id: "bypass", label: "Bypass", description: "Never asks. Only where nothing can break." },
  ],
  models: [],
  efforts: [
    { id: "low", label: "Low" },
    { id: "medium", label: "Medium" },
    { id: "high", label: "High" },
  ],
  invalid: [{ model: "haiku", mode: "bypass", reason: "Bypass needs a larger model." }],
  modeChange: { within: ["plan", "ask", "acceptEdits"], how: "Bypass only with a message." },
};

export const defaults = {
  home: "/home/you",
  cwd: "/home/you/code/checkout-api",
  dataDir: "/home/you/.agetor",
  defaultAgent: "claude-code",
  columns: ["backlog", "ready", "running", "blocked", "review", "done"],
  agentOptions: { "claude-code": options, codex: options, acp: options },
};

export const setup = {
  setup: {
    setup: "pnpm install --frozen-lockfile\npnpm db:create $AGETOR_NAME\n",
    teardown: "pnpm db:drop $AGETOR_NAME\n",
    copy: ["config/*.local.json"],
    ports: 10,
  },
  included: [".env"],
};

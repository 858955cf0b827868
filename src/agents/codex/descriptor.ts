import type { Catalogue, Descriptor } from "../driver.ts";
import type { Install } from "../install-hint.ts";

const all = ["low", "medium", "high", "xhigh", "max", "ultra"];
const withoutUltra = all.slice(0, 5);

/** The bundled catalogue of codex-cli 0.169.0 (`codex debug models --bundled`), in its order. */
const models = [
  { id: "gpt-6.1-sol", label: "GPT-6.1-Sol", efforts: all },
  { id: "gpt-6-astra", label: "GPT-6-Astra", efforts: all },
  { id: "gpt-6-sol", label: "GPT-6-Sol", efforts: all },
  { id: "gpt-6-luna", label: "GPT-6-Luna", efforts: withoutUltra },
  { id: "gpt-5.6-sol", label: "GPT-5.6-Sol", efforts: all },
  { id: "gpt-6.1-terra", label: "GPT-6.1 Terra", efforts: all },
  { id: "gpt-5.6-terra", label: "GPT-5.6-Terra", efforts: all },
  { id: "gpt-5.6-luna", label: "GPT-5.6-Luna", efforts: withoutUltra },
  { id: "gpt-5.5", label: "GPT-5.5", efforts: all.slice(0, 4) },
];

/** Codex has no mode of its own to go on in: what the description of plan mode promises. */
export const afterPlan = { approve_implement: "auto", approve_ask: "ask" } as const;

/** What Codex is and can do here, as codex-cli 0.169.0 has it. */
export const descriptor: Descriptor = {
  kind: "codex",
  label: "Codex",
  hosting: "pipes",
  defaultBin: "codex",
  homeEnv: "CODEX_HOME",
  usualHome: ".codex",
  commands: [],
  loginArgs: ["login"],
  templates: [
    {
      id: "codex-account",
      label: "Another Codex account",
      description: "A login, settings and history of its own, beside your usual ones.",
      ...{ ownHome: true, bin: null, args: [], env: {} },
    },
    {
      id: "codex-program",
      label: "Another Codex program",
      description: "Another version or a wrapper, with your usual account.",
      ...{ ownHome: false, bin: "", args: [], env: {} },
    },
  ],
  options: {
    modes: [
      {
        id: "plan",
        label: "Plan",
        description:
          "Only reads, and proposes a plan. Once you approve it, Codex carries it out as in Auto, or as in Ask if you choose so.",
      },
      {
        id: "ask",
        label: "Ask",
        description: "Asks you before every command and every change of a file.",
      },
      {
        id: "acceptEdits",
        label: "Accept edits",
        description:
          "Works inside Codex's sandbox without asking; asks you when it wants to leave it, for the network or for files elsewhere.",
      },
      {
        id: "auto",
        label: "Auto",
        description:
          "Works on its own inside Codex's sandbox: writes in the worktree and temporary folders, no network. Never asks to leave it.",
      },
      {
        id: "bypass",
        label: "Bypass",
        description: "No sandbox and no questions: it can do whatever you can do.",
      },
    ],
    models,
    efforts: [
      { id: "low", label: "Low" },
      { id: "medium", label: "Medium" },
      { id: "high", label: "High" },
      { id: "xhigh", label: "Extra high" },
      { id: "max", label: "Max" },
      { id: "ultra", label: "Ultra" },
    ],
    invalid: models.flatMap((model) =>
      all
        .filter((effort) => !model.efforts.includes(effort))
        .map((effort) => ({
          model: model.id,
          effort,
          reason: `${model.label} has no effort ${effort}.`,
        })),
    ),
    modeChange: { within: [], how: "Codex takes its mode with each message." },
  },
  defaultMode: "auto",
  afterPlan,
  tested: { from: "0.169.0", to: "0.169.0" },
  capabilities: {
    resume: { kind: "supported" },
    settings: "per-message",
    steer: { kind: "supported" },
    terminal: { kind: "none" },
  },
};

/** What is offered where Codex cannot be asked. */
export const curated: Catalogue = {
  models: models.map((model, index) => ({ ...model, default: index === 0 })),
  commands: [],
  source: "curated",
};

export const install: Install = {
  npmPackage: "@openai/codex",
  cask: "codex",
  afterwards: "run `codex login`",
};

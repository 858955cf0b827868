import { expect, test } from "bun:test";
import {
  agentProblem,
  effortOptions,
  modelOptions,
  modeOptions,
  refusal,
  unlisted,
} from "./choices.ts";

const options = {
  modes: [
    { id: "ask", label: "Ask", description: "Asks." },
    { id: "bypass", label: "Bypass", description: "Never asks." },
  ],
  models: [],
  efforts: [
    { id: "low", label: "Low" },
    { id: "high", label: "High" },
  ],
  invalid: [{ model: "haiku", mode: "bypass", reason: "Too small." }],
  modeChange: { within: [], how: "With each message." },
};
const models = [
  { id: "opus", label: "Opus", efforts: ["low", "high"], default: true },
  { id: "haiku", label: "Haiku", efforts: [], default: false },
];
const nothing = { model: null, mode: null, effort: null };
const hidden = (list: readonly { impossible?: string | null }[]) =>
  list.map((option) => option.impossible ?? null);

test("an effort the model does not take is impossible, with the reason and the way out", () => {
  const none = "Haiku takes no effort level; Opus does";
  const haiku = { ...nothing, model: "haiku" };
  expect(hidden(effortOptions(options, models, haiku))).toEqual([null, none, none]);
  expect(hidden(effortOptions(options, models, nothing))).toEqual([null, null, null]);
  const some = [{ id: "mini", label: "Mini", efforts: ["low"], default: true }];
  const few = effortOptions(options, some, nothing);
  expect(hidden(few)).toEqual([null, null, "Mini has no such effort"]);
});

test("an unknown model takes anything, and an unknown id stays a choice", () => {
  const own = { model: "new-9", mode: "yolo", effort: "ultra" };
  const efforts = effortOptions(options, models, own);
  expect(hidden(efforts)).toEqual([null, null, null, null]);
  expect(efforts.at(-1)).toEqual({ value: "ultra", label: "ultra", description: unlisted });
  expect(modeOptions(options, own).at(-1)).toMatchObject({ value: "yolo", description: unlisted });
  expect(modelOptions(options, models, own).at(-1)).toMatchObject({ value: "new-9" });
});

test("a combination is refused only when all of it is picked", () => {
  expect(refusal(options, "mode", { ...nothing, model: "haiku", mode: "bypass" })).toBe(
    "Too small",
  );
  expect(refusal(options, "mode", { ...nothing, mode: "bypass" })).toBeNull();
  const haiku = { ...nothing, model: "haiku" };
  expect(hidden(modeOptions(options, haiku))).toEqual([null, null, "Too small"]);
  // An effort that the model does not have is no fault of the modes.
  const wrong = { ...options, invalid: [{ model: "haiku", effort: "high", reason: "No." }] };
  expect(hidden(modeOptions(wrong, { ...haiku, effort: "high" }))).toEqual([null, null, null]);
  const bypass = { ...nothing, mode: "bypass" };
  expect(hidden(modelOptions(options, models, bypass))).toEqual([null, null, "Too small"]);
});

test("an agent that cannot work says so in a sentence, with the way out", () => {
  const agent = {
    harnessId: "codex",
    kind: "codex",
    label: "Codex",
    available: false,
    bin: null,
    path: null,
    version: null,
    loggedIn: null,
    account: null,
    reason: "Not found. Looked in /a/codex, /b/codex.",
    installHint: "Run `npm i -g codex`.",
  } as const;
  expect(agentProblem(agent)).toBe("Not found. Run `npm i -g codex`.");
  expect(agentProblem({ ...agent, available: true })).toBeNull();
});

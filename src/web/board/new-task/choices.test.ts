import { expect, test } from "bun:test";
import {
  agentProblem,
  effortNote,
  effortOptions,
  modeOptions,
  refusal,
  settled,
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
const blocked = (list: readonly { blocked?: string | null }[]) =>
  list.map((option) => (option.blocked ?? null) !== null);

test("an effort the model does not take stays listed, with the reason and the way out", () => {
  expect(blocked(effortOptions(options, models, { ...nothing, model: "haiku" }))).toEqual([
    false,
    true,
    true,
  ]);
  expect(effortNote(models, { ...nothing, model: "haiku" })).toBe(
    "Haiku does not take an effort level. Opus does.",
  );
  expect(effortNote(models, nothing)).toBeNull();
});

test("an unknown model takes anything", () => {
  expect(blocked(effortOptions(options, models, { ...nothing, model: "new-9" }))).toEqual([
    false,
    false,
    false,
  ]);
});

test("a combination is refused only when all of it is picked", () => {
  expect(refusal(options, { ...nothing, model: "haiku", mode: "bypass" })).toBe("Too small.");
  expect(refusal(options, { ...nothing, mode: "bypass" })).toBeNull();
  expect(blocked(modeOptions(options, { ...nothing, model: "haiku" }))).toEqual([
    false,
    false,
    true,
  ]);
});

test("what became impossible is dropped", () => {
  expect(settled(options, models, { model: "haiku", mode: "bypass", effort: "high" })).toEqual({
    model: "haiku",
    mode: null,
    effort: null,
  });
  const fine = { model: "opus", mode: "bypass", effort: "high" };
  expect(settled(options, models, fine)).toEqual(fine);
  expect(settled(undefined, [], fine)).toEqual(fine);
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

import { describe, expect, test } from "bun:test";
import { ulid } from "ulid";
import type { Interaction } from "../contract/interaction.ts";
import { answeredByHand } from "./by-hand.ts";
import { approvalOf, openAsk } from "./testing/approvals.ts";

const askedAt = 1_700_000_000_000;
const plan = (at = askedAt): Interaction => ({
  ...openAsk,
  createdAt: askedAt + 400,
  id: ulid(at),
  kind: "plan_approval",
  plan: "# Plan",
});

const approval = (command: string) => approvalOf(ulid(askedAt), command);

const planned = { name: "ExitPlanMode", input: {} };
const ran = (command: string) => ({ name: "Bash", input: { command } });

describe("a tool's result", () => {
  test("is the end of the question its call was about", () => {
    const asked = plan();
    const open = [approval("ls"), asked];
    expect(answeredByHand({ call: planned, at: askedAt + 1, unfinished: [], open })).toBe(asked);
  });

  test("counts from when the dialog opened, not from when the card learned of it", () => {
    const open = [plan()];
    const at = askedAt + 100;
    expect(answeredByHand({ call: planned, at, unfinished: [], open })).toBe(open[0] ?? null);
  });

  test("that is read late is not the end of what was asked again meanwhile", () => {
    const at = askedAt - 1;
    const anew = { at, unfinished: [] };
    expect(answeredByHand({ ...anew, call: planned, open: [plan()] })).toBeNull();
    expect(answeredByHand({ ...anew, call: ran("ls"), open: [approval("ls")] })).toBeNull();
  });

  test("of another command, or of a call nobody asked about, ends no question", () => {
    const over = { at: askedAt + 1, unfinished: [], open: [approval("npm test")] };
    expect(answeredByHand({ ...over, call: ran("npm test; rm x") })).toBeNull();
    expect(answeredByHand({ ...over, call: planned })).toBeNull();
  });

  test("of a call that was allowed before leaves the same call at its question", () => {
    const open = [approval("npm test")];
    const over = { call: ran("npm test"), at: askedAt + 5_000, open };
    const [waits, other] = [{ input: { command: "npm test" } }, { input: { command: "ls" } }];
    expect(answeredByHand({ ...over, unfinished: [waits, other] })).toBeNull();
    expect(answeredByHand({ ...over, unfinished: [other] })).toBe(open[0] ?? null);
  });
});

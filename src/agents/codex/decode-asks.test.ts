import { describe, expect, test } from "bun:test";
import type { AgentItem } from "../driver.ts";
import { decode } from "./decode.ts";
import { endPlan } from "./decode-plan.ts";
import { replyTo } from "./replies.ts";
import { initialState, restoreState, type State } from "./state.ts";
import { fixture, foldApp } from "./testing/fold.ts";

/** What was asked and when that was over, as short lines. */
const talk = (items: readonly AgentItem[]): string[] =>
  items.flatMap((item) => {
    if (item.kind === "asked") return [`asked ${item.ref} ${item.request.kind}`];
    if (item.kind === "no-longer-asked") return [`over ${item.ref}`];
    return item.kind === "turn-ended" ? [`ended ${item.outcome.kind}`] : [];
  });

/** The calls that each question says it is about, and whether the transcript has told of them before. */
const about = (name: string) => {
  const calls = new Set<string>();
  return foldApp(fixture(name)).items.flatMap((item) => {
    if (item.kind === "transcript" && item.type === "tool.call") calls.add(item.data.toolId);
    if (item.kind !== "asked") return [];
    const toolId = item.toolId ?? null;
    return [{ toolId, known: toolId !== null && calls.has(toolId) }];
  });
};

const requests = (name: string) =>
  foldApp(fixture(name)).items.flatMap((it) => (it.kind === "asked" ? [it.request] : []));

describe("recordings of codex-cli 0.169.0", () => {
  test("commands and patches, each asked once and told over once", () => {
    const { items, state } = foldApp(fixture("app-approvals"));
    expect(talk(items)).toEqual([
      ...["asked g1:0 approval", "over g1:0", "asked g1:1 approval", "over g1:1"],
      ...["asked g1:2 approval", "over g1:2", "asked g1:3 approval", "over g1:3"],
      ...["ended succeeded", "asked g1:4 approval", "over g1:4", "ended cancelled"],
    ]);
    expect(state.asks).toEqual([]);
    const [command, patch] = requests("app-approvals");
    expect(command).toEqual({
      kind: "approval",
      toolName: "shell",
      toolInput: { command: "echo one > one.txt; sleep 0.3" },
      title: "echo one > one.txt; sleep 0.3",
      cwd: "/repo/wt",
      reason: null,
      diff: null,
      editable: false,
    });
    expect(patch).toMatchObject({
      toolInput: { files: [{ path: "b.txt", kind: "add" }], change: expect.any(String) },
      diff: [{ path: "b.txt", patch: "@@ -0,0 +1 @@\n+new\n" }],
    });
  });

  test("what asks says its call, also for an MCP tool whose question does not name it", () => {
    const known = (toolId: string) => ({ toolId, known: true });
    expect(about("app-approvals")).toEqual([1, 2, 3, 4, 6].map((at) => known(`call_resp_${at}_0`)));
    expect(about("app-elicitation")).toEqual([
      known("call_resp_1_0"),
      // The form is the server's own question, while its tool runs.
      { toolId: null, known: false },
      known("call_resp_2_0"),
    ]);
    // `request_user_input` is told as no call: its question is the one row there is.
    expect(about("app-questions")).toEqual([
      known("call_resp_1_0"),
      { toolId: "call_resp_2_0", known: false },
    ]);
  });

  test("of two calls of one MCP tool at work, none is taken for the one that is asked about", () => {
    const lines = fixture("app-elicitation");
    const at = lines.findIndex((line) => line.includes('"type":"mcpToolCall"'));
    const twin = (lines[at] ?? "").replaceAll("call_resp_1_0", "call_twin");
    const { items } = foldApp([...lines.slice(0, at + 1), twin, ...lines.slice(at + 1)]);
    const [first] = items.flatMap((it) => (it.kind === "asked" ? [it.toolId] : []));
    expect(first).toBeNull();
  });

  test("questions, and the tool of ours", () => {
    expect(talk(foldApp(fixture("app-questions")).items)).toEqual([
      ...["asked g1:0 question", "over g1:0", "asked g1:1 ask_questions", "over g1:1"],
      "ended succeeded",
    ]);
  });

  test("an MCP tool and its form", () => {
    const [tool, form] = requests("app-elicitation");
    expect(tool).toMatchObject({ toolName: "mcp__forms__form", title: "forms: form" });
    expect(form?.kind === "ask_questions" && form.questions).toMatchObject([
      { header: "color", options: [{ label: "red", description: "Red" }, { label: "blue" }] },
      { header: "count", options: [{ label: "Leave it out" }] },
      { header: "note" },
      { header: "size", options: [{ label: "m", description: "Medium" }, {}, {}] },
      { header: "sure", options: [{ label: "Yes" }, { label: "No" }] },
      { header: "tags", multiSelect: true },
    ]);
  });

  test("a plan holds back the end of its turn", () => {
    expect(talk(foldApp(fixture("app-plan")).items)).toEqual([
      expect.stringMatching(/^asked plan:\S+ plan_approval$/),
      expect.stringMatching(/^over plan:/),
      expect.stringMatching(/^asked plan:\S+ plan_approval$/),
      expect.stringMatching(/^over plan:/),
      "ended succeeded",
    ]);
    const lines = fixture("app-plan");
    const end = lines.findIndex((line) => line.includes('"turn/completed"'));
    const { state } = foldApp(lines.slice(0, end + 1));
    const stopped = endPlan(state, { kind: "cancelled" });
    expect(talk(stopped?.items ?? [])).toEqual([`over ${state.plan?.ref}`, "ended cancelled"]);
    expect(endPlan(stopped!.state, { kind: "cancelled" })).toBeNull();
  });

  test("a steered message is known by the answer and by its echo", () => {
    const { state } = foldApp(fixture("app-steer"));
    expect(state.steered).toEqual(["s1"]);
    expect(state.echoed).toEqual(["m1", "s1"]);
  });

  test.each(["app-approvals", "app-questions", "app-elicitation", "app-plan"])(
    "%s gives the same when the state goes through the store after every line",
    (name) => {
      const lines = fixture(name);
      const whole = talk(foldApp(lines).items);
      let state: State = initialState("/repo/wt");
      const items: AgentItem[] = [];
      for (const line of lines) {
        const step = foldApp([line], restoreState(JSON.parse(JSON.stringify(state)), "/repo/wt"));
        state = step.state;
        items.push(...step.items);
      }
      expect(talk(items)).toEqual(whole);
    },
  );
});

const ask = (method: string, params: object, id: string | number = 7): string =>
  JSON.stringify({ id, method, params });
const replies = (line: string): unknown[] =>
  decode(initialState("/w"), line, {
    key: (index) => `${index}`,
    generation: 1,
    start: 0,
    texts: new Map(),
  }).replies.map((it) => JSON.parse(it));

test("what nobody can answer is refused at once", () => {
  const refused = [{ id: 7, error: { code: -32601 } }];
  expect(replies(ask("item/permissions/requestApproval", {}))).toMatchObject(refused);
  expect(replies(ask("item/tool/call", { tool: "other" }))).toMatchObject(refused);
  expect(replies(ask("item/tool/requestUserInput", { questions: [] }))).toMatchObject(refused);
  expect(replies(ask("mcpServer/elicitation/request", { mode: "openai/form" }))).toMatchObject([
    { result: { action: "decline" } },
  ]);
  expect(replies(ask("item/tool/call", { tool: "ask_user", arguments: {} }))).toMatchObject([
    { result: { success: false } },
  ]);
});

test("an allowance is for once, never for the account", () => {
  const waiting = { ref: "g1:0", id: 0, turnId: null, itemId: null } as const;
  const allow = { kind: "approval", decision: "allow", remember: true } as const;
  expect(replyTo({ ...waiting, shape: { kind: "decision" } }, allow)).toEqual({
    decision: "accept",
  });
  expect(replyTo({ ...waiting, shape: { kind: "action" } }, allow)).toEqual({
    ...{ action: "accept", content: {}, _meta: null },
  });
  expect(replyTo({ ...waiting, shape: { kind: "tool" } }, allow)).toBeNull();
});

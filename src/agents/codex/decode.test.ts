import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decode } from "./decode.ts";
import { initialState, type State } from "./state.ts";
import { brief, foldApp } from "./testing/fold.ts";

describe("lines of any kind", () => {
  const note = (method: string, params: object, more: object = {}): string =>
    JSON.stringify({ method, params, ...more });
  const inThread: State = { ...initialState("/repo/wt"), threadId: "main", threadOpen: true };

  test("what nobody knows is kept whole, what is not JSON as text", () => {
    const unknown = note("thread/dreams", { threadId: "main", deep: { a: [1] } });
    const { items, state } = foldApp([unknown, "{ half", "", "[]", "null"], inThread);
    expect(items).toMatchObject([
      { type: "raw", data: { payload: { method: "thread/dreams", params: { deep: { a: [1] } } } } },
      { type: "raw", data: { payload: { text: "{ half" } } },
      { type: "raw", data: { payload: { text: "[]" } } },
      { type: "raw", data: { payload: { text: "null" } } },
    ]);
    expect(state).toEqual(inThread);
  });

  test("nesting that would break whoever stores it stays text", () => {
    const line = `{"method":"x","params":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`;
    const { items } = foldApp([line], inThread);
    expect(items).toMatchObject([
      { type: "raw", data: { payload: { text: line.slice(0, 4096) } } },
    ]);
  });

  test("a server request nobody answers is refused under its own id", () => {
    const ask = { id: 7, method: "item/tool/requestUserInput", params: { questions: [] } };
    const { replies, items } = foldApp([JSON.stringify(ask)], inThread);
    expect(replies.map((it) => JSON.parse(it))).toEqual([
      { id: 7, error: { code: -32601, message: expect.stringContaining("requestUserInput") } },
    ]);
    expect(items).toMatchObject([{ type: "raw" }]);
  });

  test("a second thread of a repeated start changes nothing", () => {
    const answer = JSON.stringify({
      id: "thread:start:1",
      result: { thread: { id: "other" }, model: "m", sandbox: { type: "workspaceWrite" } },
    });
    const { state, items } = foldApp([answer], inThread);
    expect(state.threadId).toBe("main");
    expect(items).toEqual([]);
  });

  test("a sub-agent's turn ends nothing but itself", () => {
    const turn = { id: "t1", status: "completed", durationMs: 3 };
    const sub = { threadId: "sub", turnId: "t2" };
    const text = { type: "agentMessage", id: "i1", text: "From below." };
    const { items, state } = foldApp(
      [
        note("turn/started", { threadId: "main", turn: { id: "t1" } }),
        note("thread/started", {
          thread: { id: "sub", parentThreadId: "main", agentRole: "scout" },
        }),
        note("turn/started", { threadId: "sub", turn: { id: "t2" } }),
        note("item/completed", { ...sub, item: text }),
        note("turn/completed", { threadId: "sub", turn: { id: "t2", status: "completed" } }),
        note("turn/completed", { threadId: "main", turn }),
      ],
      inThread,
    );
    expect(items).toMatchObject([
      { kind: "working" },
      { type: "subagent.started", data: { agentId: "sub", label: "scout" } },
      { type: "assistant.text", data: { agentId: "sub", text: "From below." } },
      { type: "subagent.ended", data: { agentId: "sub", status: "succeeded" } },
      { kind: "turn-ended", outcome: { kind: "succeeded" }, durationMs: 3 },
    ]);
    expect(state.turn).toBeNull();
  });

  test("a turn that Codex begins by itself is told of", () => {
    const item = { type: "agentMessage", id: "i1", text: "" };
    const { items } = foldApp(
      [
        note("turn/started", { threadId: "main", turn: { id: "t1" } }),
        note("item/started", { threadId: "main", turnId: "t1", item }),
      ],
      inThread,
    );
    expect(items[1]).toMatchObject({ kind: "turn-started", messageId: null });
  });

  test("other tools have a face and a result", () => {
    const call = (item: object): string[] => [
      note("item/started", { threadId: "main", turnId: "t", item }),
      note("item/completed", {
        threadId: "main",
        turnId: "t",
        item: { ...item, status: "completed", durationMs: 9, success: true },
      }),
    ];
    const { items } = foldApp(
      [
        ...call({
          ...{ type: "mcpToolCall", id: "1", server: "db", tool: "query", arguments: { q: 1 } },
          result: { content: [{ type: "text", text: "42" }] },
        }),
        ...call({
          type: "webSearch",
          id: "2",
          query: "bun",
          action: { type: "search", queries: ["bun"] },
        }),
        ...call({ type: "imageView", id: "3", path: "/repo/wt/shots/a.png" }),
        ...call({
          ...{ type: "dynamicToolCall", id: "4", tool: "ask", arguments: {} },
          contentItems: [{ type: "inputText", text: "yes" }],
        }),
        ...call({ type: "collabAgentToolCall", id: "5", tool: "spawnAgent", prompt: "Look" }),
        note("item/completed", { threadId: "main", item: { type: "enteredReviewMode", id: "6" } }),
      ],
      inThread,
    );
    expect(brief(items)).toEqual([
      "call mcp db: query",
      'result succeeded "42"',
      "call fetch bun",
      'result succeeded ""',
      "call read shots/a.png",
      'result succeeded ""',
      "call other ask",
      'result succeeded "yes"',
      "call agent Look",
      'result succeeded ""',
      "raw",
    ]);
  });

  test("a plan, its drafts and warnings", () => {
    const item = { type: "plan", id: "p1", text: "# Plan\n1. Go" };
    const { items, drafts } = foldApp(
      [
        note("item/started", { threadId: "main", turnId: "t", item: { ...item, text: "" } }),
        note("item/plan/delta", { threadId: "main", itemId: "p1", delta: "# Plan" }),
        note("item/completed", { threadId: "main", turnId: "t", item }),
        note("warning", { threadId: "main", message: "careful" }),
        note("model/rerouted", { fromModel: "a", toModel: "b" }),
        note("mcpServer/startupStatus/updated", { name: "db", status: "failed", error: "no" }),
        note("mcpServer/startupStatus/updated", { name: "db", status: "ready", error: null }),
      ],
      inThread,
    );
    expect(items).toMatchObject([
      { type: "plan.updated", data: { text: "# Plan\n1. Go", final: true } },
      { notice: { code: "codex_warning", message: "careful" } },
      { notice: { code: "model_rerouted" } },
      { notice: { code: "mcp_failed", message: "db did not start: no" } },
    ]);
    expect(drafts.map((it) => it.text)).toEqual(["# Plan", null]);
  });

  test("nothing throws, whatever the line", () => {
    const methods = fc.constantFrom(
      ...["turn/started", "turn/completed", "item/started", "item/completed", "error"],
      ...["item/agentMessage/delta", "thread/tokenUsage/updated", "account/rateLimits/updated"],
      ...["turn/plan/updated", "thread/started", "anything"],
    );
    const types = fc.constantFrom("agentMessage", "commandExecution", "fileChange", "mcpToolCall");
    const line = fc.record({
      id: fc.oneof(fc.string(), fc.integer(), fc.constant(undefined)),
      method: fc.oneof(methods, fc.constant(undefined)),
      params: fc.oneof(
        fc.anything(),
        fc.record({
          threadId: fc.oneof(fc.constant("main"), fc.anything()),
          itemId: fc.anything(),
          delta: fc.anything(),
          turn: fc.anything(),
          item: fc.record({ id: fc.string(), type: types, changes: fc.anything() }),
        }),
      ),
      result: fc.anything(),
      error: fc.anything(),
    });
    const context = {
      key: (index: number) => `${index}`,
      generation: 1,
      start: 0,
      texts: new Map(),
    };
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        let state = inThread;
        for (const it of lines) {
          const text = JSON.stringify(it, (_, value: unknown) =>
            typeof value === "bigint" ? `${value}` : value,
          );
          ({ state } = decode(state, text, context));
        }
        return JSON.stringify(state).length < 64 * 1024;
      }),
      { numRuns: 300 },
    );
  });
});

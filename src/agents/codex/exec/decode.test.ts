import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Collector } from "../decoded.ts";
import { brief, firstExec, fixture, foldExec } from "../testing/fold.ts";
import { closeExec, decodeExec } from "./decode.ts";
import { nextProcess } from "./state.ts";

describe("recordings of codex-cli 0.169.0 exec --json", () => {
  test("a turn with tools", () => {
    const { items, state } = foldExec(fixture("exec-tools"));
    expect(brief(items)).toEqual([
      "session auto new",
      "turn-started m1",
      "working",
      "thinking Thinking about it",
      "text I look around.",
      "call execute echo one; sleep 0.5; echo two",
      'result succeeded "one\\ntwo\\n"',
      // Told once, although the CLI repeats it at the end.
      "todos completed pending pending",
      "call edit a.txt and 1 more",
      'result succeeded ""',
      "call execute sleep 0.4; echo no >&2; exit 3",
      'result failed "no\\n"',
      "text All done.",
      "usage 450+50 100",
      "turn-ended succeeded",
    ]);
    expect(state).toMatchObject({ started: true, ended: true, open: [] });
    const calls = items.flatMap((it) =>
      it.kind === "transcript" && it.type === "tool.call" ? [it.data] : [],
    );
    expect(calls.map((it) => it.toolId)).toEqual(["g1:item_2", "g1:item_4", "g1:item_5"]);
    expect(calls[1]?.input).toEqual({
      files: [
        { path: "a.txt", kind: "update" },
        { path: "b.txt", kind: "add" },
      ],
    });
    const last = items.flatMap((it) =>
      it.kind === "transcript" && it.type === "tool.result" ? [it.data] : [],
    );
    expect(last[2]).toEqual({
      toolId: "g1:item_5",
      status: "failed",
      output: "no\n",
      truncated: false,
      blobId: null,
      diff: null,
      exitCode: 3,
      durationMs: null,
      agentId: null,
    });
  });

  test("a second process of the same thread counts its own tokens", () => {
    const lines = fixture("exec-resume");
    const first = foldExec(lines.slice(0, 4));
    const second = foldExec(lines.slice(4), nextProcess(first.state, 2, "m2"));
    expect(brief(first.items)).toEqual([
      "session auto new",
      "turn-started m1",
      "working",
      "text One.",
      "usage 90+10 20",
      "turn-ended succeeded",
    ]);
    expect(brief(second.items)).toEqual([
      "turn-started m2",
      "working",
      "text Two.",
      "usage 90+10 20",
      "turn-ended succeeded",
    ]);
  });

  test("refusals and a lost stream", () => {
    const { items } = foldExec(fixture("exec-errors"));
    expect(brief(items).filter((line) => /^(error|turn-ended)/.test(line))).toEqual([
      "error - again",
      "error not_logged_in",
      "turn-ended failed not_logged_in",
      "error rate_limited",
      "turn-ended failed rate_limited",
      "error - again",
      "error network_lost",
      "turn-ended failed network_lost",
    ]);
  });

  test("an interrupt leaves a tool open, which the end of the process closes", () => {
    const { items, state } = foldExec(fixture("exec-interrupt"));
    expect(brief(items).at(-1)).toBe("call execute echo up; sleep 600");
    expect(state).toMatchObject({ ended: false, open: ["g1:item_0"] });
    const out = new Collector((index) => `x:${index}`);
    expect(closeExec(state, out).open).toEqual([]);
    expect(brief(out.items)).toEqual(['result failed ""']);
  });
});

test("MCP tools, warnings and what nobody knows", () => {
  const line = (type: string, item: object): string => JSON.stringify({ type, item });
  const mcp = { type: "mcp_tool_call", id: "i", server: "db", tool: "q", arguments: { a: 1 } };
  const { items } = foldExec([
    line("item.started", { ...mcp, status: "in_progress" }),
    line("item.completed", { ...mcp, status: "failed", error: { message: "no" }, result: null }),
    line("item.completed", { type: "error", message: "careful" }),
    line("item.completed", { type: "dream", id: "j" }),
    JSON.stringify({ type: "turn.dreamt" }),
    "not json",
    "",
  ]);
  expect(brief(items)).toEqual([
    "call mcp db: q",
    'result failed "no"',
    "notice codex_warning",
    "raw",
    "raw",
    "raw",
  ]);
});

test("nothing throws, whatever the line", () => {
  const context = { key: (index: number) => `${index}`, generation: 1, start: 0, texts: new Map() };
  const types = ["thread.started", "turn.started", "turn.completed", "item.completed", "error"];
  const line = fc.record({
    type: fc.constantFrom(...types, "x"),
    item: fc.record({ type: fc.constantFrom("todo_list", "file_change", "x"), id: fc.anything() }),
    usage: fc.anything(),
    message: fc.anything(),
    thread_id: fc.anything(),
  });
  fc.assert(
    fc.property(line, (it) => {
      const text = JSON.stringify(it, (_, value: unknown) =>
        typeof value === "bigint" ? `${value}` : value,
      );
      decodeExec(firstExec(), text, context);
    }),
  );
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { transcriptData } from "../../contract/event.ts";
import type { AgentItem } from "../driver.ts";
import { decode } from "./decode.ts";
import { unsettled } from "./decode-queue.ts";
import type { LineContext } from "./line.ts";
import { printOf } from "./prompt.ts";
import { type ClaudeState, initialState, readState } from "./state.ts";
import { decodeAll, fixture, outline } from "./testing/outline.ts";

const names = [
  "agents",
  "ask",
  "background",
  "clear",
  "costs",
  "error",
  "follow",
  "interrupt",
  "overloaded",
  "plan",
  "tasks",
  "todos",
  "tools",
] as const;

const of = <K extends AgentItem["kind"]>(items: readonly AgentItem[], kind: K) =>
  items.filter((item): item is Extract<AgentItem, { kind: K }> => item.kind === kind);

describe("recorded transcripts of Claude Code 2.1.330", () => {
  test.each([...names])("%s", (name) => {
    expect(outline(decodeAll(fixture(name)).items)).toMatchSnapshot();
  });

  test("of a sub-agent", () => {
    const { items } = decodeAll(fixture("agents.agent-1"), { agentId: "sub" });
    expect(outline(items)).toMatchSnapshot();
    expect(items.every(({ key }) => key.startsWith("t:sub:"))).toBe(true);
    const speakers = items.flatMap((item) =>
      item.kind === "transcript" && "agentId" in item.data ? [item.data.agentId] : [],
    );
    expect(new Set(speakers)).toEqual(new Set(["sub"]));
  });

  test.each([...names])("%s fits the contract, with keys of its own", (name) => {
    const { items, state } = decodeAll(fixture(name));
    for (const item of items) {
      if (item.kind === "transcript") transcriptData[item.type].parse(item.data);
    }
    const keys = items.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(JSON.stringify(state).length).toBeLessThan(8 * 1024);
    expect(items.filter((item) => item.kind === "transcript" && item.type === "raw")).toEqual([]);
  });

  test.each([...names])("%s reads the same from every place it may be cut", (name) => {
    const lines = fixture(name);
    const whole = decodeAll(lines);
    for (let cut = 0; cut <= lines.length; cut += 1) {
      const head = decodeAll(lines.slice(0, cut));
      const state = readState(JSON.parse(JSON.stringify(head.state)));
      const from = { state: state ?? initialState("", null), from: cut };
      const tail = decodeAll(lines.slice(cut), from);
      expect([...head.items, ...tail.items].map(({ key }) => key)).toEqual(
        whole.items.map(({ key }) => key),
      );
      expect(tail.state).toEqual(whole.state);
    }
  });
});

describe("a turn", () => {
  test("is ours when its text is that of the message on its way, wrapper or not", () => {
    const text = "line one\ntext: longer é 日本\nline three\n\n/status";
    const pending = { messageId: "m9", print: printOf(text) };
    const { items, state } = decodeAll(fixture("follow"), { pending });
    expect(of(items, "turn-started").map(({ messageId }) => messageId)).toEqual([null, null, "m9"]);
    expect(of(items, "turn-started")[2]?.text).toBe(text);
    expect(state.claimed).toBe("m9");
  });

  test("takes a message only once", () => {
    const pending = { messageId: "m1", print: printOf("text: first") };
    const once = decodeAll(fixture("follow").slice(0, 8), { pending });
    const again = fixture("follow").find((line) => line.includes('"text: first"')) ?? "";
    const copy = again.replace(/"promptId":"[^"]*"/, '"promptId":"other"');
    const twice = decodeAll([copy], { pending, state: once.state });
    expect(of(once.items, "turn-started")[0]?.messageId).toBe("m1");
    expect(of(twice.items, "turn-started")[0]?.messageId).toBeNull();
  });

  test("remembers what its end needs", () => {
    const { state } = decodeAll(fixture("background"));
    expect(state.turn).toBe(1);
    expect(state.unreported).toEqual([]);
    expect(state.queue).toEqual([]);
    expect(state.endAt).toBeGreaterThan(state.reportedAt);
    expect(state.durationMs).toBeGreaterThan(0);
    const before = decodeAll(fixture("background").slice(0, -8)).state;
    expect(before.unreported).toHaveLength(1);
  });

  test("that was interrupted ends once", () => {
    const { items } = decodeAll(fixture("interrupt"));
    expect(of(items, "turn-started")).toHaveLength(2);
    expect(of(items, "turn-ended").map(({ outcome }) => outcome.kind)).toEqual([
      "cancelled",
      "cancelled",
    ]);
  });
});

describe("words typed into a turn", () => {
  const said = (operation: string, content?: string) =>
    JSON.stringify({ type: "queue-operation", operation, content });
  const words = { messageId: "m7", print: printOf("mind the\ttests") };
  const read = (lines: readonly string[], options: Partial<LineContext> = {}) => {
    let state = initialState("/t", null);
    const items: AgentItem[] = [];
    for (const [at, line] of lines.entries()) {
      const context = { place: `0:${at}`, oversize: false, cwd: "/repo", pending: null };
      const decoded = decode(state, line, { ...context, steered: [words], ...options });
      items.push(...decoded.items);
      state = decoded.state;
    }
    return { items, state };
  };
  const waiting = said("enqueue", "mind the    tests");
  const notice = said(
    "enqueue",
    "<task-notification>\n<task-id>b1</task-id>\n</task-notification>",
  );

  test("wait in Claude's queue until they are heard there", () => {
    const open = read([waiting]).state;
    expect([open.queue, unsettled([words], open)]).toEqual([["person"], [words]]);
    const heard = JSON.stringify({
      type: "attachment",
      uuid: "a",
      attachment: { type: "queued_command", prompt: "mind the    tests" },
    });
    const { items, state } = read([waiting, said("remove", "mind the    tests"), heard]);
    expect(items).toMatchObject([{ type: "user.message", data: { messageId: "m7" } }]);
    expect([state.queue, unsettled([words], state)]).toEqual([[], []]);
  });

  test("begin a turn of their own when theirs was over first", () => {
    const line = { type: "user", uuid: "u", promptId: "p2", origin: { kind: "human" } };
    const turn = JSON.stringify({ ...line, message: { content: "mind the    tests" } });
    const { items, state } = read([waiting, said("dequeue"), turn]);
    expect(items[0]).toMatchObject({ kind: "turn-started", messageId: "m7" });
    expect([state.queue, unsettled([words], state)]).toEqual([[], []]);
  });

  test("are given back when Claude is held still, and notifications stay", () => {
    const back = said("popAll", "mind the    tests");
    const { items, state } = read([waiting, notice, back], { halted: true });
    expect(items).toEqual([
      { kind: "returned", key: "r:main:0:2:returned", messageId: "m7", text: "mind the    tests" },
    ]);
    expect([state.queue, unsettled([words], state)]).toEqual([["task"], []]);
    // By hand they are in the person's own input line.
    expect(read([waiting, back]).items).toEqual([]);
    expect(
      read([said("enqueue", "by hand"), said("popAll", "by hand")], { halted: true }).items,
    ).toMatchObject([{ kind: "returned", messageId: null, text: "by hand" }]);
  });

  test("may be said again after that", () => {
    const steered = [words, words];
    const back = said("popAll", "mind the    tests");
    const once = read([waiting, back], { steered, halted: true }).state;
    expect(unsettled(steered, once)).toEqual([words]);
    const twice = read([waiting, back, waiting, back], { steered, halted: true }).state;
    expect(unsettled(steered, twice)).toEqual([]);
  });
});

describe("anything else", () => {
  const context = { place: "0:7", oversize: false, cwd: "/repo", pending: null };
  const read = (text: string, state: ClaudeState = initialState("/t", null)) =>
    decode(state, text, context).items;

  test("that is no record is kept as it is", () => {
    expect(read("not json")).toEqual([
      {
        kind: "transcript",
        key: "r:main:0:7",
        at: null,
        type: "raw",
        data: { source: "claude", payload: { head: "not json", oversize: false } },
      },
    ]);
    expect(read("")).toEqual([]);
    expect(read('{"type":"brand-new","uuid":"u1"}')).toMatchObject([{ type: "raw" }]);
    expect(read('{"type":"brand-new"}')).toEqual([]);
    const long = decode(initialState("/t", null), "x".repeat(9000), { ...context, oversize: true });
    expect(JSON.stringify(long.items).length).toBeLessThan(3000);
  });

  test("never throws, whatever stands in a line", () => {
    const values = fc.jsonValue({ maxDepth: 5 });
    const record = fc.record(
      {
        type: fc.constantFrom("user", "assistant", "system", "attachment", "queue-operation", "x"),
        uuid: fc.oneof(fc.string(), values),
        message: fc.oneof(
          values,
          fc.record({
            content: fc.oneof(
              values,
              fc.array(
                fc.record(
                  {
                    type: fc.constantFrom("text", "thinking", "tool_use", "tool_result", "y"),
                    text: values,
                    input: values,
                    content: values,
                    tool_use_id: values,
                    name: fc.constantFrom("TodoWrite", "Agent", "Edit", "TaskUpdate", "Bash"),
                  },
                  { requiredKeys: ["type"] },
                ),
              ),
            ),
            usage: values,
            id: values,
          }),
        ),
        origin: fc.constantFrom({ kind: "human" }, {}, null),
        subtype: values,
        attachment: values,
        toolUseResult: values,
        operation: fc.constantFrom("enqueue", "dequeue", "remove", 7),
        content: values,
        timestamp: values,
      },
      { requiredKeys: ["type"] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(record, values)), (all) => {
        const { items, state } = decodeAll(all.map((each) => JSON.stringify(each) ?? ""));
        expect(Array.isArray(items)).toBe(true);
        expect(readState(JSON.parse(JSON.stringify(state)))).toEqual(state);
      }),
      { numRuns: 300 },
    );
  });

  test("recorded lines that were cut or changed in the middle never throw", () => {
    const lines = names.flatMap((name) => fixture(name));
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(), fc.string(), (at, place, noise) => {
        const line = lines[at] ?? "";
        const cut = place % (line.length + 1);
        decodeAll([line.slice(0, cut), line.slice(0, cut) + noise + line.slice(cut)]);
      }),
      { numRuns: 300 },
    );
  });
});

import { describe, expect, test } from "bun:test";
import type { InteractionAnswer } from "../../contract/interaction.ts";
import { askProtocol } from "./ask.ts";

/** The hook's payload as Claude Code 2.1.330 sends it. */
function hook(tool_name: string, tool_input: Record<string, unknown> = {}) {
  return {
    session_id: "d8530d0e-a931-46c6-b4a4-0ba1ff4fde2d",
    cwd: "/repo",
    permission_mode: "default",
    hook_event_name: "PermissionRequest",
    tool_name,
    tool_input,
    permission_suggestions: [{ type: "setMode", mode: "acceptEdits", destination: "session" }],
  };
}

function diffOf(tool: string, input: Record<string, unknown>) {
  const request = askProtocol.interpret(hook(tool, { file_path: "/repo/src/a.ts", ...input }));
  return request?.kind === "approval" ? request.diff : undefined;
}

function decision(
  payload: ReturnType<typeof hook>,
  answer: InteractionAnswer,
  wish: string | null = null,
): unknown {
  const request = askProtocol.interpret(payload);
  if (request === null) throw new Error("nothing was asked");
  const printed = askProtocol.respond(request, answer, payload, wish) as {
    hookSpecificOutput?: { hookEventName: string; decision: unknown };
  };
  expect(printed.hookSpecificOutput?.hookEventName ?? "PermissionRequest").toBe(
    "PermissionRequest",
  );
  return printed.hookSpecificOutput?.decision;
}

describe("another mode that was picked meanwhile", () => {
  const bash = hook("Bash", { command: "ls" });
  const allow = { kind: "approval", decision: "allow" } as const;
  const switched = (mode: string) => [{ type: "setMode", mode, destination: "session" }];

  test("goes with an answer that allows, and with no other", () => {
    expect(decision(bash, allow, "acceptEdits")).toEqual({
      behavior: "allow",
      updatedPermissions: switched("acceptEdits"),
    });
    expect(decision(bash, { ...allow, updatedInput: { command: "id" } }, "ask")).toEqual({
      behavior: "allow",
      updatedInput: { command: "id" },
      updatedPermissions: switched("default"),
    });
    expect(decision(bash, { kind: "approval", decision: "deny" }, "ask")).toMatchObject({
      behavior: "deny",
    });
    expect(decision(bash, allow)).toEqual({ behavior: "allow" });
    expect(decision(bash, allow, "unheard of")).toEqual({ behavior: "allow" });
  });

  test("goes with an answered question; who approves a plan has chosen one", () => {
    const asked = hook("AskUserQuestion", { questions: [{ question: "Which?", options: [] }] });
    const answers = [{ selected: [], custom: "this" }];
    expect(decision(asked, { kind: "ask_questions", answers }, "ask")).toMatchObject({
      updatedPermissions: switched("default"),
    });
    const plan = { kind: "plan_approval", choice: "approve_implement" } as const;
    expect(decision(hook("ExitPlanMode", { plan: "# P" }), plan, "ask")).toMatchObject({
      updatedPermissions: switched("acceptEdits"),
    });
  });

  test("is the reason when Claude asks only because of it", () => {
    const reason = (now: string, wish: string) => {
      const asked = askProtocol.interpret({ ...bash, permission_mode: now }, wish);
      return asked?.kind === "approval" ? asked.reason : undefined;
    };
    expect(reason("bypassPermissions", "ask")).toContain("You changed the mode to Ask.");
    expect(reason("acceptEdits", "plan")).toContain("You changed the mode to Plan.");
    expect(reason("default", "acceptEdits")).toBeNull();
  });
});

describe("what Claude asks", () => {
  test("is a permission with what a person needs to decide", () => {
    const input = { command: "npm test\necho done", description: "Run the tests" };
    expect(askProtocol.interpret(hook("Bash", input))).toEqual({
      kind: "approval",
      toolName: "Bash",
      toolInput: input,
      title: "npm test",
      cwd: "/repo",
      reason: "Run the tests",
      diff: null,
      editable: true,
    });
    expect(askProtocol.interpret(hook("mcp__files__remove", { a: 1 }))).toMatchObject({
      title: "files: remove",
      reason: null,
    });
  });

  test("is nothing when it is no permission hook, or names no tool", () => {
    expect(askProtocol.interpret({ ...hook("Bash"), hook_event_name: "PreToolUse" })).toBeNull();
    expect(askProtocol.interpret({ hook_event_name: "PermissionRequest" })).toBeNull();
    expect(askProtocol.interpret(hook("AskUserQuestion", { questions: "none" }))).toBeNull();
    expect(askProtocol.interpret({})).toBeNull();
  });

  test("shows the change of an edit, with what stays around it", () => {
    expect(diffOf("Edit", { old_string: "a\nb\nc", new_string: "a\nX\nY\nc" })).toEqual([
      {
        path: "src/a.ts",
        kind: "update",
        patch: "@@ -1,3 +1,4 @@\n a\n-b\n+X\n+Y\n c\n",
        additions: 2,
        deletions: 1,
      },
    ]);
    expect(diffOf("Edit", { old_string: "x", new_string: "" })?.[0]?.patch).toBe(
      "@@ -1,1 +0,0 @@\n-x\n",
    );
    expect(diffOf("Write", { content: "one\ntwo\n" })).toEqual([
      {
        path: "src/a.ts",
        kind: "add",
        patch: "@@ -0,0 +1,2 @@\n+one\n+two\n",
        additions: 2,
        deletions: 0,
      },
    ]);
    const edits = [
      { old_string: "a", new_string: "b" },
      { old_string: "c", new_string: "d" },
    ];
    expect(diffOf("MultiEdit", { edits })?.[0]).toMatchObject({ additions: 2, deletions: 2 });
    expect(diffOf("Write", { content: "x".repeat(300_000) })).toBeNull();
    expect(diffOf("Read", {})).toBeNull();
  });
});

describe("the answer to Claude", () => {
  test("allows as it is, with a change, or denies with the reason; nothing for longer than now", () => {
    const asked = hook("Bash", { command: "ls" });
    const answer = (more: object) =>
      decision(asked, { kind: "approval", decision: "allow", ...more } as InteractionAnswer);
    expect(answer({})).toEqual({ behavior: "allow" });
    expect(answer({ remember: true })).toEqual({ behavior: "allow" });
    const updatedInput = { command: "ls -l" };
    expect(answer({ updatedInput })).toEqual({ behavior: "allow", updatedInput });
    expect(answer({ decision: "deny", reason: "No." })).toEqual({
      behavior: "deny",
      message: "No.",
    });
    expect(answer({ decision: "deny" })).toMatchObject({ message: expect.stringContaining("not") });
  });

  test("keeps the questions and adds one line of answer to each", () => {
    const ask = (question: string) => ({ question, header: "H", options: [], multiSelect: true });
    const questions = [ask("One?"), ask("Two?"), ask("Three?")];
    const answers = [
      { selected: ["A"] },
      { selected: ["A", "C"], custom: "and D" },
      { selected: [], custom: "free" },
    ];
    const asked = hook("AskUserQuestion", { questions, metadata: { source: "x" } });
    expect(decision(asked, { kind: "ask_questions", answers })).toEqual({
      behavior: "allow",
      updatedInput: {
        questions,
        metadata: { source: "x" },
        answers: { "One?": "A", "Two?": "A, C, and D", "Three?": "free" },
      },
    });
  });

  test("approves a plan with the mode that follows, or sends it back", () => {
    const asked = hook("ExitPlanMode", { plan: "# Plan", planFilePath: "/plans/p.md" });
    const choose = (choice: "approve_implement" | "approve_ask" | "reject", revision?: string) =>
      decision(asked, { kind: "plan_approval", choice, ...(revision ? { revision } : {}) });
    const approved = (mode: string) => ({
      behavior: "allow",
      updatedInput: { plan: "# Plan" },
      updatedPermissions: [{ type: "setMode", mode, destination: "session" }],
    });
    expect(choose("approve_implement")).toEqual(approved("acceptEdits"));
    expect(choose("approve_ask")).toEqual(approved("default"));
    expect(choose("reject", "Smaller.")).toEqual({ behavior: "deny", message: "Smaller." });
    expect(choose("reject")).toMatchObject({ behavior: "deny", message: expect.any(String) });
  });

  test("of another kind than the question decides nothing", () => {
    expect(
      decision(hook("Bash", { command: "ls" }), { kind: "question", selected: ["yes"] }),
    ).toBeUndefined();
  });
});

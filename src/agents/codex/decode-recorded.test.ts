import { describe, expect, test } from "bun:test";
import { nextGeneration, type State } from "./state.ts";
import { brief, fixture, foldApp } from "./testing/fold.ts";

const thread = "00000000-0000-7000-8000-000000000002";

describe("recordings of codex-cli 0.169.0 app-server", () => {
  test("a turn with tools, and a second one", () => {
    const { items, state, drafts } = foldApp(fixture("app-tools"));
    expect(brief(items)).toEqual([
      "session auto new",
      "working",
      "turn-started m1",
      "user m1",
      "thinking Thinking about it",
      "text I look around.",
      "call execute echo one; sleep 0.5; echo two",
      'result succeeded "one\\ntwo\\n"',
      "usage 90+10 20",
      "todos completed in_progress pending",
      "usage 180+20 40",
      "call edit a.txt and 1 more",
      'result succeeded ""',
      "usage 270+30 60",
      "call execute sleep 0.4; echo no >&2; exit 3",
      'result failed "no\\n"',
      "usage 360+40 80",
      "text All done.",
      "usage 450+50 100",
      // The rate limits came with the last answer.
      "usage 450+50 100",
      "turn-ended succeeded",
      "working",
      "turn-started m2",
      "user m2",
      "call edit c.txt and 1 more",
      'result succeeded ""',
      // A run counts its own tokens.
      "usage 90+10 20",
      "usage 180+20 40",
      "text Second.",
      "usage 270+30 60",
      "turn-ended succeeded",
    ]);
    expect(state).toMatchObject({ threadId: thread, threadOpen: true, turn: null, open: [] });
    expect(state.accepted).toEqual(["m1", "m2"]);
    expect(state.echoed).toEqual(["m1", "m2"]);
    expect(new Set(items.map((it) => it.key)).size).toBe(items.length);
    // What was streamed: each draft ends where its item does.
    expect(drafts.filter((it) => it.draftId === "msg_resp_1_1")).toEqual([
      { draftId: "msg_resp_1_1", kind: "text", offset: 0, text: "I look" },
      { draftId: "msg_resp_1_1", kind: "text", offset: 6, text: " aroun" },
      { draftId: "msg_resp_1_1", kind: "text", offset: 12, text: "d." },
      { draftId: "msg_resp_1_1", kind: "text", offset: 0, text: null },
    ]);
    expect(drafts.find((it) => it.kind === "output")?.text).toBe("two\n");
    expect(drafts.find((it) => it.kind === "thinking")?.text).toBe("Thinking about i");
  });

  test("commands, diffs, limits and the session in full", () => {
    const { items } = foldApp(fixture("app-tools"));
    const data = items.flatMap((it) => (it.kind === "transcript" ? [it] : []));
    expect(data[0]).toEqual({
      kind: "transcript",
      key: "o:1:334:0",
      at: null,
      type: "session.started",
      data: {
        sessionRef: thread,
        model: "gpt-5.5",
        mode: "auto",
        version: "0.169.0",
        resumed: false,
      },
    });
    const calls = data.flatMap((it) => (it.type === "tool.call" ? [it.data] : []));
    const results = data.flatMap((it) => (it.type === "tool.result" ? [it.data] : []));
    expect(calls[0]).toEqual({
      toolId: "call_resp_1_2",
      name: "shell",
      kind: "execute",
      title: "echo one; sleep 0.5; echo two",
      input: { command: "echo one; sleep 0.5; echo two", cwd: "/repo/wt" },
      status: "running",
      agentId: null,
    });
    expect(results[0]).toEqual({
      toolId: "call_resp_1_2",
      status: "succeeded",
      output: "one\ntwo\n",
      truncated: false,
      blobId: null,
      diff: null,
      exitCode: 0,
      durationMs: 5,
      agentId: null,
    });
    expect(calls[1]?.input).toEqual({
      files: [
        { path: "a.txt", kind: "update" },
        { path: "b.txt", kind: "add" },
      ],
    });
    expect(results[1]?.diff).toEqual([
      {
        path: "a.txt",
        kind: "update",
        patch: "@@ -1 +1 @@\n-hello\n+hello world\n",
        additions: 1,
        deletions: 1,
      },
      {
        path: "b.txt",
        kind: "add",
        patch: "@@ -0,0 +1,2 @@\n+new\n+file\n",
        additions: 2,
        deletions: 0,
      },
    ]);
    expect(results[2]).toMatchObject({ status: "failed", exitCode: 3 });
    expect(results[3]?.diff).toEqual([
      {
        path: "c.txt",
        kind: "move",
        patch: "@@ -1 +1 @@\n-hello world\n+moved\n",
        additions: 1,
        deletions: 1,
      },
      {
        path: "b.txt",
        kind: "delete",
        patch: "@@ -1,2 +0,0 @@\n-new\n-file\n",
        additions: 0,
        deletions: 2,
      },
    ]);
    const usage = data.flatMap((it) => (it.type === "usage.updated" ? [it.data] : []));
    expect(usage.find((it) => it.rateLimits.length > 0)).toEqual({
      usage: {
        inputTokens: 450,
        outputTokens: 100,
        cacheReadTokens: 50,
        cacheWriteTokens: 0,
        costUsd: null,
      },
      model: "gpt-5.5",
      contextPercent: 0,
      rateLimits: [
        { label: "5 h", usedPercent: 43, windowMinutes: 300, resetsAt: 1_900_000_000_000 },
        { label: "weekly", usedPercent: 7, windowMinutes: 10_080, resetsAt: 1_900_500_000_000 },
      ],
    });
  });

  test("code mode gives the same shapes", () => {
    expect(brief(foldApp(fixture("app-code-mode")).items)).toEqual([
      "session auto new",
      "working",
      "turn-started m1",
      "user m1",
      "call execute sleep 0.4; echo hi",
      'result succeeded "hi\\n"',
      "usage 90+10 20",
      "call edit b.txt",
      'result succeeded ""',
      "usage 180+20 40",
      "text Done.",
      "usage 270+30 60",
      "turn-ended succeeded",
    ]);
  });

  test("an interrupt keeps half a text and closes a command once", () => {
    const { items, state } = foldApp(fixture("app-interrupt"));
    expect(brief(items)).toEqual([
      "session auto new",
      "working",
      "turn-started m1",
      "user m1",
      "text partial Half a sen",
      "turn-ended cancelled",
      "working",
      "turn-started m2",
      "user m2",
      "call execute echo up; sleep 0.3; echo two; sleep 600",
      "usage 90+10 20",
      'result failed "two\\n"',
      "turn-ended cancelled",
      "working",
      "turn-started m3",
      "user m3",
      "text After.",
      "usage 90+10 20",
      "turn-ended succeeded",
    ]);
    expect(state.closed).toEqual([]);
  });

  test("refusals, a lost stream and a compaction", () => {
    const { items } = foldApp(fixture("app-errors"));
    const lines = brief(items);
    expect(lines.filter((line) => line.startsWith("turn-ended"))).toEqual([
      "turn-ended failed not_logged_in",
      "turn-ended failed rate_limited",
      "turn-ended failed rate_limited",
      "turn-ended failed agent_error",
      "turn-ended failed agent_error",
      "turn-ended failed network_lost",
      "turn-ended succeeded",
      "turn-ended failed agent_error",
    ]);
    // The compaction stands before the message that waits behind it.
    expect(lines.slice(lines.indexOf("notice context_compacted")).slice(0, 3)).toEqual([
      "notice context_compacted",
      "turn-started edrop",
      "user edrop",
    ]);
    // A broken stream is asked for again: its half is dropped, unless nothing follows.
    expect(lines.filter((line) => line.startsWith("text"))).toEqual([
      "text partial Hal",
      "text Whole.",
    ]);
    const ends = items.flatMap((it) => (it.kind === "turn-ended" ? [it.outcome] : []));
    expect(ends[0]).toEqual({
      kind: "failed",
      fault: {
        code: "not_logged_in",
        message:
          "unexpected status 401 Unauthorized: fake invalid_api_key, url: http://127.0.0.1:1/v1/responses",
        hint: "Log in with `codex login`, then send the message again.",
        details: { codexErrorInfo: "httpConnectionFailed", httpStatus: 401 },
      },
    });
    expect(ends[1]).toMatchObject({
      fault: { hint: "Send the message again after Mar 17th, 2030 5:46 PM." },
    });
    expect(ends[4]).toMatchObject({
      fault: { details: { codexErrorInfo: "contextWindowExceeded" } },
    });
    expect(ends[7]).toMatchObject({ fault: { message: "fake invalid_request_error" } });
  });

  test("a network that stays away, stopped by the person or by the watchdog", () => {
    const lines = fixture("app-network");
    const before = lines.slice(
      0,
      lines.findIndex((line) => line.includes('"interrupt:')),
    );
    expect(foldApp(before).state.retrying).toEqual({
      message: "Reconnecting... waiting for network (Connection failed: error sending request)",
      since: 1_795_000_000_000,
    });
    expect(brief(foldApp(lines).items).at(-1)).toBe("turn-ended cancelled");
    const watched = lines.map((line) => line.replace('"interrupt:person:', '"interrupt:network:'));
    expect(brief(foldApp(watched).items).at(-1)).toBe("turn-ended failed network_lost");
  });

  test("a killed process and the one that resumes its thread", () => {
    const lines = fixture("app-resume");
    const second = lines.findIndex((line) => line.startsWith('{"id":"initialize:2"'));
    const first = foldApp(lines.slice(0, second));
    expect(brief(first.items)).toEqual([
      "session auto new",
      "working",
      "turn-started m1",
      "user m1",
    ]);
    expect(first.state.open).toMatchObject([{ kind: "text", id: "msg_resp_1_0" }]);
    const next = foldApp(lines.slice(second), nextGeneration(first.state));
    expect(brief(next.items)).toEqual([
      "session auto resumed",
      "working",
      "turn-started m2",
      "user m2",
      "text Back.",
      "usage 90+10 20",
      "turn-ended succeeded",
    ]);
    expect(next.answers.map((it) => it.id)).toEqual([
      "initialize:2",
      "thread:resume:2",
      "look:m1:1",
      "turn:m2",
    ]);
  });

  test.each(["app-tools", "app-interrupt", "app-errors"])(
    "%s read in two halves, the state stored as JSON in between, gives the same",
    (name) => {
      const lines = fixture(name);
      const whole = foldApp(lines);
      for (let cut = 0; cut <= lines.length; cut += 3) {
        const first = foldApp(lines.slice(0, cut));
        const stored = JSON.parse(JSON.stringify(first.state)) as State;
        const second = foldApp(lines.slice(cut), stored);
        const texts = [...brief(first.items), ...brief(second.items)];
        // Half texts come from drafts, which the reader rebuilds and this fold does not.
        const stable = (line: string): boolean => !/partial|result failed/.test(line);
        expect(texts.filter(stable)).toEqual(brief(whole.items).filter(stable));
        expect(JSON.stringify(stored).length).toBeLessThan(64 * 1024);
      }
    },
  );
});

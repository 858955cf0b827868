import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Session } from "../driver.ts";
import { Stage } from "./testing/stage.ts";

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.close());

async function attached(): Promise<Session> {
  const session = await stage.attach();
  if ("kind" in session) throw new Error(session.why);
  return session;
}

const kinds = () => stage.items.map((item) => (item.kind === "transcript" ? item.type : item.kind));

describe("the end of a turn", () => {
  test("waits for the last words, which come after Stop", async () => {
    stage.status("busy");
    stage.hook("SessionStart");
    stage.prompt("hello");
    await attached();
    stage.hook("Stop", { background_tasks: [] });
    stage.answer("last words");
    stage.done();
    await stage.seen("turn-ended");
    expect(kinds().slice(-3)).toEqual(["assistant.text", "usage.updated", "turn-ended"]);
    expect(stage.of("notice")).toEqual([]);
  });

  test("whose last words never come is told after a while", async () => {
    stage.status("idle");
    stage.hook("SessionStart");
    stage.prompt("hello");
    await attached();
    stage.hook("Stop", { background_tasks: [] });
    expect((await stage.seen("turn-ended")).outcome).toEqual({ kind: "succeeded" });
    expect(stage.of("notice")).toMatchObject([{ notice: { code: "transcript_late" } }]);
    stage.answer("late words");
    await stage.said(() => kinds().includes("assistant.text"));
    // They are no sign of work on what may be on its way by now.
    expect(stage.of("working")).toEqual([]);
  });

  test("does not come while a hook of the person's own keeps Claude going", async () => {
    stage.status("busy");
    stage.hook("SessionStart");
    stage.prompt("hello");
    await attached();
    stage.hook("Stop", { background_tasks: [] });
    stage.answer("first");
    await stage.seen("working");
    stage.answer("second");
    stage.hook("Stop", { background_tasks: [] });
    stage.done();
    await stage.seen("turn-ended");
    expect(stage.of("turn-ended")).toHaveLength(1);
    expect(stage.of("notice")).toEqual([]);
  });

  test("comes before the next turn, although both were read late and together", async () => {
    stage.status("idle");
    stage.hook("SessionStart");
    stage.prompt("one");
    stage.answer("first");
    stage.hook("Stop", { background_tasks: [] });
    stage.done();
    stage.prompt("two");
    stage.answer("second");
    stage.hook("Stop", { background_tasks: [] });
    stage.done();
    await attached();
    await stage.seen("turn-ended", 2);
    const turns = kinds().filter((kind) => kind.startsWith("turn-"));
    expect(turns).toEqual(["turn-started", "turn-ended", "turn-started", "turn-ended"]);
  });

  test("is told once, although a crash left its hook behind", async () => {
    stage.status("idle");
    stage.hook("SessionStart");
    stage.prompt("one");
    stage.hook("Stop", { background_tasks: [] });
    stage.done();
    await (await attached()).detach();
    await stage.seen("turn-ended");
    stage.hook("Stop", { background_tasks: [] });
    await attached();
    expect(stage.of("turn-ended")).toHaveLength(1);
  });

  test("is seen in an idle Claude when nothing tells of it", async () => {
    stage.status("busy");
    stage.hook("SessionStart");
    stage.prompt("stopped before a word");
    await attached();
    await stage.seen("turn-started");
    stage.status("idle");
    expect((await stage.seen("turn-ended")).outcome).toEqual({ kind: "cancelled" });
  });

  test("by an error has its reason", async () => {
    stage.status("idle");
    stage.hook("SessionStart");
    stage.prompt("one");
    stage.line({ type: "assistant", uuid: "e", isApiErrorMessage: true, message: { content: [] } });
    stage.hook("StopFailure", { error: "rate_limit", last_assistant_message: "limit reached" });
    await attached();
    expect((await stage.seen("turn-ended")).outcome).toMatchObject({
      kind: "failed",
      fault: { code: "rate_limited", message: "limit reached" },
    });
  });
});

describe("the terminal is named as the way on", () => {
  test("when Claude does not start", async () => {
    await attached();
    expect((await stage.seen("needs-terminal")).why).toContain("not started");
    stage.hook("SessionStart");
    await stage.seen("terminal-answered");
  });

  test("when Claude waits for something", async () => {
    stage.hook("SessionStart");
    stage.status("waiting", "dialog open");
    await attached();
    expect((await stage.seen("needs-terminal")).why).toContain("dialog open");
    stage.status("idle");
    await stage.seen("terminal-answered");
  });

  test("when a message shows no sign of work for a minute", async () => {
    stage.hook("SessionStart");
    stage.status("other");
    stage.prompt("hello?");
    await attached();
    expect((await stage.seen("needs-terminal")).why).toContain("no sign");
    stage.answer("here I am");
    await stage.seen("terminal-answered");
  });
});

describe("a session is ours", () => {
  test("only when the process in the terminal is the one that was started", async () => {
    const process = { ...stage.process, startTime: "78" };
    if (stage.pane !== null) stage.pane = { ...stage.pane, process, command: "vim" };
    const answer = await stage.attach();
    expect(answer).toMatchObject({ kind: "gone", why: "foreign" });
    expect(stage.keys).toEqual([]);
  });

  test("never started when there is neither process nor terminal", async () => {
    stage.pane = null;
    expect(await stage.attach(stage.ref(null))).toMatchObject({ why: "never-started" });
  });

  test("and gone when its terminal is; what it left is read first", async () => {
    stage.hook("SessionStart");
    stage.prompt("one");
    stage.answer("last words");
    stage.alive = false;
    stage.pane = null;
    expect(await stage.attach()).toMatchObject({ kind: "gone", why: "exited" });
    expect(kinds()).toContain("assistant.text");
    expect(stage.of("exited")).toMatchObject([{ fault: { code: "session_lost" } }]);
  });

  test("until it ends, with the status tmux kept", async () => {
    stage.hook("SessionStart");
    await attached();
    stage.die({ code: 7, signal: null });
    expect(await stage.seen("exited")).toMatchObject({ code: 7, expected: false, fault: null });
  });
});

describe("nothing is typed", () => {
  test("into a Claude that waits for an answer", async () => {
    stage.hook("SessionStart");
    stage.status("waiting", "permission prompt");
    const session = await attached();
    const sent = await session.deliver({ id: "m1", text: "no, stop" }, { retry: false });
    expect(sent).toMatchObject({ kind: "not-delivered", fault: { code: "not_delivered" } });
    expect(stage.keys).toEqual([]);
  });

  test("again when a retry cannot tell whether it arrived", async () => {
    stage.hook("SessionStart");
    stage.status("busy");
    const ref = stage.ref();
    const pending = { messageId: "m1", print: "p" };
    const session = await stage.attach({ ...ref, data: { ...ref.data, pending } });
    if ("kind" in session) throw new Error(session.why);
    const sent = await session.deliver({ id: "m1", text: "once" }, { retry: true });
    expect(sent).toMatchObject({ kind: "uncertain" });
    expect(stage.keys).toEqual([]);
  });
});

import { describe, expect, test } from "bun:test";
import type { StreamListener, StreamRequest } from "./connection.ts";
import type { Frame, ToTab } from "./frames.ts";
import { type HubPort, StreamHub } from "./hub.ts";

const taskA = "01K9T40000000000000000000A";

class Tab implements HubPort {
  readonly heard: ToTab[] = [];
  post(message: ToTab): void {
    this.heard.push(message);
  }
  seqs(): number[] {
    return this.heard.flatMap((message) =>
      message.type === "frames"
        ? message.frames.flatMap((frame) => ("seq" in frame ? [frame.seq] : []))
        : [],
    );
  }
  lives() {
    return this.heard.filter((message) => message.type === "live");
  }
  drafts(): (string | null)[] {
    return this.heard.flatMap((message) =>
      message.type === "frames"
        ? message.frames.flatMap((frame) => (frame.type === "draft" ? [frame.text] : []))
        : [],
    );
  }
}

function world() {
  const streams: { request: StreamRequest; listener: StreamListener; closed: boolean }[] = [];
  const timers: { at: number; run: () => void; live: boolean }[] = [];
  let now = 0;
  const hub = new StreamHub(
    (request, listener) => {
      const stream = { request, listener, closed: false };
      streams.push(stream);
      return () => {
        stream.closed = true;
      };
    },
    {
      now: () => now,
      after: (ms, run) => {
        const timer = { at: now + ms, run, live: true };
        timers.push(timer);
        return () => {
          timer.live = false;
        };
      },
      random: () => 1,
    },
  );
  const pass = (ms: number): void => {
    now += ms;
    for (const timer of timers) {
      if (timer.live && timer.at <= now) {
        timer.live = false;
        timer.run();
      }
    }
  };
  const last = () => streams.at(-1)!;
  return { hub, streams, pass, last };
}

function taskEvent(seq: number): Frame {
  return { seq, at: seq, type: "task.upserted", taskId: taskA, runId: null, data: {} };
}

function textEvent(seq: number): Frame {
  return { seq, at: seq, type: "assistant.text", taskId: taskA, runId: null, data: {} };
}

describe("one stream for all tabs", () => {
  test("two tabs share it, and each hears only the transcripts it watches", () => {
    const { hub, streams, pass, last } = world();
    const [one, two] = [new Tab(), new Tab()];
    hub.receive(one, { type: "hello", token: "t", tasks: [taskA] });
    hub.receive(two, { type: "hello", token: "t", tasks: [] });
    pass(0);
    expect(streams.filter((stream) => !stream.closed)).toHaveLength(1);
    expect(last().request).toEqual({ token: "t", tasks: [taskA], after: null });
    last().listener.opened();
    last().listener.frames([taskEvent(5), textEvent(6)]);
    expect(one.seqs()).toEqual([5, 6]);
    expect(two.seqs()).toEqual([5]);
  });

  test("that files may have changed is told to those who watch their task", () => {
    const { hub, pass, last } = world();
    const [one, two] = [new Tab(), new Tab()];
    hub.receive(one, { type: "hello", token: "t", tasks: [taskA] });
    hub.receive(two, { type: "hello", token: "t", tasks: [] });
    pass(0);
    last().listener.opened();
    const changes = { type: "changes", taskId: taskA, at: 1 } as const;
    last().listener.frames([changes, changes]);
    const told = (tab: Tab) =>
      tab.heard.flatMap((message) => (message.type === "frames" ? message.frames : []));
    expect(told(one)).toEqual([changes, changes]);
    expect(told(two)).toEqual([]);
  });

  test("it resumes behind the last seq and repeats nothing", () => {
    const { hub, pass, last, streams } = world();
    const tab = new Tab();
    hub.receive(tab, { type: "hello", token: "t", tasks: [] });
    pass(0);
    last().listener.opened();
    last().listener.frames([taskEvent(7), taskEvent(8)]);
    last().listener.ended("broken");
    pass(10_000);
    expect(streams).toHaveLength(2);
    expect(last().request.after).toBe(8);
    last().listener.opened();
    last().listener.frames([taskEvent(8), taskEvent(9)]);
    expect(tab.seqs()).toEqual([7, 8, 9]);
    expect(tab.lives().map((live) => live.type === "live" && live.gap)).toEqual([true, false]);
  });

  test("without a seq to resume from it says so", () => {
    const { hub, pass, last } = world();
    const tab = new Tab();
    hub.receive(tab, { type: "hello", token: "t", tasks: [] });
    pass(0);
    last().listener.opened();
    last().listener.ended("broken");
    pass(10_000);
    last().listener.opened();
    expect(tab.lives().map((live) => live.type === "live" && live.gap)).toEqual([true, true]);
  });

  test("a task that is watched later makes it open anew, behind the same place", () => {
    const { hub, pass, last, streams } = world();
    const tab = new Tab();
    hub.receive(tab, { type: "hello", token: "t", tasks: [] });
    pass(0);
    last().listener.opened();
    last().listener.frames([taskEvent(3)]);
    hub.receive(tab, { type: "watch", tasks: [taskA] });
    pass(0);
    expect(streams[0]!.closed).toBe(true);
    expect(last().request).toEqual({ token: "t", tasks: [taskA], after: 3 });
    last().listener.opened();
    expect(tab.lives().at(-1)).toEqual({ type: "live", gap: false, tasks: [taskA] });
  });

  test("a second tab on a task gets the open drafts whole", () => {
    const { hub, pass, last } = world();
    const [one, two] = [new Tab(), new Tab()];
    hub.receive(one, { type: "hello", token: "t", tasks: [taskA] });
    pass(0);
    last().listener.opened();
    const draft = {
      type: "draft",
      taskId: taskA,
      runId: taskA,
      draftId: "d",
      kind: "text",
    } as const;
    last().listener.frames([
      { ...draft, offset: 0, text: "Hello" },
      { ...draft, offset: 5, text: " you" },
    ]);
    hub.receive(two, { type: "hello", token: "t", tasks: [taskA] });
    expect(two.drafts()).toEqual(["Hello you"]);
    last().listener.frames([{ ...draft, offset: 0, text: null }]);
    expect(two.drafts()).toEqual(["Hello you", null]);
  });

  test("a refused token stops it until somebody comes with another", () => {
    const { hub, pass, last, streams } = world();
    const tab = new Tab();
    hub.receive(tab, { type: "hello", token: "old", tasks: [] });
    pass(0);
    last().listener.ended("refused");
    pass(60_000);
    expect(streams).toHaveLength(1);
    hub.receive(tab, { type: "hello", token: "new", tasks: [] });
    pass(0);
    expect(last().request.token).toBe("new");
  });

  test("pauses grow, and a retry does not wait", () => {
    const { hub, pass, last, streams } = world();
    const tab = new Tab();
    hub.receive(tab, { type: "hello", token: "t", tasks: [] });
    pass(0);
    last().listener.ended("broken");
    pass(299);
    expect(streams).toHaveLength(1);
    pass(1);
    last().listener.ended("broken");
    pass(300);
    expect(streams).toHaveLength(2);
    hub.receive(tab, { type: "retry" });
    pass(0);
    expect(streams).toHaveLength(3);
  });

  test("it ends with the last tab, and a tab that slept too long is a stranger", () => {
    const { hub, pass, last } = world();
    const [one, two] = [new Tab(), new Tab()];
    hub.receive(one, { type: "hello", token: "t", tasks: [] });
    pass(0);
    last().listener.opened();
    hub.receive(two, { type: "hello", token: "t", tasks: [] });
    pass(6 * 60_000);
    hub.receive(two, { type: "ping" });
    hub.receive(one, { type: "ping" });
    expect(one.heard.at(-1)).toEqual({ type: "stranger" });
    hub.receive(two, { type: "bye" });
    expect(last().closed).toBe(true);
  });
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { ulid } from "ulid";
import { openSocket } from "./support/raw.ts";
import { startServer, type TestServer, token } from "./support/server.ts";
import { StreamReader } from "./support/sse.ts";

let server: TestServer;
beforeEach(() => {
  server = startServer({ pingMs: 20, idleSeconds: 1 });
});
afterEach(() => server.stop());

const open = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  StreamReader.open(server.port, path, { Authorization: `Bearer ${token}`, ...headers });

async function addTask(): Promise<string> {
  const id = ulid();
  await server.fetch("/tasks", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id, prompt: "p", workdir: "/tmp" }),
  });
  return id;
}

const publish = (count: number, text = "x") => {
  for (let n = 0; n < count; n++) server.engine.publish("notice", null, { text });
};

describe("frames", () => {
  test("are id and data, in order, without an event field", async () => {
    const stream = await open("/events");
    await stream.commentsSeen(1);
    expect(await stream.head()).toContain("Content-Type: text/event-stream");
    const event = server.engine.publish("notice", null, { text: "line\nline" });
    publish(1);
    const [first, second] = await stream.take(2);
    expect(first).toEqual({ id: "1", data: { ...event } });
    expect(second?.id).toBe("2");
    stream.close();
  });

  test("a comment goes out again and again while nothing happens", async () => {
    const stream = await open("/events");
    await stream.commentsSeen(4);
    expect(stream.comments.slice(1, 4)).toEqual([": ping", ": ping", ": ping"]);
    stream.close();
  });

  test("an unknown task is 404, not an empty stream", async () => {
    const response = await server.fetch(`/tasks/${ulid()}/events`);
    expect(response.status).toBe(404);
    expect(server.engine.streams.count()).toBe(0);
  });
});

describe("HTTP-13: a reader that never reads", () => {
  test("is let go of at the bound, holds little, and gets everything afterwards", async () => {
    const stalled = await open("/events");
    await stalled.commentsSeen(1);
    stalled.socket.pause();
    const text = "x".repeat(1000);
    publish(1, text);
    let sent = 1;
    const before = process.memoryUsage.rss();
    // What the kernel takes for the reader is not ours, so it is let happen between the batches.
    while (server.engine.streams.count() > 0 && sent < 200_000) {
      publish(500, text);
      sent += 500;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(server.engine.streams.count()).toBe(0);
    const held = process.memoryUsage.rss() - before - sent * 1100;
    expect(held).toBeLessThan(20 * 1024 * 1024);
    stalled.socket.destroy();

    const again = await open("/events?after=0");
    const frames = await again.take(sent);
    expect(frames.map((frame) => Number(frame?.id))).toEqual(
      Array.from({ length: sent }, (_, at) => at + 1),
    );
    again.close();
  });

  test("a slow one goes on where it was, on the same connection, without gap or repeat", async () => {
    const slow = await open("/events");
    await slow.commentsSeen(1);
    slow.socket.pause();
    let sent = 0;
    while (server.engine.streams.count() > 0) {
      publish(200, "x".repeat(1000));
      sent += 200;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    publish(300);
    sent += 300;
    slow.socket.resume();
    const frames = await slow.take(sent);
    expect(frames.map((frame) => Number(frame?.id))).toEqual(
      Array.from({ length: sent }, (_, at) => at + 1),
    );
    expect(server.engine.streams.count()).toBe(1);
    slow.close();
  });

  test("a past that is larger than the bound comes whole to whoever reads", async () => {
    publish(5000, "y".repeat(1000));
    const stream = await open("/events?after=0");
    const frames = await stream.take(5000);
    expect(frames.at(-1)?.id).toBe("5000");
    stream.close();
  });

  test("one that takes nothing for a while is cut off", async () => {
    const stalled = await open("/events");
    await stalled.commentsSeen(1);
    stalled.socket.pause();
    while (server.engine.streams.count() > 0) {
      publish(200, "x".repeat(1000));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await server.pendingAtMost(0);
    stalled.socket.resume();
    await stalled.end();
  }, 30_000);
});

describe("HTTP-20: clients that go away", () => {
  test("in the middle of a stream leave nothing behind", async () => {
    const readers = await Promise.all(Array.from({ length: 20 }, () => open("/events")));
    await Promise.all(readers.map((reader) => reader.commentsSeen(1)));
    expect(server.engine.streams.count()).toBe(20);
    for (const reader of readers) reader.close();
    await server.engine.streamsAtMost(0);
  });

  test("in the middle of a body have commanded nothing", async () => {
    const socket = await openSocket(server.port);
    socket.write(
      `POST /tasks HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{"prompt":"p","workdir":"/tmp"}`,
    );
    // An answer on another connection shows that the server has taken the first one's bytes.
    await server.fetch("/health");
    socket.destroy();
    await server.pendingAtMost(0);
    expect(server.engine.commands).toBe(0);
  });
});

describe("HTTP-21: places to resume from", () => {
  test("a known one: what came after it", async () => {
    publish(3);
    const stream = await open("/events", { "Last-Event-ID": "1" });
    expect((await stream.take(2)).map((frame) => frame?.id)).toEqual(["2", "3"]);
    stream.close();
  });

  test("the header wins over the first URL", async () => {
    publish(3);
    const stream = await open("/events?after=0", { "Last-Event-ID": "2" });
    expect((await stream.next())?.id).toBe("3");
    stream.close();
  });

  test("none: live only for everything, from the start for one task", async () => {
    publish(3);
    const id = await addTask();
    const all = await open("/events");
    await all.commentsSeen(1);
    publish(1);
    expect((await all.next())?.id).toBe("5");
    all.close();
    const one = await open(`/tasks/${id}/events`);
    expect((await one.next())?.data).toMatchObject({ type: "task.upserted", taskId: id });
    one.close();
  });

  test.each(["999", "-1", "text", "1.5", "99999999999999999999", "1e3"])(
    "%s is answered with reset, then live",
    async (position) => {
      publish(3);
      const stream = await open("/events", { "Last-Event-ID": position });
      expect(await stream.next()).toEqual({ id: null, data: { type: "reset" } });
      publish(1);
      expect((await stream.next())?.id).toBe("4");
      stream.close();
    },
  );

  test("one that was compacted away: reset", async () => {
    publish(5);
    server.engine.forgetBefore(4);
    const gone = await open("/events", { "Last-Event-ID": "1" });
    expect(await gone.next()).toEqual({ id: null, data: { type: "reset" } });
    gone.close();
    const edge = await open("/events", { "Last-Event-ID": "3" });
    expect((await edge.next())?.id).toBe("4");
    edge.close();
  });

  test.each(["after=x", "after=-1", "after=1&after=2", "task=x", "task="])(
    "a URL that somebody wrote wrong is 400: %s",
    async (query) => {
      expect((await server.fetch(`/events?${query}`)).status).toBe(400);
      expect(server.engine.streams.count()).toBe(0);
    },
  );
});

test("HTTP-22 (server side): 500 readers are all live", async () => {
  const readers = await Promise.all(Array.from({ length: 500 }, () => open("/events")));
  await Promise.all(readers.map((reader) => reader.commentsSeen(1)));
  publish(1);
  const firsts = await Promise.all(readers.map((reader) => reader.next()));
  expect(firsts.every((frame) => frame?.id === "1")).toBe(true);
  for (const reader of readers) reader.close();
  await server.engine.streamsAtMost(0);
});

test("a stopping server ends every stream", async () => {
  const stream = await open("/events");
  await stream.commentsSeen(1);
  const stopping = server.listening.stop();
  await stream.end();
  await stopping;
  expect(server.engine.streams.count()).toBe(0);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Driver, OpenRequest, Session } from "../../src/agents/driver.ts";
import { createFakeDriver } from "../../src/agents/fake/driver.ts";
import type { InteractionAnswer } from "../../src/contract/interaction.ts";
import { ok } from "../../src/contract/result.ts";
import type { Task } from "../../src/contract/task.ts";
import { whileAttached } from "../../src/host/testing/person.ts";
import type { Host } from "../../src/host/types.ts";
import { done, TestEngine, value } from "../support/engine.ts";
import { own } from "../support/programs.ts";
import { makeRepo } from "../support/repo.ts";

/** What each start of an agent was asked to do. */
const opened: OpenRequest[] = [];

/** The scripted agent with a real tmux session as its terminal, to which a person can attach. */
function withTerminal(driver: Driver): Driver {
  return {
    ...driver,
    open: async (request, io) => {
      opened.push(request);
      const session = await driver.open(request, io);
      return session.ok ? ok(await beside(session.value, request, io.host)) : session;
    },
  };
}

async function beside(inner: Session, { sessionId, dir }: OpenRequest, host: Host) {
  const { tmux } = host;
  const name = `t-${sessionId.toLowerCase()}`;
  const script = join(dir, "terminal.sh");
  await Bun.write(script, "exec sleep 600\n");
  const size = { columns: 80, rows: 24 };
  value(await tmux.start({ name, script, cwd: dir, env: host.baseEnv(), ...size }));
  const session: Session = {
    ref: inner.ref,
    deliver: (message, options) => inner.deliver(message, options),
    answer: async (...given) => (await inner.answer?.(...given)) ?? ok("late"),
    interrupt: () => inner.interrupt(),
    detach: () => inner.detach(),
    close: async () => {
      value(await tmux.kill(name));
      return inner.close();
    },
    terminal: {
      capture: () => tmux.capture(name, { ansi: false, history: 0 }),
      attachCommand: tmux.attachCommand(name),
      attached: async () => {
        const pane = await tmux.pane(name);
        return pane.ok ? ok((pane.value?.attached ?? 0) > 0) : pane;
      },
    },
  };
  return session;
}

let engine: TestEngine;
let task: Task;

beforeAll(async () => {
  engine = await TestEngine.start([withTerminal(createFakeDriver(own.fakeAgent))]);
  const workdir = makeRepo();
  task = await engine.begin({ workdir, prompt: "say: one", agent: "fake" });
  await engine.ended(task);
});

afterAll(() => engine.close());

const nobody = { commandId: null, digest: "" };
const sessionId = (): string => engine.store.latestSession(task.id)?.id ?? "";

test("an agent whose terminal a person looks at stays, however long it is idle", async () => {
  const before = sessionId();
  const shown = async () => {
    const pane = await engine.host.tmux.pane(`t-${before.toLowerCase()}`);
    return value(pane)?.attached === 1;
  };
  const { terminal } = value(await engine.engine.tasks.terminal(task.id));
  await whileAttached({ command: terminal.attachCommand, shown }, async () => {
    engine.advance(31);
    // The lane is serial: this message is taken up behind the look that just began.
    const run = await engine.say(task, "say: two");
    expect(run.id).not.toBe(task.runId);
    expect(sessionId()).toBe(before);
    expect(engine.store.session(before)?.state).toBe("live");
    expect(engine.hibernated).toEqual([]);
  });
});

test("without one it is ended, and the next message resumes its conversation", async () => {
  const before = sessionId();
  await engine.hibernate(task);
  expect(engine.store.session(before)?.state).toBe("closed");
  await engine.say(task, "say: three");
  expect(sessionId()).not.toBe(before);
  expect(opened.at(-1)?.resume).toBe(before);
});

test("one that waits for its person stays", async () => {
  const { preferences, tasks, interactions } = engine.engine;
  done(await preferences.set({ hibernateMinutes: 5 }, nobody));
  const before = sessionId();
  const run = engine.say(task, "question: Which?\nsay: on");
  await engine.until(task, (now) => now.pendingInteractions === 1);
  engine.advance(6);
  const [open] = value(tasks.interactions(task.id)).interactions;
  const answer: InteractionAnswer = { kind: "question", selected: [], text: "this" };
  done(await interactions.answer(open?.id ?? "", answer, "test", nobody));
  await run;
  expect(sessionId()).toBe(before);
  await engine.hibernate(task, 6);
  expect(engine.store.session(before)?.state).toBe("closed");
});

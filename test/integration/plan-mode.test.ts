import { afterAll, beforeAll, expect, test } from "bun:test";
import { descriptor as claude } from "../../src/agents/claude/descriptor.ts";
import { descriptor as codex } from "../../src/agents/codex/descriptor.ts";
import type { Descriptor, Driver, OpenRequest, TurnSettings } from "../../src/agents/driver.ts";
import { createFakeDriver, fakeDescriptor } from "../../src/agents/fake/driver.ts";
import type { InteractionAnswer } from "../../src/contract/interaction.ts";
import type { Task } from "../../src/contract/task.ts";
import { done, TestEngine, value } from "../support/engine.ts";
import { own } from "../support/programs.ts";
import { makeRepo } from "../support/repo.ts";

const meta = { commandId: null, digest: "" };
/** How each agent was started, and in which mode each message reached it. */
const starts: OpenRequest[] = [];
const messages: (TurnSettings["mode"] | undefined)[] = [];

/** The scripted agent in the place of another kind. */
function standIn(descriptor: Descriptor): Driver {
  const driver = createFakeDriver(own.fakeAgent, descriptor);
  return {
    ...driver,
    open: async (request, io) => {
      starts.push(request);
      const opened = await driver.open(request, io);
      if (!opened.ok) return opened;
      const { deliver } = opened.value;
      opened.value.deliver = (message, options) => {
        messages.push(options.settings?.mode);
        return deliver.call(opened.value, message, options);
      };
      return opened;
    },
  };
}

let engine: TestEngine;
let workdir: string;

beforeAll(async () => {
  engine = await TestEngine.start([claude, codex, fakeDescriptor].map(standIn));
  workdir = makeRepo();
});

afterAll(() => engine.close());

async function planned(agent: string, choice: "approve_implement" | "approve_ask" | "reject") {
  const prompt = "plan: # Plan\nsay: on";
  const task = await engine.begin({ workdir, prompt, agent, mode: "plan" });
  await engine.until(task, (now) => now.pendingInteractions === 1);
  const [asked] = value(engine.engine.tasks.interactions(task.id)).interactions;
  const answer: InteractionAnswer = { kind: "plan_approval", choice };
  done(await engine.engine.interactions.answer(asked?.id ?? "", answer, "test", meta));
  await engine.ended(task);
  return task;
}

const modeOf = (task: Task) => value(engine.engine.tasks.get(task.id)).task.mode;
const sessionOf = (task: Task) => engine.store.latestSession(task.id)?.id;

test.each([
  ["claude-code", "approve_implement", "acceptEdits"],
  ["claude-code", "approve_ask", "ask"],
  ["codex", "approve_implement", "auto"],
  ["codex", "approve_ask", "ask"],
] as const)("%s: %s leaves plan mode for %s, over a hibernation", async (agent, choice, mode) => {
  const task = await planned(agent, choice);
  expect(modeOf(task)).toBe(mode);
  const first = sessionOf(task);
  await engine.say(task, "say: two");
  // The living agent was led there by the answer: it is not started anew for it.
  expect(sessionOf(task)).toBe(first);
  expect(messages.at(-1)).toBe(mode);
  await engine.hibernate(task);
  await engine.say(task, "say: three");
  expect(sessionOf(task)).not.toBe(first);
  expect(starts.at(-1)).toMatchObject({ mode, resume: first });
  // Who wants another plan says so.
  done(await engine.engine.tasks.patch(task.id, { mode: "plan" }, meta));
  await engine.hibernate(task);
  await engine.say(task, "say: four");
  expect(starts.at(-1)).toMatchObject({ mode: "plan" });
  expect(messages.at(-1)).toBe("plan");
});

test("a plan that is sent back stays a plan; its answer is newer than a mode chosen meanwhile", async () => {
  const task = await planned("codex", "reject");
  expect(modeOf(task)).toBe("plan");
  const other = await engine.begin({ workdir, prompt: "plan: # P", agent: "codex", mode: "plan" });
  await engine.until(other, (now) => now.pendingInteractions === 1);
  done(await engine.engine.tasks.patch(other.id, { mode: "bypass" }, meta));
  const [asked] = value(engine.engine.tasks.interactions(other.id)).interactions;
  const answer: InteractionAnswer = { kind: "plan_approval", choice: "approve_ask" };
  done(await engine.engine.interactions.answer(asked?.id ?? "", answer, "test", meta));
  await engine.ended(other);
  // "Ask before each step" was said last: nobody who said it wants to be bypassed.
  expect(modeOf(other)).toBe("ask");
});

test("an agent whose plans are no mode goes on as it was", async () => {
  const task = await planned("fake", "approve_implement");
  expect(modeOf(task)).toBe("plan");
});

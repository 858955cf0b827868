import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Driver } from "../../src/agents/driver.ts";
import { createFakeDriver } from "../../src/agents/fake/driver.ts";
import { TestEngine } from "../support/engine.ts";
import { own } from "../support/programs.ts";
import { makeRepo } from "../support/repo.ts";

/** The scripted agent, said to be where the test wants it. */
let program = process.execPath;
function elsewhere(): Driver {
  const driver = createFakeDriver(own.fakeAgent);
  return {
    ...driver,
    probe: async (...given) => {
      const probe = await driver.probe(...given);
      return probe.kind === "ready" ? { ...probe, path: program } : probe;
    },
    open: (request, io) => driver.open({ ...request, bin: process.execPath }, io),
  };
}

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.start([elsewhere()]);
});
afterAll(() => engine.close());

async function notices(workdir: string): Promise<readonly unknown[]> {
  const task = await engine.begin({ workdir, prompt: "say: hello", agent: "fake" });
  await engine.ended(task);
  return engine.store
    .events({ after: 0, taskIds: [task.id], limit: 1000 })
    .filter(({ type }) => type === "notice")
    .map(({ data }) => data);
}

test("a program that its agent, or the repository, could change is said at its start (TRUST-05)", async () => {
  const repo = makeRepo({ "tools/agent": "#!/bin/sh\n" });
  expect(await notices(repo)).toEqual([]);
  program = join(repo, "tools", "agent");
  const { harnesses } = engine.engine;
  await harnesses.patch("fake", { bin: program }, { commandId: null, digest: "" });
  expect(await notices(repo)).toMatchObject([{ level: "warning", code: "program_within_reach" }]);
});

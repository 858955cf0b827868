import { afterAll, beforeAll, expect, test } from "bun:test";
import type { UsageReport } from "../../src/contract/usage.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";

let server: TestServer;
let repo: string;
beforeAll(async () => {
  server = await TestServer.start();
  repo = makeRepo();
  await server.client.trust(repo);
});
afterAll(() => server.dispose());

async function usage(query = ""): Promise<UsageReport> {
  return (await server.client.get<{ usage: UsageReport }>(`/usage${query}`)).body.usage;
}

test("what a run used is counted for its day, account and task, and stays when the task is deleted", async () => {
  const { client } = server;
  const { task, run } = await client.startFake(repo, "say: hello", { title: "Count me" });
  await client.ended(task.id, run.id);
  const [ended] = await client.runs(task.id);
  const used = ended?.usage;
  expect(used?.inputTokens).toBeGreaterThan(0);
  const zone = "?days=2&timezone=Pacific/Kiritimati";
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Pacific/Kiritimati" });
  const before = await usage(zone);
  expect(before.days).toEqual([
    {
      day: day.format(ended?.startedAt ?? 0),
      harnessId: "fake",
      runs: 1,
      inputTokens: used?.inputTokens ?? 0,
      outputTokens: used?.outputTokens ?? 0,
      cacheReadTokens: used?.cacheReadTokens ?? 0,
      cacheWriteTokens: used?.cacheWriteTokens ?? 0,
      costUsd: used?.costUsd ?? null,
    },
  ]);
  expect(before.tasks.map(({ taskId, title, runs }) => [taskId, title, runs])).toEqual([
    [task.id, "Count me", 1],
  ]);
  await client.call("DELETE", `/tasks/${task.id}`);
  expect((await usage(zone)).days).toEqual(before.days);
});

test("a wrong number of days or a time zone nobody knows is refused", async () => {
  for (const query of ["?days=0", "?days=367", "?days=x", "?timezone=Europe/Nowhere"]) {
    const reply = await server.client.get<{ code: string }>(`/usage${query}`);
    expect([query, reply.status, reply.body.code]).toEqual([query, 400, "invalid_request"]);
  }
});

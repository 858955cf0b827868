import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Task } from "../../src/contract/task.ts";
import { Yard } from "../support/yard.ts";

let yard: Yard;
beforeAll(async () => {
  yard = await Yard.open();
});
afterAll(() => yard.dispose());

function create(more: Readonly<Record<string, unknown>>) {
  const body = { workdir: yard.repo, prompt: "say: hi", agent: "fake", ...more };
  return yard.client.post<{ task: Task }>("/tasks", body);
}

async function total(): Promise<number> {
  const { body } = await yard.client.get<{ counts: Record<string, number> }>("/tasks");
  return Object.values(body.counts).reduce((sum, count) => sum + count, 0);
}

describe("the column of a new task", () => {
  test("cannot be Running, as a card is not moved there either: only a start does that", async () => {
    const before = await total();
    const refused = await create({ column: "running" });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: "use_start", error: "A card moves to Running by starting it." },
    });
    expect(await total()).toBe(before);
    const { body } = await create({});
    const moved = await yard.client.call("PATCH", `/tasks/${body.task.id}`, { column: "running" });
    expect(moved).toMatchObject({
      status: 409,
      body: { code: "use_start", error: "A card moves to Running by starting it." },
    });
  });

  test("may be Running for a task that starts at once: it goes the way of every start", async () => {
    const started = await create({ column: "running", start: true });
    expect(started).toMatchObject({ status: 201, body: { task: { column: "ready" } } });
    await yard.client.until(started.body.task.id, (task) => task.column === "review");
  });

  test.each(["backlog", "ready", "blocked", "review", "done"])(
    "may be %s, where a person can move it too",
    async (column) => {
      const made = await create({ column });
      expect(made).toMatchObject({ status: 201, body: { task: { column, runId: null } } });
    },
  );
});

describe("words that say nothing", () => {
  test.each(["", "   ", " \n\t\u00a0 "])("%j is no prompt, title or message", async (blank) => {
    const before = await total();
    for (const more of [{ prompt: blank }, { title: blank }]) {
      const refused = await create(more);
      expect(refused).toMatchObject({
        status: 400,
        body: { code: "invalid_request", details: { issues: [{ path: Object.keys(more) }] } },
      });
    }
    expect(await total()).toBe(before);
    const { id } = (await create({})).body.task;
    const { client } = yard;
    for (const change of [{ prompt: blank }, { title: blank }]) {
      expect((await client.call("PATCH", `/tasks/${id}`, change)).status).toBe(400);
    }
    expect((await client.post(`/tasks/${id}/start`, { prompt: blank })).status).toBe(400);
    const { runId } = (await client.post<{ task: Task }>(`/tasks/${id}/start`)).body.task;
    expect((await client.post(`/runs/${runId}/input`, { text: blank })).status).toBe(400);
  });
});

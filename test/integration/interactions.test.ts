import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Event } from "../../src/contract/event.ts";
import type { ApprovalRule, Interaction } from "../../src/contract/interaction.ts";
import type { Run } from "../../src/contract/run.ts";
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

type Of<K extends Interaction["kind"]> = Extract<Interaction, { kind: K }>;

/** Waits for the next question of a task that is still open, and answers it as stored. */
async function opened<K extends Interaction["kind"]>(taskId: string, _kind: K): Promise<Of<K>> {
  const over = new Set<string>();
  const history = await server.client.get<{ events: Event[] }>(`/tasks/${taskId}/transcript`);
  for (const event of history.body.events.filter((one) => one.type === "interaction.resolved")) {
    over.add((event.data as Interaction).id);
  }
  await server.client.events(
    `/tasks/${taskId}/events`,
    (event) => event.type === "interaction.opened" && !over.has((event.data as Interaction).id),
  );
  const path = `/tasks/${taskId}/interactions/pending`;
  const reply = await server.client.get<{ interactions: Of<K>[] }>(path);
  const [first] = reply.body.interactions;
  if (first === undefined) {
    throw new Error("nothing waits");
  }
  return first;
}

const output = (events: readonly Event[]) =>
  events
    .filter((event) => event.type === "tool.result")
    .map((event) => event.data as { status: string; output: string });
const texts = (events: readonly Event[]) =>
  events
    .filter((event) => event.type === "assistant.text")
    .map((event) => (event.data as { text: string }).text);

describe("an approval", () => {
  test("blocks the card, and lets the agent go on when it is allowed", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "approve: echo allowed");
    const asked = await opened(task.id, "approval");
    expect(await client.task(task.id)).toMatchObject({ column: "blocked", pendingInteractions: 1 });
    expect(asked).toMatchObject({ toolName: "Bash", title: "echo allowed", state: "open" });
    expect(asked.rememberable.map((rule) => rule.match.type)).toEqual(["exact", "any"]);
    const inbox = await client.get<{ interactions: Interaction[] }>("/interactions/pending");
    expect(inbox.body.interactions.map((one) => one.id)).toContain(asked.id);
    const reply = await client.post<{ interaction: Interaction }>(`/approvals/${asked.id}/answer`, {
      decision: "allow",
    });
    expect(reply).toMatchObject({
      status: 200,
      body: { interaction: { state: "answered", outcome: "Allowed once", answeredBy: "launch" } },
    });
    const events = await client.ended(task.id, run.id);
    expect(output(events)).toMatchObject([{ status: "succeeded", output: "allowed\n" }]);
    expect(await client.task(task.id)).toMatchObject({ column: "review", pendingInteractions: 0 });
  });

  test("tells the agent why it was denied", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "approve: rm -rf /\nsay: on");
    const asked = await opened(task.id, "approval");
    expect(asked.risks).toContain("Deletes");
    await client.post(`/approvals/${asked.id}/answer`, { decision: "deny", reason: "Never that" });
    const events = await client.ended(task.id, run.id);
    expect(output(events)).toMatchObject([{ status: "denied", output: "Never that" }]);
  });

  test("takes a changed input", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "approve: echo one");
    const asked = await opened(task.id, "approval");
    const updatedInput = { command: "echo two" };
    await client.post(`/approvals/${asked.id}/answer`, { decision: "allow", updatedInput });
    expect(output(await client.ended(task.id, run.id))).toMatchObject([{ output: "two\n" }]);
  });

  test("is answered once, whoever races", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "approve: echo x >> count.txt");
    const asked = await opened(task.id, "approval");
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        client.post<{ code: string; details: { answeredBy: string } }>(
          `/approvals/${asked.id}/answer`,
          { decision: n % 2 === 0 ? "allow" : "deny" },
        ),
      ),
    );
    expect(replies.filter((reply) => reply.status === 200).length).toBe(1);
    const losers = replies.filter((reply) => reply.status !== 200);
    expect(losers.every((reply) => reply.body.code === "already_answered")).toBe(true);
    expect(losers[0]?.body.details.answeredBy).toBe("launch");
    expect(output(await client.ended(task.id, run.id)).length).toBe(1);
  });

  test("is late once its run was stopped", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "approve: echo never");
    const asked = await opened(task.id, "approval");
    await client.post(`/runs/${run.id}/cancel`);
    const events = await client.ended(task.id, run.id);
    const late = await client.post(`/approvals/${asked.id}/answer`, { decision: "allow" });
    expect(late).toMatchObject({ status: 410, body: { code: "late" } });
    expect(output(events).every((one) => one.status === "denied")).toBe(true);
    expect((await client.task(task.id)).pendingInteractions).toBe(0);
  });

  test("survives a killed server, and is answered after the restart", async () => {
    const { task, run } = await server.client.startFake(repo, "approve: echo survived");
    const before = await opened(task.id, "approval");
    await server.kill();
    server = await server.restart();
    const after = await opened(task.id, "approval");
    expect(after).toEqual(before);
    expect((await server.client.task(task.id)).column).toBe("blocked");
    await server.client.post(`/approvals/${after.id}/answer`, { decision: "allow" });
    expect(output(await server.client.ended(task.id, run.id))).toMatchObject([
      { output: "survived\n" },
    ]);
  });
});

describe("always, for this task", () => {
  test("allows exactly the same again, and nothing that merely looks like it", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "approve: npm test\napprove: npm test");
    const asked = await opened(task.id, "approval");
    await client.post(`/approvals/${asked.id}/answer`, { decision: "allow", remember: true });
    await client.ended(task.id, run.id);
    const rules = await client.get<{ rules: ApprovalRule[] }>(`/tasks/${task.id}/rules`);
    expect(rules.body.rules).toMatchObject([
      { toolName: "Bash", match: { type: "exact", summary: "npm test" } },
    ]);
    for (const command of ["npm test; rm x", "npm  test", "npm tеst", "NPM test"]) {
      const text = `approve: ${command}`;
      const next = await client.post<{ run: Run }>(`/runs/${run.id}/input`, { text });
      const again = await opened(task.id, "approval");
      await client.post(`/approvals/${again.id}/answer`, { decision: "deny" });
      await client.ended(task.id, next.body.run.id);
    }
    const ruleId = rules.body.rules[0]?.id;
    expect((await client.call("DELETE", `/tasks/${task.id}/rules/${ruleId}`)).status).toBe(200);
    await client.post(`/runs/${run.id}/input`, { text: "approve: npm test" });
    const after = await opened(task.id, "approval");
    expect(after.title).toBe("npm test");
    await client.post(`/approvals/${after.id}/answer`, { decision: "deny" });
  });

  test("does not reach another task", async () => {
    const { client } = server;
    const one = await client.startFake(repo, "approve: echo same");
    const asked = await opened(one.task.id, "approval");
    const rule = asked.rememberable[1];
    const answer = { decision: "allow", remember: true, rule };
    await client.post(`/approvals/${asked.id}/answer`, answer);
    await client.ended(one.task.id, one.run.id);
    const two = await client.startFake(repo, "approve: echo same");
    const other = await opened(two.task.id, "approval");
    await client.post(`/approvals/${other.id}/answer`, { decision: "deny" });
  });
});

describe("questions and plans", () => {
  test("a question takes a choice or free text, and refuses what is neither", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "question: Which? | red | blue");
    const asked = await opened(task.id, "question");
    expect(asked).toMatchObject({ question: "Which?", choices: ["red", "blue"] });
    const path = `/questions/${asked.id}/answer`;
    expect((await client.post(path, { selected: ["green"] })).status).toBe(400);
    expect((await client.post(path, { selected: [] })).status).toBe(400);
    expect((await client.post(path, { selected: ["red", "blue"] })).status).toBe(400);
    expect((await client.post(`/approvals/${asked.id}/answer`, { decision: "allow" })).status).toBe(
      404,
    );
    expect((await client.post(path, { selected: ["blue"], text: "dark" })).status).toBe(200);
    expect(texts(await client.ended(task.id, run.id))).toEqual(["You said: blue, dark"]);
  });

  test("a plan is approved, or sent back with what to change", async () => {
    const { client } = server;
    const { task, run } = await client.startFake(repo, "plan: # Plan\\n1. Do it\nsay: end");
    const asked = await opened(task.id, "plan_approval");
    expect(asked.plan).toBe("# Plan\n1. Do it");
    const answer = { choice: "reject", revision: "Smaller steps" };
    await client.post(`/plan-approvals/${asked.id}/answer`, answer);
    expect(texts(await client.ended(task.id, run.id))).toEqual(["Changes: Smaller steps", "end"]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src/contract/event.ts";
import type { Interaction } from "../../src/contract/interaction.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { type Script, scripted } from "../fakes/openai/script.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/openai/server.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { codexBinary } from "./codex-lab.ts";
import { story } from "./story.ts";

/** What Codex asks, over the API of the real server, with the real CLI and a model on loopback. */
let server: TestServer;
let repo: string;
let openai: FakeOpenAi;
let root: string;

beforeAll(async () => {
  // Codex refuses to work from a home under the system's temporary folder.
  // Codex wants its home outside the temporary folder, wherever the home of this run lies.
  root = mkdtempSync("/var/tmp/agetor-codex-");
  openai = await startFakeOpenAi();
  server = await TestServer.start({ dataDir: join(root, "data") });
  repo = makeRepo({ "README.md": "# Demo\n" });
  await server.client.trust(repo);
  const home = join(root, "codex");
  mkdirSync(home);
  writeFileSync(
    join(home, "config.toml"),
    `model = "gpt-5.5"
model_provider = "fake"
[model_providers.fake]
name = "Fake"
base_url = "${openai.baseUrl}"
wire_api = "responses"
env_key = "FAKE_KEY"
`,
  );
  await server.client.call("PATCH", "/harnesses/codex", {
    bin: codexBinary(),
    home,
    env: { FAKE_KEY: "dummy" },
  });
}, 60_000);

afterAll(async () => {
  for (const { id } of (await server.client.get<{ tasks: Task[] }>("/tasks")).body.tasks) {
    await server.client.call("DELETE", `/tasks/${id}`);
  }
  await server.dispose();
  await openai.close();
  rmSync(root, { recursive: true, force: true });
}, 60_000);

async function start(mode: string, script: Script): Promise<{ task: Task; run: Run }> {
  const body = { workdir: repo, prompt: scripted(script), agent: "codex", mode, start: true };
  const reply = await server.client.post<{ task: Task; run: Run }>("/tasks", body);
  expect(reply.status).toBe(201);
  return reply.body;
}

/** The n-th question of a task. */
async function asked(task: Task, count: number): Promise<Interaction> {
  const opened = (event: Event) => event.type === "interaction.opened";
  const events = await server.client.events(
    `/tasks/${task.id}/events`,
    (_, all) => all.filter(opened).length === count,
  );
  return events.findLast(opened)?.data as Interaction;
}

async function answer(route: string, { id }: Interaction, body: unknown): Promise<number> {
  return (await server.client.post(`/${route}/${id}/answer`, body)).status;
}

async function fileOf(task: Task, name: string): Promise<string | null> {
  const path = join((await server.client.task(task.id)).worktreePath ?? "", name);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

const of = (events: readonly Event[], type: Event["type"]): readonly unknown[] =>
  events.filter((event) => event.type === type).map((event) => event.data);

describe("what Codex asks", () => {
  test("waits while the server is killed, and runs once when the next one is told so", async () => {
    const { task, run } = await start("ask", [
      [{ shell: "echo x >> once.txt; sleep 0.3" }],
      [{ say: "Done." }],
    ]);
    const question = await asked(task, 1);
    expect(question).toMatchObject({ kind: "approval", toolName: "shell", editable: false });
    expect(await server.client.task(task.id)).toMatchObject({ column: "blocked" });
    await server.kill();
    server = await server.restart();
    expect(await server.client.task(task.id)).toMatchObject({ column: "blocked" });
    expect(await answer("approvals", question, { decision: "allow" })).toBe(200);
    expect(await answer("approvals", question, { decision: "deny" })).toBe(409);
    const events = await server.client.ended(task.id, run.id);
    expect(await fileOf(task, "once.txt")).toBe("x\n");
    expect(of(events, "interaction.opened")).toHaveLength(1);
    expect(of(events, "interaction.resolved")).toMatchObject([{ outcome: "Allowed once" }]);
    expect(await server.client.task(task.id)).toMatchObject({ column: "review" });
  }, 120_000);

  test("is not done when it is denied, and not again once it is remembered", async () => {
    const shell = { shell: "echo x >> again.txt; sleep 0.3" };
    const { task, run } = await start("ask", [
      [{ shell: "echo x > denied.txt" }],
      [shell],
      [shell],
      [{ say: "Done." }],
    ]);
    const denied = { decision: "deny", reason: "Not this one." };
    await answer("approvals", await asked(task, 1), denied);
    await answer("approvals", await asked(task, 2), { decision: "allow", remember: true });
    const events = await server.client.ended(task.id, run.id);
    expect(await fileOf(task, "denied.txt")).toBeNull();
    expect(await fileOf(task, "again.txt")).toBe("x\nx\n");
    expect(of(events, "interaction.opened")).toHaveLength(2);
    // What was asked stands with the command it was about.
    expect(story(events)).toEqual([
      "Wanted to run echo x > denied.txt | Denied: Not this one.",
      "Ran echo x >> again.txt; sleep 0.3 | Always allowed in this task",
      "Ran echo x >> again.txt; sleep 0.3 | Allowed by your rule for shell",
    ]);
    const input = JSON.stringify(openai.requests.at(-1)?.body.input);
    expect(input).toContain("Not this one.");
  }, 120_000);

  test("is a plan: the run stands blocked, and goes on when it is approved", async () => {
    const plan = "<proposed_plan>\n# Plan\n</proposed_plan>\n";
    const { task, run } = await start("plan", [[{ say: plan }]]);
    const question = await asked(task, 1);
    expect(question).toMatchObject({ kind: "plan_approval", plan: "# Plan\n" });
    expect(await server.client.task(task.id)).toMatchObject({ column: "blocked" });
    const revision = scripted([[{ shell: "echo x > plan.txt; sleep 0.3" }], [{ say: "Built." }]]);
    const choice = { choice: "approve_implement", revision };
    expect(await answer("plan-approvals", question, choice)).toBe(200);
    const events = await server.client.ended(task.id, run.id);
    expect(story(events)[0]).toStartWith("Proposed a plan");
    expect(story(events)).toHaveLength(2);
    expect(await fileOf(task, "plan.txt")).toBe("x\n");
    expect(await server.client.runs(task.id)).toHaveLength(1);
  }, 120_000);

  test("ends with its run when it is stopped", async () => {
    const { task, run } = await start("ask", [[{ shell: "echo x > stopped.txt" }]]);
    const question = await asked(task, 1);
    expect((await server.client.post(`/runs/${run.id}/cancel`)).status).toBe(202);
    await server.client.ended(task.id, run.id);
    expect(await answer("approvals", question, { decision: "allow" })).toBe(410);
    expect(await fileOf(task, "stopped.txt")).toBeNull();
  }, 120_000);
});

test("words said while Codex works join its turn", async () => {
  const { task, run } = await start("auto", [
    [{ shell: "echo up; sleep 0.3" }],
    // Never opened: Codex breaks off what the model was about to say, or the test hangs.
    [{ gate: "shut" }, { say: "Never." }],
    [{ say: "Heard." }],
  ]);
  await openai.request(({ step, body }) => step === 1 && JSON.stringify(body).includes("echo up"));
  const reply = await server.client.post<{ run?: Run }>(`/runs/${run.id}/input`, {
    text: "And be kind.",
    delivery: "steer",
  });
  expect(reply.body.run?.id).toBe(run.id);
  const events = await server.client.ended(task.id, run.id);
  expect(of(events, "user.message")).toMatchObject([{}, { text: "And be kind." }]);
  expect(of(events, "assistant.text")).toMatchObject([{ text: "Heard." }]);
  expect(JSON.stringify(openai.requests.at(-1)?.body.input)).toContain("And be kind.");
  expect(await server.client.runs(task.id)).toHaveLength(1);
}, 120_000);

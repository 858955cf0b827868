import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DraftFrame, Event } from "../../src/contract/event.ts";
import type { WorktreeSetup } from "../../src/contract/project.ts";
import type { Run } from "../../src/contract/run.ts";
import { StreamReader } from "../security/support/sse.ts";
import { fileExists } from "../support/server.ts";
import { envIn, toolOf, Yard } from "../support/yard.ts";

let yard: Yard;
beforeEach(async () => {
  yard = await Yard.open();
});
afterEach(() => yard.dispose());

const order = (events: readonly Event[]) =>
  events
    .map((event) => event.type)
    .filter((type) => ["tool.result", "session.started", "assistant.text"].includes(type));

describe("set-up", () => {
  test("runs in the new worktree before the agent, and its log is a row of the run", async () => {
    const { client, repo } = yard;
    await client.setUp(repo, { setup: "# deps\npwd\necho made > made.txt\ncat README.md\n" });
    const { task, run } = await client.startFake(repo, "run: cat made.txt\nsay: done");
    const events = await client.ended(task.id, run.id);
    const after = await client.task(task.id);
    expect(after).toMatchObject({ column: "review", live: null });
    expect(order(events)).toEqual([
      "tool.result",
      "session.started",
      "tool.result",
      "assistant.text",
    ]);
    const { calls, results } = toolOf(events, "setup");
    expect(calls).toMatchObject([{ kind: "execute", title: "pwd …", status: "running" }]);
    expect(results).toMatchObject([
      { status: "succeeded", exitCode: 0, output: `${after.worktreePath}\n# Test\n` },
    ]);
    expect(readFileSync(join(after.worktreePath ?? "", "made.txt"), "utf8")).toBe("made\n");
    expect(existsSync(join(yard.server.dataDir, "setup", task.id, "1"))).toBe(false);
  });

  test("runs once per worktree, and again when the person asks or the worktree is another", async () => {
    const { client, repo } = yard;
    await client.setUp(repo, { setup: yard.tick("count") });
    const { task, run } = await client.startFake(repo, "say: one");
    await client.ended(task.id, run.id);
    await yard.start(task.id);
    const input = { text: "say: more" };
    const more = await client.post<{ run: Run }>(`/runs/${run.id}/input`, input);
    await client.ended(task.id, more.body.run.id);
    expect(yard.count("count")).toBe(1);

    await yard.start(task.id, { setup: "again" });
    expect(yard.count("count")).toBe(2);

    // Asked for between two messages: the living agent's next one waits for it.
    const asked = await client.post<{ setup: WorktreeSetup }>(`/tasks/${task.id}/setup`);
    expect(asked.body.setup.state).toBe("due");
    const next = await client.post<{ run: Run }>(`/runs/${run.id}/input`, input);
    const events = await client.ended(task.id, next.body.run.id);
    expect(yard.count("count")).toBe(3);
    expect(events.filter((event) => event.type === "session.started")).toHaveLength(1);
    const state = await client.get<{ setup: WorktreeSetup }>(`/tasks/${task.id}/setup`);
    expect(state.body.setup.state).toBe("succeeded");

    // A worktree that was removed by hand is made anew, and is set up like a new one.
    await client.call("PATCH", `/tasks/${task.id}`, { model: "other" });
    rmSync((await client.task(task.id)).worktreePath ?? "", { recursive: true });
    await yard.start(task.id);
    expect(yard.count("count")).toBe(4);
  });

  test("that fails says so with its last lines, and the agent is not started", async () => {
    const { client, repo } = yard;
    const words = "echo one\necho 'lockfile is out of date' >&2\nexit 7\necho never";
    await client.setUp(repo, { setup: `${yard.tick("count")}\n${words}` });
    const { task, run } = await client.startFake(repo, "say: hello");
    const events = await client.ended(task.id, run.id);
    expect(order(events)).toEqual(["tool.result"]);
    const failed = await client.task(task.id);
    expect(failed).toMatchObject({ column: "ready", runStatus: "failed" });
    expect(failed.failure?.code).toBe("setup_failed");
    expect(failed.failure?.message).toMatch(
      /^Set-up ended with status 7 after [^\n]+\.\none\nlockfile is out of date$/,
    );
    expect(failed.failure?.hint).toContain("without set-up");
    expect(toolOf(events, "setup").results).toMatchObject([{ status: "failed", exitCode: 7 }]);
    expect(existsSync(failed.worktreePath ?? "")).toBe(true);

    // Started again it runs again; started without it does not, from then on.
    await yard.start(task.id);
    expect(yard.count("count")).toBe(2);
    const skipped = await yard.start(task.id, { setup: "skip" });
    expect(order(skipped).slice(-2)).toEqual(["session.started", "assistant.text"]);
    await yard.start(task.id);
    expect(yard.count("count")).toBe(2);
  });

  test("that failed keeps no prompt from the agent: what is said next goes with it", async () => {
    const { client, repo } = yard;
    await client.setUp(repo, { setup: "test -e mended" });
    const { task, run } = await client.startFake(repo, "say: the first");
    await client.ended(task.id, run.id);
    const say = async (after: string, text: string) => {
      const { body } = await client.post<{ run: Run }>(`/runs/${after}/input`, { text });
      const events = await client.ended(task.id, body.run.id);
      return { id: body.run.id, prompt: body.run.prompt, events };
    };
    const again = await say(run.id, "say: the second");
    expect(again.prompt).toBe("say: the first\n\nsay: the second");
    expect(order(again.events)).not.toContain("assistant.text");
    await client.setUp(repo, { setup: "true" });
    const heard = await say(again.id, "say: the third");
    expect(heard.prompt).toBe("say: the first\n\nsay: the second\n\nsay: the third");
    const texts = heard.events.flatMap((event) =>
      event.type === "assistant.text" ? (event.data as { text: string }).text : [],
    );
    expect(texts).toEqual(["the first", "the second", "the third"]);
    // What was heard is not said again.
    expect((await say(heard.id, "say: the fourth")).prompt).toBe("say: the fourth");
  });

  test("that was mended is run at the next start", async () => {
    const { client, repo } = yard;
    await client.setUp(repo, { setup: "false" });
    const { task, run } = await client.startFake(repo, "say: hello");
    await client.ended(task.id, run.id);
    await client.setUp(repo, { setup: "true" });
    const events = await yard.start(task.id);
    const statuses = toolOf(events, "setup").results.map((one) => one.status);
    expect(statuses).toEqual(["failed", "succeeded"]);
    expect((await client.task(task.id)).column).toBe("review");
  });

  test("commands that changed are tried when a run after them failed, not after a good one", async () => {
    const { client, repo } = yard;
    await client.setUp(repo, { setup: "true" });
    const { task, run } = await client.startFake(repo, "say: hello");
    await client.ended(task.id, run.id);
    await client.setUp(repo, { setup: yard.tick("count") });
    await yard.start(task.id, { prompt: "exit: 3" });
    expect(yard.count("count")).toBe(0);
    await yard.start(task.id, { prompt: "say: again" });
    expect(yard.count("count")).toBe(1);
  });

  test("reads nothing from anybody: a command that asks gets an end, not a wait", async () => {
    const { client, repo } = yard;
    await client.setUp(repo, { setup: "read answer || echo nobody answers\ncat\necho over" });
    const { task, run } = await client.startFake(repo, "say: hello");
    const events = await client.ended(task.id, run.id);
    expect(toolOf(events, "setup").results[0]?.output).toBe("nobody answers\nover\n");
  });

  test("shows its output while it runs, and keeps all of a long one", async () => {
    const { client, repo, server } = yard;
    const lines = "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done";
    await client.setUp(repo, { setup: `echo early\n${yard.until("go")}\n${lines}` });
    const { task, run } = await client.startFake(repo, "say: hello");
    const bearer = { Authorization: `Bearer ${client.token}` };
    const path = `/tasks/${task.id}/events`;
    const stream = await StreamReader.open(server.port, path, bearer);
    const draft = await nextDraft(stream);
    expect(draft).toMatchObject({ kind: "output", offset: 0, text: "early\n", runId: run.id });
    expect((await client.task(task.id)).live).toMatchObject({
      verb: "Setting up",
      object: "echo early …",
    });
    // Whoever comes later sees what was said so far.
    const late = await StreamReader.open(server.port, path, bearer);
    expect((await nextDraft(late)).text).toBe("early\n");
    yard.let("go");
    const events = await client.ended(task.id, run.id);
    while ((await nextDraft(late)).text !== null);
    stream.close();
    late.close();
    const { calls, results } = toolOf(events, "setup");
    expect(draft.draftId).toBe(calls[0]?.toolId ?? "");
    expect(results[0]).toMatchObject({ truncated: true });
    const blob = await fetch(`${client.base}/blobs/${results[0]?.blobId}`, { headers: bearer });
    const whole = await blob.text();
    expect(whole.split("\n").length).toBe(2002);
    expect(whole.endsWith("line 1999\n")).toBe(true);
  });

  test("a task without a worktree has none", async () => {
    const { client, repo } = yard;
    await client.setUp(repo, { setup: yard.tick("count") });
    const more = { isolation: "none" };
    const { task, run } = await client.startFake(repo, "run: env | grep ^AGETOR_ | sort", more);
    const events = await client.ended(task.id, run.id);
    expect(yard.count("count")).toBe(0);
    expect(Object.keys(envIn(events, "Bash"))).toEqual([
      "AGETOR_BASE_SHA",
      "AGETOR_NAME",
      "AGETOR_PROJECT_ROOT",
      "AGETOR_TASK",
      "AGETOR_TASK_ID",
    ]);
    const refused = await client.post(`/tasks/${task.id}/setup`);
    expect(refused).toMatchObject({ status: 422, body: { code: "not_a_repository" } });
  });
});

async function nextDraft(stream: StreamReader): Promise<DraftFrame> {
  for (;;) {
    const frame = (await stream.next())?.data;
    if (frame?.["type"] === "draft") return frame as unknown as DraftFrame;
  }
}

describe("stopping a set-up", () => {
  test("ends it at once with its children, and the next start runs it again", async () => {
    const { client, repo } = yard;
    const child = `sh -c 'echo $$ > ${yard.at("child")}; exec sleep 600'`;
    await client.setUp(repo, { setup: `${yard.tick("count")}\n${child} &\nwait` });
    const { task, run } = await client.startFake(repo, "say: hello");
    await fileExists(yard.at("child"));
    await client.until(task.id, (now) => now.live?.verb === "Setting up");
    expect((await client.post(`/runs/${run.id}/cancel`)).status).toBe(202);
    const events = await client.ended(task.id, run.id);
    expect(await client.task(task.id)).toMatchObject({ runStatus: "cancelled", live: null });
    expect(yard.runs("child")).toBe(false);
    expect(toolOf(events, "setup").results[0]).toMatchObject({
      status: "failed",
      output: "Stopped by you.",
    });
    await client.setUp(repo, { setup: yard.tick("count") });
    await yard.start(task.id);
    expect(yard.count("count")).toBe(2);
  });

  test("is what deleting does too", async () => {
    const { client, repo } = yard;
    await client.setUp(repo, { setup: `echo $$ > ${yard.at("pid")}\n${yard.until("never")}` });
    const { task } = await client.startFake(repo, "say: hello");
    await fileExists(yard.at("pid"));
    expect((await client.call("DELETE", `/tasks/${task.id}`)).status).toBe(200);
    expect(yard.runs("pid")).toBe(false);
    expect(existsSync(join(yard.server.dataDir, "worktrees", task.id))).toBe(false);
  });
});

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src/contract/event.ts";
import { git } from "../support/repo.ts";
import {
  allow,
  asking,
  beforeLanding,
  blocked,
  cancel,
  create,
  endless,
  everyCrossing,
  finished,
  followUp,
  held,
  holding,
  invariants,
  queued,
  rebaseAndMerge,
  remove,
  revertAndCommit,
  type Scene,
  type Story,
  settingUp,
  setUp,
  sound,
  step,
} from "./scene.ts";

const nothing: Story = async () => undefined;
const first = "say: hello\nwrite: a.txt | one";
const second = "say: again\nwrite: b.txt | two";

describe("kill -9 at every step", () => {
  test("of a task's start", async () => {
    const crossings = await everyCrossing(nothing, create, finished([first], ["a.txt"]));
    expect(crossings).toBeGreaterThan(20);
  }, 600_000);

  test("of a start with set-up: it runs once, and before the agent", async () => {
    const check = async (scene: Scene): Promise<void> => {
      await finished([first], ["a.txt"])(scene);
      const { client, taskId, repo } = scene;
      expect(readFileSync(join(repo, "..", "count"), "utf8")).toBe("A=1\n");
      const events = await client.events(
        `/tasks/${taskId}/events`,
        (event) => event.type === "turn.ended",
      );
      const said = events.map((event) => event.type);
      const count = (type: string) => said.filter((one) => one === type).length;
      expect([count("tool.call"), count("tool.result"), count("notice")]).toEqual([2, 2, 1]);
      expect(said.indexOf("tool.result")).toBeLessThan(said.indexOf("session.started"));
    };
    // The rest of the start is the story before this one.
    const between = "git.addWorktree out,driver.open in";
    expect(await everyCrossing(setUp, create, check, between)).toBeGreaterThan(15);
  }, 600_000);

  test("of a stop in the middle of set-up: nothing of it goes on", async () => {
    await everyCrossing(settingUp, cancel, async ({ client, taskId, repo }) => {
      expect(await client.task(taskId)).toMatchObject({ runStatus: "cancelled", live: null });
      const pid = Number(readFileSync(join(repo, "..", "pid"), "utf8"));
      const { stdout } = Bun.spawnSync(["ps", "-o", "stat=", "-p", String(pid)]);
      expect(stdout.toString().trim()).toMatch(/^(Z.*)?$/);
      const { body } = await client.get<{ events: Event[] }>(`/tasks/${taskId}/transcript`);
      const results = body.events.filter((event) => event.type === "tool.result");
      expect(results.map((event) => event.data)).toMatchObject([{ status: "failed" }]);
    });
  }, 600_000);

  test("of a follow-up", async () => {
    const crossings = await everyCrossing(
      create,
      followUp,
      finished([first, second], ["a.txt", "b.txt"]),
    );
    expect(crossings).toBeGreaterThan(10);
  }, 600_000);

  test("of a stop", async () => {
    await everyCrossing(endless, cancel, async (scene) => {
      await invariants(scene, ["until: /never/there"]);
      expect((await scene.client.task(scene.taskId)).runStatus).toBe("cancelled");
    });
  }, 600_000);

  test("of an answer: it is given once, and never lost", async () => {
    await everyCrossing(blocked, allow, async (scene) => {
      await invariants(scene, [asking]);
      const task = await scene.client.task(scene.taskId);
      expect(task).toMatchObject({ column: "review", pendingInteractions: 0 });
      expect(readFileSync(join(task.worktreePath ?? "", "count.txt"), "utf8")).toBe("one\n");
    });
  }, 600_000);

  test("of waiting messages", async () => {
    await everyCrossing(holding, queued, async (scene) => {
      await invariants(scene, [held(scene.repo), "say: second", "say: third"]);
    });
  }, 600_000);

  test("of a revert, a commit and a way back", async () => {
    await everyCrossing(beforeLanding, revertAndCommit, async (scene) => {
      const { worktreePath, branch, baseSha } = await sound(scene);
      const worktree = worktreePath ?? "";
      expect(git(worktree, "status", "--porcelain")).toBe("?? a.txt\n?? b.txt");
      expect(readFileSync(join(worktree, "b.txt"), "utf8")).toBe("two\n");
      expect(git(scene.repo, "rev-parse", branch ?? "")).toBe(baseSha ?? "");
    });
  }, 600_000);

  test("of a rebase and a merge", async () => {
    const committed: Story = async (...told) => {
      await beforeLanding(...told);
      await step(told, "C1", "commit", { message: "The work" });
    };
    await everyCrossing(committed, rebaseAndMerge, async (scene) => {
      const { column, baseSha, worktreePath } = await sound(scene);
      expect(column).toBe("done");
      expect(git(worktreePath ?? "", "status", "--porcelain")).toBe("");
      const log = git(scene.repo, "log", "--format=%s", "main");
      expect(log).toBe("The work\nthe base moves\nfirst");
      expect(git(scene.repo, "rev-parse", "main~1")).toBe(baseSha ?? "");
    });
  }, 600_000);

  test("of a deletion", async () => {
    await everyCrossing(create, remove, async ({ client, taskId, repo, dataDir, server }) => {
      expect((await client.get(`/tasks/${taskId}`)).status).toBe(404);
      const trash = await client.get<{ tasks: { id: string; trash: { sha: string } }[] }>("/trash");
      expect(trash.body.tasks.map((task) => task.id)).toEqual([taskId]);
      const sha = trash.body.tasks[0]?.trash.sha ?? "";
      expect(git(repo, "ls-tree", "-r", "--name-only", sha).split("\n")).toContain("a.txt");
      expect(existsSync(join(dataDir, "worktrees", taskId))).toBe(false);
      expect(server.process.exitCode).toBeNull();
    });
  }, 600_000);
});

import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src/contract/event.ts";
import type { Task } from "../../src/contract/task.ts";
import { hog, smallDisk, whyNoSmallDisk } from "../../src/store/testing/small-disk.ts";
import { makeRepo } from "../support/repo.ts";
import { scratch } from "../support/scratch.ts";
import { TestServer } from "../support/server.ts";

const reason = whyNoSmallDisk();
const title = reason === null ? "a full disk" : `a full disk (skipped: ${reason}) (root only)`;

interface Scene {
  readonly disk: string;
  readonly server: TestServer;
  readonly task: Task;
  /** Lets the agent go on. */
  readonly go: () => void;
}

/** A server on a disk of 24 MiB, whose agent has said "one" and goes on with `more` when it is let. */
async function onSmallDisk(more: string, story: (scene: Scene) => Promise<void>): Promise<void> {
  using disk = smallDisk(24);
  const server = await TestServer.start({ dataDir: join(disk.path, "server", "data") });
  try {
    const repo = makeRepo();
    const flag = join(scratch("flag"), "go");
    await server.client.trust(repo);
    const prompt = `say: one\nuntil: ${flag}\n${more}`;
    const body = { workdir: repo, prompt, agent: "fake", start: true };
    const { task } = (await server.client.post<{ task: Task }>("/tasks", body)).body;
    await server.client.until(task.id, (now) => now.live?.object.includes("one") === true);
    const go = (): void => writeFileSync(flag, "");
    await story({ disk: disk.path, server, task, go });
  } finally {
    await server.dispose();
  }
}

const queue = async ({ server, task }: Scene): Promise<void> => {
  const { runId } = await server.client.task(task.id);
  const said = await server.client.post(`/runs/${runId}/input`, { text: "say: after" });
  expect(said.status).toBe(202);
};

async function words({ server, task }: Scene, last: string): Promise<string[]> {
  const text = (event: Event) =>
    event.type === "assistant.text" ? [(event.data as { text: string }).text] : [];
  const path = `/tasks/${task.id}/events`;
  const events = await server.client.events(path, (event) => text(event)[0] === last);
  return events.flatMap(text);
}

/** Waits until the server has said that it cannot store what happens. */
async function refused({ server }: Scene): Promise<void> {
  while (!server.log().includes("cannot be stored now")) await server.client.get("/health");
}

/** The names of the programs a process has started and that run. */
function childrenOf(pid: number): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((one) => {
    try {
      const [, name = "", parent] =
        /\((.*)\) . (\d+)/.exec(readFileSync(`/proc/${one}/stat`, "utf8")) ?? [];
      return Number(parent) === pid ? [name] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

describe.skipIf(reason !== null)(title, () => {
  test("holds a card up only for as long as it is full", async () => {
    await onSmallDisk("say: two\nrun: echo three\nsay: four", async (scene) => {
      const { server, task, disk, go } = scene;
      await queue(scene);
      const filler = hog(disk);
      go();
      await refused(scene);
      const { live } = await server.client.task(task.id);
      expect(live).toMatchObject({ verb: "Waiting" });
      expect(live?.object).toContain("Free some space");
      rmSync(filler);
      await server.client.until(
        task.id,
        (now) => now.queuedMessages === 0 && now.column === "review",
      );
      expect(await words(scene, "after")).toEqual(["one", "two", "four", "after"]);
    });
  }, 60_000);

  test("that ends the agent is named as the reason, by the server that was there", async () => {
    await onSmallDisk("say: two\nrun: seq 1 20000\nsay: four", async (scene) => {
      const { server, task, disk, go } = scene;
      const filler = hog(disk);
      go();
      await refused(scene);
      const folder = { cwd: server.dataDir, absolute: true };
      const [ref = ""] = new Bun.Glob("sessions/*/ref").scanSync(folder);
      // Its keeper could not note how it ended, and waits to try again.
      const keeper = Number(readFileSync(ref, "utf8").split("\n")[3]);
      while (!childrenOf(keeper).includes("sleep")) await server.client.get("/health");
      expect(existsSync(join(ref, "..", "exit"))).toBe(false);
      rmSync(filler);
      const { failure } = await server.client.until(task.id, (now) => now.phase?.kind === "ended");
      expect(failure).toMatchObject({
        code: "disk_full",
        message: expect.stringContaining("while the disk was full"),
      });
      expect((await words(scene, "two")).slice(0, 2)).toEqual(["one", "two"]);
      const { runId } = await server.client.task(task.id);
      await server.client.post(`/runs/${runId}/input`, { text: "say: again" });
      expect((await words(scene, "again")).at(-1)).toBe("again");
    });
  }, 60_000);
});

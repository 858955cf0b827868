import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { largeRepo } from "./repo.ts";
import { type Figure, median } from "./table.ts";

const rounds = 15;

/** What it costs to read the changes of a task in a repository of twenty thousand files. */
export async function* changeFigures(): AsyncGenerator<Figure> {
  const repo = largeRepo();
  const server = await TestServer.start();
  const { client } = server;
  await client.trust(repo);
  const { task, run } = await client.startFake(repo, "say: hi");
  await client.ended(task.id, run.id);
  const { worktreePath, baseSha } = await client.task(task.id);
  const worktree = worktreePath ?? "";
  change(worktree);
  const plain = () => git(worktree, "diff", baseSha ?? "");
  plain();
  for (const [what, path] of [
    ["diff", `/tasks/${task.id}/changes`],
    ["diff since the last review", `/tasks/${task.id}/changes?scope=review`],
  ] as const) {
    await client.post(`/tasks/${task.id}/reviewed`);
    if (what !== "diff") change(worktree, "again");
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      theirs.push(took(plain));
      const began = performance.now();
      await client.get(path);
      ours.push(performance.now() - began);
    }
    yield {
      name: `${what}, 20k files with 50 changes, over HTTP`,
      value: median(ours),
      unit: "ms",
      budget: 300,
      wants: "at most",
      against: { name: "git diff", value: median(theirs) },
    };
  }
  await server.dispose();
}

/** Forty files edited, ten new ones. */
function change(worktree: string, text = "changed"): void {
  for (let n = 0; n < 40; n += 1) {
    writeFileSync(join(worktree, `d${n * 5}`, `f${n}.txt`), `${n * 5} ${n}\n${text}\n`);
  }
  for (let n = 0; n < 10; n += 1) {
    writeFileSync(join(worktree, `d${n * 5}`, `new${n}.txt`), `${text}\n`.repeat(30));
  }
}

function took(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

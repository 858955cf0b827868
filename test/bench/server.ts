import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverEntry } from "../support/programs.ts";
import { git, makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";
import { changeFigures } from "./changes.ts";
import { preflight } from "./preflight.ts";
import { largeRepo } from "./repo.ts";
import { type Figure, median, percentile } from "./table.ts";

const smallest = `Bun.serve({ hostname: "127.0.0.1", port: Number(process.env.PORT), fetch: () => new Response("ok") })`;

/** Figures of the server alone. */
export async function* serverFigures(): AsyncGenerator<Figure> {
  yield await coldStart();
  yield await idleMemory();
  yield await taskStart();
  yield await lineToStream();
  yield await preflight();
  yield* changeFigures();
}

async function coldStart(): Promise<Figure> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const dataDir = join(mkdtempSync(join(tmpdir(), "agetor-bench-")), "data");
    const env = { AGETOR_DATA_DIR: dataDir, AGETOR_NO_OPEN: "1" };
    ours.push(
      await untilHealthy([serverEntry], (port) => ({ ...env, AGETOR_API_PORT: String(port) })),
    );
    rmSync(join(dataDir, ".."), { recursive: true, force: true });
    theirs.push(await untilHealthy(["-e", smallest], (port) => ({ PORT: String(port) })));
  }
  return {
    name: "cold start to /health",
    value: median(ours),
    unit: "ms",
    budget: 150,
    wants: "at most",
    against: { name: "smallest Bun server", value: median(theirs) },
  };
}

async function untilHealthy(
  argv: readonly string[],
  envFor: (port: number) => Readonly<Record<string, string>>,
): Promise<number> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, argv, {
    env: { PATH: process.env["PATH"] ?? "", HOME: tmpdir(), ...envFor(port) },
    stdio: "ignore",
  });
  for (;;) {
    const up = await fetch(`http://127.0.0.1:${port}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (up) {
      break;
    }
    // Asking without a pause would keep a core from the server that is measured.
    await Bun.sleep(1);
  }
  const took = performance.now() - began;
  child.kill("SIGKILL");
  return took;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

async function idleMemory(): Promise<Figure> {
  const server = await TestServer.start();
  const bare = spawn(process.execPath, ["-e", smallest], {
    env: { PORT: String(await freePort()) },
    stdio: "ignore",
  });
  await server.client.get("/tasks");
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const value = residentMegabytes(server.process.pid ?? 0);
  const other = residentMegabytes(bare.pid ?? 0);
  bare.kill("SIGKILL");
  await server.dispose();
  return {
    name: "idle server, resident memory",
    value,
    unit: "MB",
    budget: 90,
    wants: "at most",
    against: { name: "smallest Bun server", value: other },
  };
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

async function taskStart(): Promise<Figure> {
  const repo = largeRepo();
  const server = await TestServer.start();
  await server.client.trust(repo);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const path = join(repo, "..", `plain${round}`);
    const before = performance.now();
    git(repo, "worktree", "add", "-q", path, "-b", `plain${round}`);
    theirs.push(performance.now() - before);
    const began = performance.now();
    const { task } = await server.client.startFake(repo, "say: hi");
    await server.client.events(`/tasks/${task.id}/events`, (one) => one.type === "session.started");
    ours.push(performance.now() - began);
  }
  await server.dispose();
  const plain = median(theirs);
  return {
    name: "start of a task, 20k files: POST to agent spawned",
    value: median(ours),
    unit: "ms",
    budget: plain + 150,
    wants: "at most",
    against: { name: "git worktree add", value: plain },
  };
}

/** From a line the agent writes to the frame on a stream; the page's part is in the browser figures. */
async function lineToStream(): Promise<Figure> {
  const server = await TestServer.start();
  const repo = makeRepo();
  await server.client.trust(repo);
  const lines = Array.from({ length: 100 }, () => "run: date +%s%N").join("\n");
  const { task, run } = await server.client.startFake(repo, lines);
  const took: number[] = [];
  await server.client.events(`/tasks/${task.id}/events`, (event) => {
    if (event.type === "tool.result") {
      const written = Number((event.data as { output: string }).output.trim()) / 1e6;
      took.push(Date.now() - written);
    }
    return event.type === "turn.ended" && event.runId === run.id;
  });
  await server.dispose();
  return {
    name: "line written by the agent to frame on a stream, p95",
    value: percentile(took, 95),
    unit: "ms",
    budget: 50,
    wants: "at most",
    against: { name: "its median", value: median(took) },
  };
}

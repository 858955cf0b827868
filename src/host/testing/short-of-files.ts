/**
 * Lives with few file descriptors (`ulimit -n`): uses them all up, asks the host for everything it
 * does, gives them back and asks again. Prints what it was answered as JSON.
 */
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createHost } from "../host.ts";

export interface ShortAnswers {
  readonly spawnError: string | null;
  readonly start: string;
  /** Files in the session directory that hold the environment. */
  readonly launches: number;
  readonly tailWhileShort: number;
  readonly tailAfter: number;
  readonly runAfter: string;
  readonly startAfter: string;
}

async function live(dir: string): Promise<ShortAnswers> {
  const host = createHost({ dataDir: dir, env: process.env });
  const env = host.baseEnv();
  const path = join(dir, "out");
  writeFileSync(path, "");
  mkdirSync(join(dir, "sessions"));
  const stop = new AbortController();
  let taken = 0;
  const tail = host.tail({
    path: join(dir, "late"),
    offset: 0,
    signal: stop.signal,
    onLines: async (lines) => {
      taken += lines.length;
    },
  });
  await tail.drain();
  writeFileSync(join(dir, "late"), "");
  const held: number[] = [];
  for (let full = false; !full; ) {
    try {
      held.push(openSync("/dev/null", "r"));
    } catch {
      full = true;
    }
  }
  const argv = ["/bin/sh", "-c", "echo fine"] as const;
  const run = () => host.run({ argv, env, timeoutMs: 5_000 });
  const start = () => host.directory(join(dir, "sessions", "s")).start({ argv, cwd: dir, env });
  const { spawnError } = await run();
  const short = await start();
  tail.poke();
  const tailWhileShort = taken;
  for (const fd of held) closeSync(fd);
  const names = readdirSync(join(dir, "sessions", "s"));
  appendFileSync(join(dir, "late"), "line\n");
  await tail.drain();
  const after = await start();
  stop.abort();
  return {
    spawnError,
    launches: names.filter((name) => name.startsWith("launch")).length,
    start: short.ok ? "started" : short.fault.code,
    tailWhileShort,
    tailAfter: taken,
    runAfter: (await run()).stdout,
    startAfter: after.ok ? "started" : after.fault.code,
  };
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await live(process.argv[2] ?? "")));
  process.exit(0);
}

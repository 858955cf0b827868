import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../../host/types.ts";
import { generationDir, isMarked, newestGeneration } from "./session-data.ts";

const graceMs = 5_000;

/** Ends what still runs in session directories of ours that no row knows, and names them. */
export async function sweep(
  live: ReadonlySet<string>,
  host: Host,
  sessionsDir: string,
): Promise<readonly string[]> {
  if (!existsSync(sessionsDir)) return [];
  const strays = readdirSync(sessionsDir).filter((id) => !live.has(id));
  const ended: string[] = [];
  for (const id of strays) {
    const dir = join(sessionsDir, id);
    if (!isMarked(dir)) continue;
    if (await endAll(dir, host)) ended.push(id);
  }
  return ended;
}

async function endAll(dir: string, host: Host): Promise<boolean> {
  let any = false;
  for (let generation = newestGeneration(dir); generation > 0; generation -= 1) {
    const directory = host.directory(generationDir(dir, generation));
    const process = await directory.process();
    if (process === null || !(await host.alive(process))) continue;
    await directory.terminate(graceMs);
    any = true;
  }
  return any;
}

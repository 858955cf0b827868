import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import type { Descriptor, ResolvedHarness } from "../agents/driver.ts";
import type { Harness } from "../contract/harness.ts";

/** Under `<data>/harnesses`: where the homes of removed harnesses wait. No harness can have this id. */
const removedName = ".removed";
/** As long as the trash keeps a task, in milliseconds. */
const keptFor = 30 * 24 * 60 * 60 * 1000;

/** The config home a harness has of its own: `<data>/harnesses/<id>`. */
export function ownHome(dataDir: string, id: string): string {
  return join(dataDir, "harnesses", id);
}

/** Makes the own home of a harness if that is the one it uses: ours alone, mode 0700. */
export function makeOwnHome(
  dataDir: string,
  { id, home }: { readonly id: string; readonly home: string | null },
): void {
  if (home !== ownHome(dataDir, id)) return;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  chmodSync(home, 0o700);
}

/**
 * Puts the own home of a removed harness aside for 30 days: a new harness of the same id must not
 * find its login, and its history is not lost by one press. An empty one just goes.
 */
export function retireHome(dataDir: string, id: string, now: number): void {
  const home = ownHome(dataDir, id);
  if (!existsSync(home)) return;
  try {
    rmdirSync(home);
  } catch {
    const removed = join(dataDir, "harnesses", removedName);
    mkdirSync(removed, { recursive: true, mode: 0o700 });
    renameSync(home, join(removed, `${id}@${now}`));
  }
}

/**
 * Retires the homes that a killed server left behind a removed harness, and removes for good what
 * was put aside 30 days ago.
 */
export function sweepHomes(dataDir: string, harnesses: readonly Harness[], now: number): void {
  const root = join(dataDir, "harnesses");
  const wanted = new Set(
    harnesses.flatMap(({ id, home }) => [ownHome(dataDir, id), ...(home === null ? [] : [home])]),
  );
  for (const name of namesIn(root)) {
    if (name !== removedName && !wanted.has(join(root, name))) retireHome(dataDir, name, now);
  }
  for (const name of namesIn(join(root, removedName))) {
    const at = Number(name.slice(name.lastIndexOf("@") + 1));
    if (Number.isFinite(at) && now - at > keptFor) {
      rmSync(join(root, removedName, name), { recursive: true, force: true });
    }
  }
}

/**
 * The config home an agent really uses, with links followed where it is there: the harness's, else
 * what its environment says, else the usual one of its `HOME`. Null for agents without one.
 */
export function usedHome(
  harness: ResolvedHarness,
  descriptor: Descriptor,
  base: Readonly<Record<string, string>>,
): string | null {
  if (descriptor.homeEnv === null || descriptor.usualHome === null) return null;
  const moved = harness.home ?? harness.env[descriptor.homeEnv] ?? "";
  const home = moved.startsWith("/")
    ? moved
    : join(harness.env["HOME"] ?? base["HOME"] ?? "/", descriptor.usualHome);
  try {
    return realpathSync(home);
  } catch {
    return home;
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

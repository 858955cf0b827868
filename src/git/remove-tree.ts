import { chmod, lstat, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes a folder with everything in it, also where a folder inside is write-protected (the Go
 * module cache). Symbolic links are removed, never followed; nothing mounted below is entered.
 */
export async function removeTree(path: string): Promise<void> {
  const mounted = await mountedBelow(path);
  if (mounted !== null) {
    throw Object.assign(new Error(`${mounted} is mounted there; unmount it first`), {
      code: "EBUSY",
    });
  }
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EACCES" && code !== "EPERM") throw error;
    await makeWritable(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function makeWritable(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (!found?.isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await makeWritable(join(path, name));
}

/** A mount point at or below the path; only Linux tells cheaply. */
export async function mountedBelow(path: string): Promise<string | null> {
  const table = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  for (const row of table.split("\n")) {
    const point = (row.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    if (point === path || point.startsWith(`${path}/`)) return point;
  }
  return null;
}

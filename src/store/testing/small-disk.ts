import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "./harness.ts";

/** Why this machine cannot make a small disk, or null. */
export function whyNoSmallDisk(): string | null {
  if (process.platform !== "linux") return "no tmpfs outside Linux";
  if (process.getuid?.() !== 0) return "mounting a tmpfs needs root";
  using dir = tempDir();
  const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", dir.path]);
  if (!mounted.success) return "this root may not mount";
  Bun.spawnSync(["umount", dir.path]);
  return null;
}

/** A disk of so many MiB in a temporary folder. */
export function smallDisk(size = 2): { readonly path: string; [Symbol.dispose](): void } {
  const dir = tempDir();
  const path = join(dir.path, "disk");
  mkdirSync(path, { mode: 0o700 });
  const options = `size=${size}m,mode=700`;
  const mount = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path]);
  if (!mount.success) throw new Error(mount.stderr.toString());
  return {
    path,
    [Symbol.dispose]() {
      Bun.spawnSync(["umount", "-l", path]);
      dir[Symbol.dispose]();
    },
  };
}

/** Takes what space is left, in ever smaller steps; answers the file that has it. */
export function hog(dir: string): string {
  const path = join(dir, "hog");
  for (let size = 1 << 20; size >= 512; size >>= 1) {
    try {
      for (;;) writeFileSync(path, new Uint8Array(size), { flag: "a" });
    } catch {
      // Full for this size; the next one may still fit.
    }
  }
  return path;
}

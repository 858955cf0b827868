import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

/** A new folder, by its real path; gone when all tests of this process have ended. */
export function scratch(name: string): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `agetor-${name}-`)));
  made.push(path);
  return path;
}

/** Removes what `scratch` has made. */
export function removeScratch(): void {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
}

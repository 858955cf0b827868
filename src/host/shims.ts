import { readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { runCommand } from "./run.ts";

const limitMs = 1_500;

/**
 * What really runs behind a found program. Usually its real path. A shim of a version manager decides
 * by its own name and by files of the folder it is started in (`.tool-versions`, which comes with a
 * repository), so its manager is asked once, from the person's home, and that answer is pinned. A shim
 * whose manager does not say stays what it is.
 */
export async function realProgram(
  path: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const real = realOr(path);
  const manager = managerOf(path, real);
  if (manager === null) return real;
  const said = await runCommand({
    argv: [manager, "which", basename(path)],
    cwd: env["HOME"] ?? "/",
    env,
    timeoutMs: limitMs,
  });
  const answer = said.code === 0 ? (said.stdout.trim().split("\n").at(-1) ?? "") : "";
  return answer.startsWith("/") ? realOr(answer) : path;
}

/** The version manager a program is a shim of: volta and mise by link, asdf and nodenv by script. */
function managerOf(path: string, real: string): string | null {
  const name = basename(real);
  if (name === basename(path)) return scriptManager(path, real);
  if (name === "volta-shim") return join(dirname(real), "volta");
  return name === "mise" || name === "rtx" ? real : null;
}

function scriptManager(path: string, real: string): string | null {
  if (basename(dirname(path)) !== "shims") return null;
  const text = headOf(real);
  const called = /^\s*exec\s+"?([^\s"]*\b(?:asdf|nodenv))"?\s+"?exec\b/m.exec(text)?.[1];
  if (called === undefined) return null;
  return called.startsWith("/") ? called : join(dirname(dirname(path)), "bin", called);
}

function headOf(path: string): string {
  try {
    return readFileSync(path).subarray(0, 4096).toString("latin1");
  } catch {
    return "";
  }
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

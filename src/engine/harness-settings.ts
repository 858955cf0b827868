import { homedir } from "node:os";
import { join } from "node:path";
import { fault } from "../contract/fault.ts";
import type { CreateHarnessBody, Harness, PatchHarnessBody } from "../contract/harness.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { ownHome } from "./harness-home.ts";

/** Variables that name a folder: a relative one would be looked up in the worktree. */
const folderNames = ["HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME"] as const;

/**
 * The settings of a harness with a change in them. `invalid_request` for what would be looked up in
 * whatever folder the agent works in: relative programs and config homes (TRUST-03, TRUST-05).
 */
export function changed(
  known: Harness,
  body: Omit<CreateHarnessBody, "id" | "kind" | "label"> & PatchHarnessBody,
  dataDir: string,
): Result<Harness> {
  const home = homeOf(known, body, dataDir);
  if (!home.ok) {
    return home;
  }
  const next: Harness = {
    ...known,
    label: body.label ?? known.label,
    enabled: body.enabled ?? known.enabled,
    bin: body.bin === undefined ? known.bin : body.bin,
    args: body.args ?? known.args,
    home: home.value,
    env: body.env ?? known.env,
  };
  if (next.bin?.includes("/") && !isFixed(next.bin)) {
    return refuse("The program must be an absolute path, or a name that is looked up.");
  }
  const relative = folderNames.find((name) => next.env[name]?.startsWith("/") === false);
  if (relative !== undefined) {
    return refuse(`${relative} must be an absolute path.`);
  }
  return ok(next);
}

function homeOf(
  known: Harness,
  { home, ownHome: own }: Pick<PatchHarnessBody, "home" | "ownHome">,
  dataDir: string,
): Result<string | null> {
  if (own === true) {
    const mine = ownHome(dataDir, known.id);
    return home == null || home === mine
      ? ok(mine)
      : refuse("A harness has a config home of its own or the one you name, not both.");
  }
  if (home == null) {
    return ok(home === null || own === false ? null : known.home);
  }
  return isFixed(home) ? ok(expanded(home)) : refuse("The config home must be an absolute path.");
}

function isFixed(path: string): boolean {
  return path.startsWith("/") || path.startsWith("~/");
}

function expanded(path: string): string {
  const full = path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
  return full.length > 1 ? full.replace(/\/+$/, "") : full;
}

function refuse(message: string): Result<never> {
  return err(fault("invalid_request", message, "Use a path that begins with / or ~/."));
}

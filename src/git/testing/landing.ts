import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Doing, SiteRequest } from "../landing/types.ts";
import { type Sandbox, type StartedTask, startTask, taskId } from "./sandbox.ts";

let count = 0;

/** One change, under an id of its own. */
export function doing(label = "Before something"): Doing {
  count += 1;
  return { id: taskId(1_000 + count), command: null, at: 1_700_000_000_000 + count, label };
}

export function siteOf(task: StartedTask): SiteRequest {
  return {
    taskId: task.id,
    commonDir: task.commonDir,
    path: task.path,
    baseSha: task.baseSha,
  };
}

/** Gives the sandbox's person a git identity, in their own configuration. */
export function introduce(box: Sandbox): void {
  box.sh(box.root, "config", "--global", "user.name", "Pat Person");
  box.sh(box.root, "config", "--global", "user.email", "pat@example.test");
}

/** A task on a repository whose `main` nobody stands on. */
export async function startFree(box: Sandbox, files?: Record<string, string>, n = 0) {
  const repo = box.repo(`repo${n}`, files);
  const task = await startTask(box, repo, taskId(n), `agetor/t${n}`);
  box.sh(repo, "switch", "-q", "--detach");
  return { repo, task, site: siteOf(task) };
}

/** Every file of a folder with its content, links by their target; nothing of git's. */
export function filesOf(folder: string, below = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.name === ".git") continue;
    if (entry.isDirectory()) Object.assign(found, filesOf(folder, name));
    else if (entry.isSymbolicLink()) found[name] = `-> ${readlinkSync(join(folder, name))}`;
    else {
      const executable = (statSync(join(folder, name)).mode & 0o100) !== 0 ? "*" : "";
      found[name] = executable + readFileSync(join(folder, name), "latin1");
    }
  }
  return found;
}

/** What the person's `git status` says, sorted. */
export function status(box: Sandbox, folder: string): string[] {
  const said = box.sh(folder, "status", "--porcelain", "-uall", "--no-renames");
  return said.split("\n").filter(Boolean).sort();
}

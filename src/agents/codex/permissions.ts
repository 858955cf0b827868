import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Workplace } from "../driver.ts";
import { isObject } from "./json.ts";

/** The permission profile of `auto`: ours by name, so that no profile of the account is meant. */
export const profileName = "agetor";

/** What the profile adds to Codex's `:workspace`; a longer path wins over the folder it lies in. */
export type FileRules = Readonly<Record<string, "read" | "write">>;

/**
 * What a commit in a worktree writes outside of it, in a repository whose `.git` Codex protects
 * otherwise. Hooks and config stay protected. So do the files of the worktree's own git directory
 * that say where git looks for them: with `commondir` in its hands an agent could have our own git
 * read a config of its making, outside of the sandbox (tried with codex-cli 0.169.0: with
 * `sandbox_workspace_write.writable_roots` it can be replaced, with a profile it cannot).
 */
export function fileRules(
  { repo }: Workplace,
  exists: (path: string) => boolean = existsSync,
): FileRules {
  // In the main worktree itself every file of .git lies beside hooks and config.
  if (repo === null || repo.gitDir === repo.commonDir) return {};
  const { commonDir, gitDir } = repo;
  const written = [join(commonDir, "objects"), join(commonDir, "refs"), join(commonDir, "logs")];
  // Our own refs hold what must not be lost: bases and the trash.
  const ours = join(commonDir, "refs/agetor");
  const rules: Record<string, "read" | "write"> = {};
  // A folder that is not there cannot be mounted: the sandbox would refuse to start.
  for (const path of [...written, gitDir].filter(exists)) rules[path] = "write";
  for (const path of [ours].filter(exists)) rules[path] = "read";
  for (const name of ["commondir", "gitdir", "config.worktree"]) rules[join(gitDir, name)] = "read";
  return rules;
}

/** Stored rules, for a session taken up by a later server. */
export function readRules(stored: unknown): FileRules {
  if (!isObject(stored)) return {};
  const known = Object.entries(stored).filter(
    ([, access]) => access === "read" || access === "write",
  );
  return Object.fromEntries(known) as FileRules;
}

/** The profile as the `config` of `thread/start` takes it (codex-cli 0.169.0). */
export function profileConfig(rules: FileRules): Record<string, unknown> {
  return { permissions: { [profileName]: { extends: ":workspace", filesystem: rules } } };
}

/** The same as a `-c` override: one inline TOML table, whose strings are JSON's. */
export function profileOverride(rules: FileRules): string {
  const entries = Object.entries(rules).map(
    ([path, access]) => `${JSON.stringify(path)}=${JSON.stringify(access)}`,
  );
  return `permissions.${profileName}={extends=":workspace",filesystem={${entries.join(",")}}}`;
}

import { randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Fault, fault } from "../../contract/fault.ts";
import type { OpenRequest } from "../driver.ts";
import { isObject, type Json, objectAt } from "./json.ts";
import { type ClaudeHome, realOr } from "./paths.ts";

/** What must be answered before a start, so that no dialog waits in a terminal nobody looks at. */
export interface Answers {
  /** Folders whose trust dialog counts as accepted: the person trusted the repository in Agetor. */
  readonly trusted: readonly string[];
  /** The last 20 characters of an API key the harness itself brings. */
  readonly apiKeyTail: string | null;
  readonly bypass: boolean;
}

/** The answers a start needs (start-up dialogs of Claude Code 2.1.330, observed). */
export async function answersFor(request: OpenRequest): Promise<Answers> {
  const { cwd, repo } = request.workplace;
  // Trust does not reliably cross from a repository into its worktree, so both are named.
  const folders = repo === null ? [cwd] : [repo.mainRoot, cwd];
  const key = request.harness.env["ANTHROPIC_API_KEY"];
  return {
    trusted: [...new Set(await Promise.all(folders.map(realOr)))],
    apiKeyTail: key ? key.slice(-20) : null,
    bypass: request.mode === "bypass",
  };
}

/** What the file would hold with the answers in it; null when they are all there. Pure. */
export function withAnswers(old: Json, answers: Answers): Json | null {
  const changes: Record<string, unknown> = {};
  if (old["hasCompletedOnboarding"] !== true) changes["hasCompletedOnboarding"] = true;
  const projects = objectAt(old, "projects") ?? {};
  const untrusted = answers.trusted.filter(
    (path) => objectAt(projects, path)?.["hasTrustDialogAccepted"] !== true,
  );
  if (untrusted.length > 0) {
    const added = untrusted.map((path) => [
      path,
      { ...objectAt(projects, path), hasTrustDialogAccepted: true },
    ]);
    changes["projects"] = { ...projects, ...Object.fromEntries(added) };
  }
  const keys = answers.apiKeyTail === null ? null : withKey(old, answers.apiKeyTail);
  if (keys !== null) changes["customApiKeyResponses"] = keys;
  if (answers.bypass && old["bypassPermissionsModeAccepted"] !== true) {
    changes["bypassPermissionsModeAccepted"] = true;
  }
  return Object.keys(changes).length === 0 ? null : { ...old, ...changes };
}

function withKey(old: Json, tail: string): Json | null {
  const known = objectAt(old, "customApiKeyResponses") ?? {};
  const approved = listOf(known["approved"]);
  const rejected = listOf(known["rejected"]);
  if (approved.includes(tail) && !rejected.includes(tail)) return null;
  return {
    ...known,
    approved: approved.includes(tail) ? approved : [...approved, tail],
    rejected: rejected.filter((each) => each !== tail),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const writers = new Map<string, Promise<unknown>>();

/**
 * Answers Claude's start-up dialogs in its settings: adds what is missing, leaves everything else as
 * it is, and replaces the file by rename, because every running Claude rewrites it too. A file that
 * is not JSON is left alone.
 */
export function answerDialogs(home: ClaudeHome, answers: Answers): Promise<Fault | null> {
  // Two starts of ours must not read the same old file and lose one another's answers.
  const before = writers.get(home.json) ?? Promise.resolve();
  const mine = before.then(() => edit(home, answers));
  writers.set(
    home.json,
    mine.catch(() => null),
  );
  return mine;
}

async function edit(home: ClaudeHome, answers: Answers): Promise<Fault | null> {
  try {
    await mkdir(home.config, { recursive: true, mode: 0o700 });
    // Through a link: replacing the link would cut it off from where the person keeps the file.
    const path = await realpath(home.json).catch(() => home.json);
    const text = await readFile(path, "utf8").catch((cause: unknown) => {
      if (isMissing(cause)) return null;
      throw cause;
    });
    const old = text === null || text.trim() === "" ? {} : parse(text);
    if (old === null) return unreadable(home);
    const changed = withAnswers(old, answers);
    if (changed !== null) await replace(path, `${JSON.stringify(changed, null, 2)}\n`);
    return null;
  } catch (cause) {
    return fault(
      "agent_broken",
      `Claude's settings at ${home.json} could not be prepared: ${String(cause)}`,
      "Make the file writable for you, then start again.",
    );
  }
}

function parse(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

async function replace(path: string, content: string): Promise<void> {
  const mode = await stat(path).then(
    (it) => it.mode & 0o777,
    () => 0o600,
  );
  const fresh = join(dirname(path), `.claude.json.agetor-${randomUUID()}`);
  try {
    await writeFile(fresh, content, { mode });
    await chmod(fresh, mode);
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw cause;
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

function unreadable(home: ClaudeHome): Fault {
  return fault(
    "agent_broken",
    `Claude's settings at ${home.json} are not readable JSON.`,
    "Repair or move that file, then start again. Agetor has not touched it.",
  );
}

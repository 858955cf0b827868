import { fault } from "../contract/fault.ts";
import type { Branch } from "../contract/project.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { inRepo, type Kit, line, noSuchThing, writeInRepo } from "./kit.ts";
import { openCommonDir } from "./layout.ts";
import { isTaskId } from "./own-path.ts";

const shaForm = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/**
 * What a person may type as a base: the name of a branch, tag or commit, with `~n` and `^n` behind
 * it. Git knows far more (`--output=x`, `@{-1}`, `:/text`, `a..b`); none of it names one commit for
 * good, and some of it is an option (trust.md V6).
 */
const revisionForm = /^(?!-)(?!.*(?:\.\.|@\{))[^\p{Cc} ~^:?*[\\]+(?:[~^]\d{0,9})*$/u;
const maxRevision = 250;
const maxBranches = 5_000;

export function isSha(text: string): boolean {
  return shaForm.test(text);
}

/** The ref that keeps the commit a task starts from. */
export function baseRef(taskId: string): string {
  return `refs/agetor/base/${taskId}`;
}

/** The ref that keeps what a deleted task had not merged. */
export function trashRef(taskId: string): string {
  return `refs/agetor/trash/${taskId}`;
}

/** Says that a branch is the task's own; made before the branch, gone after it. */
export function ownerRef(taskId: string, branch: string): string {
  return `refs/agetor/branch/${taskId}/${branch}`;
}

/** The commit a ref or another safe expression stands for, or null. */
export function commitOf(
  kit: Kit,
  commonDir: string,
  name: string,
): Promise<Result<string | null>> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
  return line(inRepo(kit, commonDir, args, { codes: noSuchThing }));
}

/** The commit a task started from, while there is one. */
export function knownBase(
  kit: Kit,
  commonDir: string,
  baseSha: string | null,
): Promise<Result<string | null>> {
  const named = baseSha !== null && isSha(baseSha);
  return named ? commitOf(kit, commonDir, baseSha) : Promise.resolve(ok(null));
}

/** Local branches, the latest commit first. */
export async function branches(kit: Kit, commonDir: string): Promise<Result<readonly Branch[]>> {
  const dir = await openCommonDir(commonDir);
  if (!dir.ok) return dir;
  const output = await inRepo(kit, dir.value, [
    "for-each-ref",
    `--count=${maxBranches}`,
    "--sort=-committerdate",
    "--format=%(objectname) %(objecttype) %(HEAD)%(refname)",
    "refs/heads/",
  ]);
  if (!output.ok) return output;
  const rows = output.value.stdout.toString("utf8").split("\n");
  return ok(rows.flatMap((row) => branchOf(row) ?? []));
}

function branchOf(row: string): Branch | null {
  const match = /^([0-9a-f]+) commit ([ *])refs\/heads\/(.+)$/.exec(row);
  if (!match?.[1] || !match[3]) return null;
  return { name: match[3], sha: match[1], current: match[2] === "*" };
}

/** See `Git.resolve`. A branch wins over a tag of the same name, as in `git switch`. */
export async function resolve(
  kit: Kit,
  commonDir: string,
  revision: string,
): Promise<Result<string>> {
  const dir = await openCommonDir(commonDir);
  if (!dir.ok) return dir;
  if (revision.length > maxRevision || !revisionForm.test(revision)) return err(badRef(revision));
  for (const name of [`refs/heads/${revision}`, revision]) {
    const sha = await commitOf(kit, dir.value, name);
    // Git calls some malformed names an error instead of unknown: the person's mistake either way.
    if (!sha.ok && sha.fault.code === "git_failed") return err(badRef(revision));
    if (!sha.ok) return sha;
    if (sha.value !== null) return ok(sha.value);
  }
  return err(badRef(revision));
}

function badRef(revision: string) {
  const shown = revision.length > 80 ? `${revision.slice(0, 80)}…` : revision;
  return fault(
    "bad_ref",
    `${JSON.stringify(shown)} does not name a commit of this repository.`,
    "Use the name of a branch, a tag or a commit.",
  );
}

/** See `Git.pin`. */
export async function pin(
  kit: Kit,
  commonDir: string,
  taskId: string,
  sha: string,
): Promise<Result<null>> {
  if (!isTaskId(taskId) || !isSha(sha)) return err(badRef(sha));
  const dir = await openCommonDir(commonDir);
  if (!dir.ok) return dir;
  const found = await commitOf(kit, dir.value, sha);
  if (!found.ok) return found;
  if (found.value !== sha) return err(badRef(sha));
  return writeRefs(kit, dir.value, ["update-ref", "--no-deref", baseRef(taskId), sha]);
}

/** See `Git.pinned`. */
export async function pinned(
  kit: Kit,
  commonDir: string,
  taskId: string,
): Promise<Result<string | null>> {
  const dir = await openCommonDir(commonDir);
  if (!dir.ok) return dir;
  return isTaskId(taskId) ? commitOf(kit, dir.value, baseRef(taskId)) : ok(null);
}

/** Removes one of a task's own refs; one that is not there is fine. */
export async function dropRef(
  kit: Kit,
  commonDir: string,
  taskId: string,
  ref: (taskId: string) => string,
): Promise<Result<null>> {
  const dir = await openCommonDir(commonDir);
  if (!dir.ok) return dir;
  if (!isTaskId(taskId)) return ok(null);
  return writeRefs(kit, dir.value, ["update-ref", "--no-deref", "-d", ref(taskId)]);
}

/** Runs a command that writes refs, alone in its repository. */
export async function writeRefs(
  kit: Kit,
  commonDir: string,
  args: readonly string[],
  input = "",
): Promise<Result<null>> {
  const output = await kit.locks.run(`repo:${commonDir}`, () =>
    writeInRepo(kit, commonDir, args, { input }),
  );
  return output.ok ? ok(null) : output;
}

import { stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import { fault } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { explain } from "./failure.ts";
import { inRepo, type Kit, line, noSuchThing } from "./kit.ts";
import { commonDirOf, gitDirOf, real } from "./layout.ts";
import type { Place } from "./types.ts";

/** What git says of a folder, before it is put in our words. */
interface Discovery {
  readonly bare: boolean;
  readonly insideGitDir: boolean;
  readonly gitDir: string;
}

/** See `Git.inspect`. Identity is the real path: a link and its target are the same place. */
export async function inspect(kit: Kit, folder: string): Promise<Result<Place>> {
  const named = isAbsolute(folder) && !folder.includes("\0");
  const root = named ? await real(folder) : null;
  const found = root === null ? null : await stat(root).catch(() => null);
  if (root === null || !found?.isDirectory()) return err(notADirectory(folder, found !== null));
  const discovered = await discover(kit, root);
  if (!discovered.ok) return discovered;
  if (discovered.value === null) return ok({ kind: "folder", root });
  const { bare, insideGitDir, gitDir } = discovered.value;
  if (insideGitDir && !bare) return err(insideRepository(root));
  const commonDir = await real(await commonDirOf(gitDir));
  if (commonDir === null) return err(notADirectory(gitDir, false));
  const top = bare ? commonDir : await topOf(root, gitDir);
  if (top === null || (!bare && top === kit.home)) return ok({ kind: "folder", root });
  const head = await headOf(kit, gitDir);
  if (!head.ok) return head;
  return ok({
    kind: "repository",
    root: top,
    mainRoot: await mainRootOf(kit, { top, gitDir, commonDir, bare }),
    commonDir,
    prefix: bare ? "" : relative(top, root),
    bare,
    ...head.value,
  });
}

/** Asks git, which also checks who owns the repository; null when there is none. */
async function discover(kit: Kit, cwd: string): Promise<Result<Discovery | null>> {
  // One path per question and that one last: it may hold line breaks.
  const asked = ["--is-bare-repository", "--is-inside-git-dir", "--absolute-git-dir"];
  const output = await kit.runner.run({ args: ["rev-parse", ...asked], cwd, codes: [0, 128] });
  if (!output.ok) return output;
  const { code, stdout, stderr } = output.value;
  if (code !== 0) {
    if (/not a git repository \(or any/.test(stderr)) return ok(null);
    return err(explain({ command: "rev-parse", code, stderr }));
  }
  const match = /^(true|false)\n(true|false)\n(.*)\n$/s.exec(stdout.toString("utf8"));
  const gitDir = await real(match?.[3] ?? "");
  if (match === null || gitDir === null) return ok(null);
  return ok({ bare: match[1] === "true", insideGitDir: match[2] === "true", gitDir });
}

/**
 * The nearest folder above whose `.git` is this git directory. Git would believe `core.worktree`,
 * which a repository can point anywhere.
 */
async function topOf(folder: string, gitDir: string): Promise<string | null> {
  for (let at = folder; ; at = dirname(at)) {
    const named = await gitDirOf(at);
    if (named !== null && (await real(named)) === gitDir) return at;
    if (at === dirname(at)) return null;
  }
}

interface Found {
  readonly top: string;
  readonly gitDir: string;
  readonly commonDir: string;
  readonly bare: boolean;
}

async function mainRootOf(kit: Kit, found: Found): Promise<string> {
  if (found.bare || found.gitDir === found.commonDir) return found.top;
  const asked = ["config", "--type=bool", "--get", "core.bare"];
  const bare = await line(inRepo(kit, found.commonDir, asked, { codes: noSuchThing }));
  const isDotGit = basename(found.commonDir) === ".git";
  return isDotGit && !(bare.ok && bare.value === "true")
    ? dirname(found.commonDir)
    : found.commonDir;
}

/** What a git directory has checked out: its branch (null when detached) and commit (null when unborn). */
export async function headOf(
  kit: Kit,
  gitDir: string,
): Promise<Result<{ branch: string | null; headSha: string | null }>> {
  const more = { codes: noSuchThing };
  const [ref, sha] = await Promise.all([
    line(inRepo(kit, gitDir, ["symbolic-ref", "--quiet", "HEAD"], more)),
    line(inRepo(kit, gitDir, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], more)),
  ]);
  if (!ref.ok) return ref;
  if (!sha.ok) return sha;
  const branch = ref.value?.startsWith("refs/heads/") ? ref.value.slice(11) : null;
  return ok({ branch, headSha: sha.value });
}

function notADirectory(folder: string, exists: boolean) {
  const what = exists ? "is not a folder" : "does not exist";
  return fault("not_a_directory", `${folder} ${what}.`, "Choose a folder that exists.", {
    path: folder,
  });
}

function insideRepository(folder: string) {
  return fault(
    "not_a_directory",
    `${folder} is git's own storage, not a folder to work in.`,
    "Choose the folder that holds the files of the repository.",
    { path: folder },
  );
}

/** See `Git.gitDir`. */
export async function gitDirectory(kit: Kit, worktree: string): Promise<Result<string>> {
  const found = await stat(worktree).catch(() => null);
  if (!found?.isDirectory()) return err(notADirectory(worktree, found !== null));
  const discovered = await discover(kit, worktree);
  if (!discovered.ok) return discovered;
  if (discovered.value !== null) return ok(discovered.value.gitDir);
  return err(
    fault("not_a_repository", `${worktree} is not in a git repository.`, null, {
      path: join(worktree),
    }),
  );
}

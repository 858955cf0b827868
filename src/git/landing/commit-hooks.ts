import { appendFile, lstat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { cleanMessage } from "../../domain/commit-message.ts";
import { bind } from "../capture.ts";
import { explain } from "../failure.ts";
import { inRepo, type Kit, line, noSuchThing } from "../kit.ts";
import type { Attendant } from "../runner.ts";
import { withShadow } from "../shadow.ts";
import { readCommit, subjectOf } from "./commit-object.ts";
import type { Site } from "./site.ts";
import type { Committed, HookMinder, Staged } from "./types.ts";

/** Ten minutes: hooks run linters and tests. */
const hookTimeoutMs = 600_000;
const maxOutput = 16_000;

export interface HookedCommit {
  readonly message: string;
  readonly staged: Staged;
  readonly minder?: HookMinder | undefined;
}

/**
 * Makes the commit by `git commit` itself, so that the repository's hooks run as ever: its hooks,
 * configuration and refs, the worktree's files, the branch's name. Only the git directory is a
 * scratch one, so that a killed server leaves no lock and no half-moved branch: the finished commit
 * is taken from there (docs/decisions/0013). The branch is not moved here.
 */
export function commitWithHooks(
  kit: Kit,
  site: Site,
  { message, staged, minder }: HookedCommit,
): Promise<Result<Committed>> {
  const shadow = { repo: site, worktree: site.worktree, index: "empty" } as const;
  return withShadow(kit, shadow, async (env, scratch) => {
    const hooks = await furnish(kit, site, scratch);
    if (!hooks.ok) return hooks;
    const git = bind(kit, site.worktree, env);
    const read = await git(["read-tree", staged.tree]);
    if (!read.ok) return read;
    const refreshed = await git(["update-index", "-q", "--refresh"], undefined, [0, 1]);
    if (!refreshed.ok) return refreshed;
    const args = ["commit", "--quiet", "--no-status", "--cleanup=whitespace", "-F", "-"];
    const said = lastWords(minder);
    const made = await kit.runner.run({
      profile: "hooks",
      args: [...hooks.value.flatMap((setting) => ["-c", setting]), ...args],
      cwd: site.worktree,
      env,
      input: cleanMessage(message),
      codes: [0, 1, 128],
      timeoutMs: hookTimeoutMs,
      heavy: true,
      ...said.call,
    });
    await minder?.over();
    if (!made.ok) return made;
    const { code, stderr } = made.value;
    if (code !== 0) return err(refusal(code, said.text() ?? stderr));
    const sha = await git(["rev-parse", "--verify", "HEAD^{commit}"]);
    if (!sha.ok) return sha;
    const id = sha.value.stdout.toString("utf8").trim();
    const text = await readCommit(kit, site.commonDir, id);
    return text.ok ? ok({ sha: id, subject: subjectOf(text.value) }) : text;
  });
}

/** The minder's part of the call; what it hears is kept too, for a runner keeps only the beginning. */
function lastWords(minder: HookMinder | undefined) {
  if (minder === undefined) return { call: {}, text: () => null };
  let heard = "";
  const printed = (text: string): void => {
    heard = (heard + text).slice(-maxOutput);
    minder.printed(text);
  };
  const attendant: Attendant = {
    began: (pid) => minder.began(pid),
    printed,
    end: () => minder.end(),
  };
  return { call: { signal: minder.signal, attendant }, text: () => heard };
}

/** Gives the scratch git directory the repository's refs and configuration; where its hooks are. */
async function furnish(kit: Kit, site: Site, scratch: string): Promise<Result<string[]>> {
  const listed = await inRepo(kit, site.commonDir, [
    "for-each-ref",
    "--format=%(objectname) %(refname)",
  ]);
  if (!listed.ok) return listed;
  await writeFile(join(scratch, "packed-refs"), listed.value.stdout);
  const head = site.branch === null ? site.head : `ref: refs/heads/${site.branch}`;
  await writeFile(join(scratch, "HEAD"), `${head}\n`);
  for (const file of [join(site.commonDir, "config"), join(site.gitDir, "config.worktree")]) {
    if ((await lstat(file).catch(() => null)) === null) continue;
    await appendFile(join(scratch, "config"), `[include]\n\tpath = ${quoted(file)}\n`);
  }
  const asked = ["config", "--show-scope", "--get-all", "core.hooksPath"];
  const named = await line(inRepo(kit, site.gitDir, asked, { codes: noSuchThing }));
  if (!named.ok) return named;
  // Our own setting is the one of the scope `command`.
  const own = (named.value ?? "").split("\n").some((row) => row !== "" && !/^command\s/.test(row));
  return ok(own ? [] : [`core.hooksPath=${join(site.commonDir, "hooks")}`]);
}

function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, "\\$&")}"`;
}

/** What a hook said when it refused; or git, when it could not even ask. */
function refusal(code: number, stderr: string): Fault {
  if (code === 128) return explain({ command: "commit", code, stderr });
  const output = stderr.trim().slice(-maxOutput);
  return fault(
    "hook_failed",
    "A commit hook of the repository refused the commit.",
    "Fix what it says, or commit without hooks. What the hook changed in the files is still there.",
    { output },
  );
}

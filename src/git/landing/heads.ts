import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Fault, fault } from "../../contract/fault.ts";
import { ok, type Result } from "../../contract/result.ts";
import { inRepo, type Kit, line, noSuchThing } from "../kit.ts";

/**
 * The folder that has a branch checked out, or is in the middle of rebasing or bisecting it; null
 * when there is none. A branch somebody stands on is never moved from under them. Read from the git
 * directories themselves (gitrepository-layout(5)): no process, and nothing can be left out.
 */
export async function checkedOutAt(
  kit: Kit,
  commonDir: string,
  branch: string,
): Promise<Result<string | null>> {
  const bare = await line(
    inRepo(kit, commonDir, ["config", "--type=bool", "--get", "core.bare"], {
      codes: noSuchThing,
    }),
  );
  if (!bare.ok) return bare;
  if (bare.value !== "true" && (await isOn(commonDir, branch))) return ok(dirname(commonDir));
  const names = await readdir(join(commonDir, "worktrees")).catch(() => []);
  for (const name of names) {
    const admin = join(commonDir, "worktrees", name);
    if (!(await isOn(admin, branch))) continue;
    const dotGit = await readFile(join(admin, "gitdir"), "utf8").catch(() => "");
    return ok(dirname(dotGit.trimEnd()));
  }
  return ok(null);
}

async function isOn(gitDir: string, branch: string): Promise<boolean> {
  const read = (name: string) => readFile(join(gitDir, name), "utf8").catch(() => "");
  const ref = `refs/heads/${branch}`;
  if ((await read("HEAD")).trimEnd() === `ref: ${ref}`) return true;
  for (const name of ["rebase-merge/head-name", "rebase-apply/head-name"]) {
    if ((await read(name)).trimEnd() === ref) return true;
  }
  const updating = (await read("rebase-merge/update-refs")).split("\n");
  return updating.includes(ref) || (await read("BISECT_START")).trimEnd() === branch;
}

/** The fault for a base branch that somebody stands on, with what they can run themselves. */
export function baseCheckedOut(branch: string, at: string, command: string): Fault {
  return fault(
    "base_checked_out",
    `${branch} is checked out in ${at}, so it is not moved from under you.`,
    `Run it there yourself; Agetor notices: ${command}`,
    { branch, path: at, command },
  );
}

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { fields, inRepo, type Kit, noSuchThing, rawPath } from "../kit.ts";
import type { Site } from "./site.ts";
import { nameOf, standing, treeChanges } from "./tree-changes.ts";

/** How a git-lfs pointer begins: such a file is stored as it is. */
const pointer = "version https://git-lfs";

/**
 * Agetor runs no content filter, so a large file that git-lfs should have put elsewhere would be
 * committed as it is, for good. Such a commit is refused before it does harm.
 */
export async function refuseLarge(kit: Kit, site: Site, tree: string): Promise<Result<null>> {
  const asked = ["config", "-z", "--name-only", "--get-regexp", "^filter\\.lfs\\.(clean|process)$"];
  const configured = await inRepo(kit, site.gitDir, asked, { codes: noSuchThing });
  if (!configured.ok) return configured;
  if (configured.value.code !== 0) return ok(null);
  const changes = await treeChanges(kit, site.commonDir, site.head, tree);
  if (!changes.ok) return changes;
  const paths = changes.value.flatMap(({ path, to }) => (to?.mode.startsWith("100") ? [path] : []));
  const attributes = await kit.runner.run({
    args: ["check-attr", "-z", "--stdin", "filter"],
    cwd: site.worktree,
    env: { GIT_DIR: site.gitDir, GIT_WORK_TREE: site.worktree },
    input: Buffer.from(paths.map((path) => `${path}\0`).join(""), "latin1"),
  });
  if (!attributes.ok) return attributes;
  const answers = fields(attributes.value.stdout, "latin1");
  for (let at = 0; at + 2 < answers.length; at += 3) {
    const [path = "", , name = ""] = answers.slice(at, at + 3);
    if (name !== "lfs" || (await isPointer(site, path))) continue;
    return err(
      fault(
        "repo_filter",
        `${nameOf(path)} belongs into git-lfs, and Agetor runs no filter of a repository.`,
        "Let the agent commit it, or commit it with your own git.",
        { filter: name, files: [nameOf(path)] },
      ),
    );
  }
  return ok(null);
}

async function isPointer(site: Site, path: string): Promise<boolean> {
  if ((await standing(site.worktree, path)) !== "file") return false;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(rawPath(site.worktree, path), flags).catch(() => null);
  if (file === null) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(pointer.length), 0, pointer.length);
    return buffer.subarray(0, bytesRead).toString("latin1") === pointer;
  } finally {
    await file.close();
  }
}

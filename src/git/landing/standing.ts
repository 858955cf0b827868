import { ok, type Result } from "../../contract/result.ts";
import type { ChangedPath } from "../../domain/suggestions.ts";
import { fields, inRepo, type Kit } from "../kit.ts";
import { commitOf } from "../refs.ts";
import { readCommit, subjectOf } from "./commit-object.ts";
import { dirtyPaths, parseNameStatus } from "./dirty.ts";
import { checkedOutAt } from "./heads.ts";
import { commitsBetween } from "./merge.ts";
import { canMerge, mergeCommits, withMerging } from "./merge-trees.ts";
import { refuseUnfinished, type Site } from "./site.ts";
import { nameOf, treeIds } from "./tree-changes.ts";
import type { Standing, Suggesting } from "./types.ts";

/** See `Landing.standing`. Nothing is written but objects. */
export async function standing(
  kit: Kit,
  site: Site,
  base: string | null,
): Promise<Result<Standing>> {
  const dirty = await dirtyPaths(kit, site);
  if (!dirty.ok) return dirty;
  const sha = base === null ? ok(null) : await commitOf(kit, site.commonDir, `refs/heads/${base}`);
  if (!sha.ok) return sha;
  const quiet = await refuseUnfinished(site);
  const mergeable = await canMerge(kit);
  const about = {
    branch: site.branch,
    headSha: site.head,
    dirty: dirty.value.map(({ path }) => nameOf(path)),
    unfinished: quiet.ok ? null : String(quiet.fault.details?.["unfinished"] ?? "merge"),
    canMerge: mergeable,
  };
  if (base === null || sha.value === null) {
    const alone = { base: null, ahead: 0, behind: 0, landed: false, conflicts: [] };
    return ok({ ...about, ...alone, baseCheckedOutAt: null });
  }
  const counts = await aheadBehind(kit, site, sha.value);
  if (!counts.ok) return counts;
  const at = await checkedOutAt(kit, site.commonDir, base);
  if (!at.ok) return at;
  const { ahead, behind } = counts.value;
  const met =
    mergeable && ahead > 0 && behind > 0
      ? await meeting(kit, site, sha.value)
      : ok({ conflicts: [], contained: ahead === 0 });
  if (!met.ok) return met;
  const began = site.head !== site.baseSha;
  return ok({
    ...about,
    base: { branch: base, sha: sha.value },
    ahead,
    behind,
    landed: began && met.value.contained && dirty.value.length === 0,
    conflicts: met.value.conflicts,
    baseCheckedOutAt: at.value,
  });
}

async function aheadBehind(
  kit: Kit,
  site: Site,
  base: string,
): Promise<Result<{ ahead: number; behind: number }>> {
  const args = ["rev-list", "--left-right", "--count", `${site.head}...${base}`];
  const output = await inRepo(kit, site.commonDir, args);
  if (!output.ok) return output;
  const [ahead, behind] = output.value.stdout.toString("utf8").trim().split(/\s+/).map(Number);
  return ok({ ahead: ahead ?? 0, behind: behind ?? 0 });
}

/** Where branch and base conflict, and whether the base holds the branch's content already. */
async function meeting(
  kit: Kit,
  site: Site,
  base: string,
): Promise<Result<{ conflicts: string[]; contained: boolean }>> {
  const tree = await treeIds(kit, site, [`${base}^{tree}`]);
  if (!tree.ok) return tree;
  const merged = await withMerging(kit, site, (env) => mergeCommits(kit, env, base, site.head));
  if (!merged.ok && merged.fault.code === "merge_conflict") {
    return ok({ conflicts: [], contained: false });
  }
  if (!merged.ok) return merged;
  const conflicts = merged.value.files.map(nameOf);
  const contained = conflicts.length === 0 && merged.value.tree === tree.value[0];
  return ok({ conflicts, contained });
}

/** See `Landing.suggesting`. */
export async function suggesting(kit: Kit, site: Site): Promise<Result<Suggesting>> {
  const dirty = await dirtyPaths(kit, site);
  if (!dirty.ok) return dirty;
  const base = site.baseSha ?? site.head;
  const commits = await commitsBetween(kit, site, base, site.head);
  if (!commits.ok) return commits;
  const subjects: string[] = [];
  for (const sha of commits.value.slice(-50)) {
    const commit = await readCommit(kit, site.commonDir, sha);
    if (!commit.ok) return commit;
    if (commit.value.parents.length < 2) subjects.push(subjectOf(commit.value));
  }
  const args = ["diff-tree", "-r", "-z", "--name-status", "--find-renames", "-l1000"];
  const diff = await inRepo(kit, site.commonDir, [...args, "--no-ext-diff", base, site.head]);
  if (!diff.ok) return diff;
  const committed = parseNameStatus(fields(diff.value.stdout, "latin1"));
  const plain = (paths: readonly { path: string; status: ChangedPath["status"] }[]) =>
    paths.map(({ path, status }) => ({ path: nameOf(path), status }));
  return ok({ subjects, committed: plain(committed), uncommitted: plain(dirty.value) });
}

import type { Checkpoint } from "../../contract/changes.ts";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { mergeCommand } from "../../domain/commands.ts";
import { cleanMessage } from "../../domain/commit-message.ts";
import { inRepo, type Kit } from "../kit.ts";
import { commitOf } from "../refs.ts";
import type { ShadowEnv } from "../shadow.ts";
import { findCheckpoint, shown, writeCheckpoint } from "./checkpoint.ts";
import { identityOf, readCommit, writeCommits } from "./commit-object.ts";
import { dirtyPaths } from "./dirty.ts";
import { baseCheckedOut, checkedOutAt } from "./heads.ts";
import { canMerge, mergeCommits, tooOld, withMerging } from "./merge-trees.ts";
import { carryOut, doneBefore } from "./move.ts";
import { refuseUnfinished, type Site } from "./site.ts";
import { nameOf, treeIds } from "./tree-changes.ts";
import type { Doing, MergeWish } from "./types.ts";

export interface Landed {
  readonly sha: string;
  readonly checkpoint: Checkpoint;
}

/** See `Landing.merge`. Only the base branch moves; nobody may stand on it. */
export async function merge(
  kit: Kit,
  site: Site,
  doing: Doing,
  wish: MergeWish,
): Promise<Result<Landed>> {
  const before = await doneBefore(site, doing.command);
  if (before !== null) {
    const found = await findCheckpoint(kit, site.commonDir, site.taskId, before.id);
    if (!found.ok) return found;
    return ok({ sha: before.answer["sha"] ?? "", checkpoint: shown(found.value) });
  }
  const ready = await refuseUnready(kit, site, wish);
  if (!ready.ok) return ready;
  const base = ready.value;
  const sha = await landedCommit(kit, site, base, wish);
  if (!sha.ok) return sha;
  const tree = await treeIds(kit, site, [`${site.head}^{tree}`]);
  if (!tree.ok) return tree;
  const checkpoint = await writeCheckpoint(kit, site, doing, {
    reason: "merge",
    tree: tree.value[0] ?? "",
    dirtyFiles: 0,
    base: { branch: wish.base, sha: base, to: sha.value },
  });
  if (!checkpoint.ok) return checkpoint;
  const moved = await carryOut(kit, site, {
    id: doing.id,
    command: doing.command,
    files: null,
    index: { kind: "keep" },
    head: null,
    refs: [{ name: `refs/heads/${wish.base}`, from: base, to: sha.value }],
    base: null,
    answer: { what: "merge", sha: sha.value },
  });
  return moved.ok ? ok({ sha: sha.value, checkpoint: checkpoint.value }) : moved;
}

/** Everything that forbids the merge, before anything is computed; answers where the base is. */
async function refuseUnready(kit: Kit, site: Site, wish: MergeWish): Promise<Result<string>> {
  if (!(await canMerge(kit))) return err(tooOld());
  const quiet = await refuseUnfinished(site);
  if (!quiet.ok) return quiet;
  const base = await commitOf(kit, site.commonDir, `refs/heads/${wish.base}`);
  if (!base.ok) return base;
  if (base.value === null) return err(noSuchBase(wish.base));
  const dirty = await dirtyPaths(kit, site);
  if (!dirty.ok) return dirty;
  if (dirty.value.length > 0) return err(uncommitted(dirty.value.map(({ path }) => nameOf(path))));
  const at = await checkedOutAt(kit, site.commonDir, wish.base);
  if (!at.ok) return at;
  if (at.value !== null) {
    const command = mergeCommand(at.value, site.branch ?? site.head, wish.how);
    return err(baseCheckedOut(wish.base, at.value, command));
  }
  return ok(base.value);
}

/** The commit the base branch gets. */
async function landedCommit(
  kit: Kit,
  site: Site,
  base: string,
  wish: MergeWish,
): Promise<Result<string>> {
  const ahead = await commitsBetween(kit, site, base, site.head);
  if (!ahead.ok) return ahead;
  if (ahead.value.length === 0) return err(nothingToLand(wish.base));
  if (wish.how === "fast-forward") {
    const behind = await commitsBetween(kit, site, site.head, base);
    if (!behind.ok) return behind;
    return behind.value.length === 0 ? ok(site.head) : err(notForward(wish.base));
  }
  const who = await identityOf(kit, site.gitDir);
  if (!who.ok) return who;
  return withMerging(kit, site, async (env, scratch) => {
    const merged = await mergeCommits(kit, env, base, site.head);
    if (!merged.ok) return merged;
    const files = merged.value.files.map(nameOf);
    if (files.length > 0) return err(conflicts(wish.base, files));
    const { tree } = merged.value;
    if (wish.how === "merge") {
      const message = Buffer.from(cleanMessage(wish.message)).toString("latin1");
      const parents = [base, site.head];
      return one(kit, env, scratch, { tree, parents, message, author: who.value, who: who.value });
    }
    const squashed = await squash(kit, site, ahead.value, { who: who.value, wish });
    if (!squashed.ok) return squashed;
    return one(kit, env, scratch, { tree, parents: [base], who: who.value, ...squashed.value });
  });
}

async function one(
  kit: Kit,
  env: ShadowEnv,
  scratch: string,
  commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly author: string;
    readonly who: string;
  },
): Promise<Result<string>> {
  const { who, ...rest } = commit;
  const text = { ...rest, committer: who, encoding: null };
  const written = await writeCommits(kit, env, scratch, [text]);
  return written.ok ? ok(written.value[0] ?? "") : written;
}

/**
 * Who a squashed commit is by: its one author, or the person with the others named beside; and all
 * who were named as co-authors before.
 */
async function squash(
  kit: Kit,
  site: Site,
  commits: readonly string[],
  { who, wish }: { readonly who: string; readonly wish: MergeWish },
): Promise<Result<{ author: string; message: string }>> {
  const authors = new Map<string, string>();
  const helpers = new Set<string>();
  for (const sha of commits.slice(0, 1_000)) {
    const commit = await readCommit(kit, site.commonDir, sha);
    if (!commit.ok) return commit;
    if (commit.value.parents.length < 2) {
      authors.set(nameAndMail(commit.value.author), commit.value.author);
    }
    for (const [, name = ""] of commit.value.message.matchAll(/^Co-authored-by: (.+)$/gim)) {
      helpers.add(name.trim());
    }
  }
  const [only] = authors.values();
  const author = authors.size === 1 && only !== undefined ? only : who;
  for (const name of authors.keys()) helpers.add(name);
  helpers.delete(nameAndMail(author));
  const message = Buffer.from(cleanMessage(wish.message)).toString("latin1");
  const missing = [...helpers].filter((name) => !message.includes(`Co-authored-by: ${name}`));
  const trailers = missing.map((name) => `Co-authored-by: ${name}\n`).join("");
  const gap = trailers === "" || /\n[\w-]+: [^\n]*\n$/.test(message) ? "" : "\n";
  return ok({ author, message: `${message}${gap}${trailers}` });
}

function nameAndMail(ident: string): string {
  return ident.replace(/ \d+ [+-]\d{4}$/, "");
}

/** Commits that `to` has and `from` lacks, oldest first. */
export async function commitsBetween(
  kit: Kit,
  site: Site,
  from: string,
  to: string,
): Promise<Result<string[]>> {
  const args = ["rev-list", "--reverse", "--topo-order", to, "--not", from];
  const output = await inRepo(kit, site.commonDir, args);
  if (!output.ok) return output;
  return ok(output.value.stdout.toString("utf8").split("\n").filter(Boolean));
}

export function noSuchBase(base: string): Fault {
  return fault(
    "bad_ref",
    `There is no branch ${base} to land on.`,
    "Push the branch and open a pull request instead.",
    { base },
  );
}

export function uncommitted(files: readonly string[]): Fault {
  return fault(
    "not_clean",
    `${files.length} ${files.length === 1 ? "file is" : "files are"} not committed.`,
    "Commit or revert them first.",
    { files },
  );
}

function nothingToLand(base: string): Fault {
  return fault("conflict", `${base} already has all of it.`, "There is nothing to land.");
}

function notForward(base: string): Fault {
  return fault(
    "conflict",
    `${base} has moved on, so it cannot be fast-forwarded.`,
    "Rebase first, or make a merge commit.",
  );
}

function conflicts(base: string, files: readonly string[]): Fault {
  return fault(
    "merge_conflict",
    `The work conflicts with ${base} in ${files.length} ${files.length === 1 ? "file" : "files"}.`,
    "Rebase, or have the agent resolve it. Nothing was touched.",
    { files },
  );
}

import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { cleanMessage } from "../../domain/commit-message.ts";
import { bind, captureTree, stage, treeOf, type WorktreeGit } from "../capture.ts";
import { fields, type Kit } from "../kit.ts";
import { withShadow } from "../shadow.ts";
import { countDirty } from "../trash.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { commitWithHooks } from "./commit-hooks.ts";
import { identityOf, subjectOf, writeCommits } from "./commit-object.ts";
import { type DirtyPath, listDirty } from "./dirty.ts";
import { refuseLarge } from "./filtered.ts";
import type { IndexAim } from "./index-file.ts";
import { carryOut, doneBefore, type Move } from "./move.ts";
import { refuseUnfinished, type Site } from "./site.ts";
import { indexRow, nameOf, treeChanges, treeEntries, treeIds } from "./tree-changes.ts";
import type { Committed, CommitWish, Doing, HookMinder, Staged } from "./types.ts";

/** See `Landing.commit`; for a commit without hooks. */
export async function commit(
  kit: Kit,
  site: Site,
  doing: Doing,
  wish: CommitWish,
): Promise<Result<Committed>> {
  const begun = await beginCommit(kit, site, doing, wish);
  if (!begun.ok) return begun;
  if (begun.value.kind === "made") return ok(begun.value.commit);
  const made = await makeCommit(kit, begun.value, wish);
  return made.ok ? finishCommit(kit, site, doing, begun.value, made.value) : made;
}

/** What is about to be committed, with its checkpoint written; or what an earlier try has made. */
export type Begun =
  | { readonly kind: "made"; readonly commit: Committed }
  | {
      readonly kind: "staged";
      readonly site: Site;
      readonly staged: Staged;
      readonly who: string;
    };

type Ready = Extract<Begun, { kind: "staged" }>;

/** The first part of `Landing.commit`: stages, and writes the checkpoint. */
export async function beginCommit(
  kit: Kit,
  site: Site,
  doing: Doing,
  wish: CommitWish,
): Promise<Result<Begun>> {
  const before = await doneBefore(site, doing.command);
  if (before !== null) {
    const { sha = "", subject = "" } = before.answer;
    return ok({ kind: "made", commit: { sha, subject } });
  }
  if (cleanMessage(wish.message) === "") return err(noMessage());
  const quiet = await refuseUnfinished(site);
  if (!quiet.ok) return quiet;
  const who = await identityOf(kit, site.gitDir);
  if (!who.ok) return who;
  const staged = await stageFor(kit, site, wish.paths);
  if (!staged.ok) return staged;
  const head = await treeIds(kit, site, [`${site.head}^{tree}`]);
  if (!head.ok) return head;
  const stored = await refuseLarge(kit, site, staged.value.tree);
  if (!stored.ok) return stored;
  if (staged.value.tree === head.value[0]) return err(nothingToCommit());
  const kept = await keepBefore(kit, site, doing);
  return kept.ok ? ok({ kind: "staged", site, staged: staged.value, who: who.value }) : kept;
}

/** The second part: makes the commit, without moving anything. */
export function makeCommit(
  kit: Kit,
  { site, staged, who }: Ready,
  wish: CommitWish,
  minder?: HookMinder,
): Promise<Result<Committed>> {
  const { message, hooks } = wish;
  return hooks
    ? commitWithHooks(kit, site, { message, staged, minder })
    : writeOne(kit, site, { message, tree: staged.tree, who });
}

/** The last part: makes it the worktree's head, if that is still what it was made on. */
export async function finishCommit(
  kit: Kit,
  site: Site,
  doing: Doing,
  { site: before, staged }: Ready,
  made: Committed,
): Promise<Result<Committed>> {
  if (site.head !== before.head || site.branch !== before.branch) return err(movedMeanwhile());
  const index = await indexAfter(kit, site, made.sha, staged.paths);
  if (!index.ok) return index;
  const moved = await carryOut(kit, site, commitMove(site, doing, made, index.value));
  return moved.ok ? ok(made) : moved;
}

async function writeOne(
  kit: Kit,
  site: Site,
  { message, tree, who }: { message: string; tree: string; who: string },
): Promise<Result<Committed>> {
  const text = {
    tree,
    parents: [site.head],
    author: who,
    committer: who,
    encoding: null,
    message: Buffer.from(cleanMessage(message)).toString("latin1"),
  };
  const shadow = { repo: site, worktree: site.worktree, index: "empty" } as const;
  const written = await withShadow(kit, shadow, (env, scratch) =>
    writeCommits(kit, env, scratch, [text]),
  );
  return written.ok ? ok({ sha: written.value[0] ?? "", subject: subjectOf(text) }) : written;
}

/** The move that makes a commit the worktree's head. */
export function commitMove(site: Site, doing: Doing, made: Committed, index: IndexAim): Move {
  return {
    id: doing.id,
    command: doing.command,
    files: null,
    index,
    head: null,
    refs: [{ name: headRef(site), from: site.head, to: made.sha }],
    base: null,
    answer: { what: "commit", ...made },
  };
}

/** The ref a new head is written to. */
export function headRef(site: Site): string {
  return site.branch === null ? "HEAD" : `refs/heads/${site.branch}`;
}

/** Writes the checkpoint of a worktree as it is. */
async function keepBefore(kit: Kit, site: Site, doing: Doing): Promise<Result<unknown>> {
  const tree = await captureTree(kit, {
    repo: site,
    worktree: site.worktree,
    hasIndex: true,
    head: site.head,
    base: site.baseSha,
  });
  if (!tree.ok) return tree;
  const dirty = await countDirty(kit, site.commonDir, site.head, tree.value);
  if (!dirty.ok) return dirty;
  const now = { reason: "commit", tree: tree.value, dirtyFiles: dirty.value } as const;
  return writeCheckpoint(kit, site, doing, now);
}

/** The tree with all, or only some, of what is not committed. */
function stageFor(kit: Kit, site: Site, wanted: readonly string[] | null): Promise<Result<Staged>> {
  const shadow = { repo: site, worktree: site.worktree, index: "copy" } as const;
  return withShadow(kit, shadow, async (env) => {
    const git = bind(kit, site.worktree, env);
    const unmerged = await git(["ls-files", "-z", "-u"]);
    if (!unmerged.ok) return unmerged;
    const open = fields(unmerged.value.stdout, "latin1").map((row) => row.split("\t")[1] ?? "");
    if (open.length > 0) return err(unresolved([...new Set(open)].map(nameOf)));
    if (wanted === null) return stageAll(git, site);
    const dirty = await listDirty(git, site.head);
    if (!dirty.ok) return dirty;
    const paths = choose(dirty.value, wanted);
    if (!paths.ok) return paths;
    const read = await git(["read-tree", "--reset", site.head]);
    if (!read.ok) return read;
    const staged = await stage(git, site.worktree, paths.value);
    if (!staged.ok) return staged;
    const tree = await treeOf(git);
    return tree.ok ? ok({ tree: tree.value, paths: paths.value }) : tree;
  });
}

/** As `git add -A`, but a repository inside that nobody tracks stays out. */
async function stageAll(git: WorktreeGit, site: Site): Promise<Result<Staged>> {
  const listed = await git(["ls-files", "-z", "-m", "-d", "-o", "--exclude-standard"]);
  if (!listed.ok) return listed;
  const paths = [...new Set(fields(listed.value.stdout, "latin1"))];
  const files = paths.filter((path) => !path.endsWith("/"));
  const staged = await stage(git, site.worktree, files);
  if (!staged.ok) return staged;
  const tree = await treeOf(git);
  return tree.ok ? ok({ tree: tree.value, paths: null }) : tree;
}

/** The chosen files among those that are not committed; a rename comes with both its names. */
function choose(dirty: readonly DirtyPath[], wanted: readonly string[]): Result<string[]> {
  const paths = new Set<string>();
  for (const name of wanted) {
    const path = Buffer.from(name).toString("latin1");
    const found = dirty.filter((entry) => entry.path === path || entry.from === path);
    if (found.length === 0 || path.endsWith("/")) return err(notDirty(name));
    for (const entry of found) {
      paths.add(entry.path);
      if (entry.from !== null) paths.add(entry.from);
    }
  }
  return ok([...paths]);
}

/** The worktree's index once the commit is its head. */
export async function indexAfter(
  kit: Kit,
  site: Site,
  sha: string,
  paths: readonly string[] | null,
): Promise<Result<IndexAim>> {
  if (paths === null) return ok({ kind: "head", sha });
  const entries = await treeEntries(kit, site.commonDir, sha);
  if (!entries.ok) return entries;
  const came = await treeChanges(kit, site.commonDir, site.head, sha);
  if (!came.ok) return came;
  // Also what hooks have put into the commit.
  const all = new Set([...paths, ...came.value.map(({ path }) => path)]);
  const rows = [...all].map((path) => indexRow(path, entries.value.get(path) ?? null, sha.length));
  const gone = rows.filter((row) => row.startsWith("0 "));
  const there = rows.filter((row) => !row.startsWith("0 "));
  return ok({ kind: "entries", info: [...gone, ...there].join("") });
}

function noMessage(): Fault {
  return fault("invalid_request", "The message is empty.", "Say in a line what was changed.");
}

function movedMeanwhile(): Fault {
  return fault(
    "conflict",
    "The branch was moved or switched while the commit was made, so it was not.",
    "Nothing was touched. Look at it, then try again.",
  );
}

function nothingToCommit(): Fault {
  return fault(
    "conflict",
    "There is nothing to commit.",
    "The files are as the last commit has them.",
  );
}

function notDirty(path: string): Fault {
  return fault(
    "invalid_request",
    `${path} has nothing to commit.`,
    "Choose among the files that are not committed.",
    { path },
  );
}

function unresolved(files: readonly string[]): Fault {
  return fault(
    "not_clean",
    `These files still have conflicts: ${files.slice(0, 5).join(", ")}`,
    "Have the agent resolve them first.",
    { files },
  );
}

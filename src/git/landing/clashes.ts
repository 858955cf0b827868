import { ok, type Result } from "../../contract/result.ts";
import { captureTree } from "../capture.ts";
import { fields, type Kit } from "../kit.ts";
import { openCommonDir } from "../layout.ts";
import { commitOf } from "../refs.ts";
import type { ShadowEnv } from "../shadow.ts";
import { type CommitText, idOf, scratchCommit, writeCommits } from "./commit-object.ts";
import { canMerge, mergeCommits, withMerging } from "./merge-trees.ts";
import { openSite } from "./site.ts";
import { nameOf, treeChanges } from "./tree-changes.ts";
import type { Clash, Contender } from "./types.ts";

/** What a task's worktree holds, as a commit that no ref names; and what it changed. */
interface Snapshot {
  readonly taskId: string;
  readonly commit: CommitText;
  readonly pinned: string;
  readonly paths: ReadonlySet<string>;
  /** The folders those are in: a file here conflicts with a folder there. */
  readonly folders: ReadonlySet<string>;
}

interface Pair {
  readonly one: string;
  readonly other: string | null;
  /** The two commits. */
  readonly ours: string;
  readonly theirs: string;
}

/** Results of earlier looks. Commits never change, so neither does what their merge comes to. */
interface Memory {
  readonly snapshots: Map<string, Snapshot>;
  readonly merges: Map<string, readonly string[]>;
}

const memories = new WeakMap<Kit, Memory>();
const mostMerges = 5_000;

/** See `Landing.clashes`. Only pairs that changed a common path are merged, and each only once. */
export async function clashes(
  kit: Kit,
  commonDir: string,
  contenders: readonly Contender[],
  signal: AbortSignal,
): Promise<Result<readonly Clash[]>> {
  const repo = await openCommonDir(commonDir);
  if (!repo.ok) return repo;
  if (!(await canMerge(kit))) return ok([]);
  const memory = memories.get(kit) ?? { snapshots: new Map(), merges: new Map() };
  memories.set(kit, memory);
  const place = { gitDir: repo.value, commonDir: repo.value };
  return withMerging(kit, place, async (env, scratch) => {
    const heads = await headsOf(kit, repo.value, contenders);
    if (!heads.ok) return heads;
    // One that has nobody to clash with need not be looked at.
    const alone = contenders.length === 1;
    const asked = contenders.filter(({ base, site }) => {
      const head = heads.value.get(base ?? "") ?? null;
      return !alone || (head !== null && head !== site.baseSha);
    });
    const looks = await Promise.all(asked.map((contender) => look(kit, contender, memory, signal)));
    const seen = looks.filter((snapshot) => snapshot !== null);
    const against = await basePairs(kit, repo.value, seen, asked, heads.value);
    if (!against.ok) return against;
    const pairs = [...taskPairs(seen), ...against.value];
    const missing = pairs.filter((pair) => !memory.merges.has(keyOf(pair)));
    const texts = missing.length === 0 ? [] : seen.map(({ commit }) => commit);
    const written = await writeCommits(kit, env, scratch, texts);
    const merged = written.ok ? await mergeAll(kit, env, missing, memory, signal) : written;
    // Somebody may have tidied up what no ref names: then all is read again the next time.
    if (!merged.ok) memory.snapshots.clear();
    if (!merged.ok) return merged;
    return ok(
      pairs.flatMap((pair) => {
        const files = memory.merges.get(keyOf(pair)) ?? [];
        return files.length === 0 ? [] : [{ one: pair.one, other: pair.other, files }];
      }),
    );
  });
}

function keyOf({ ours, theirs }: Pair): string {
  return `${ours} ${theirs}`;
}

/** Looks at one worktree, or remembers; null when it cannot be looked at now. */
async function look(
  kit: Kit,
  { fresh, site: request }: Contender,
  memory: Memory,
  signal: AbortSignal,
): Promise<Snapshot | null> {
  const { taskId } = request;
  const known = memory.snapshots.get(taskId);
  if (known !== undefined && !fresh && known.pinned === request.baseSha) return known;
  memory.snapshots.delete(taskId);
  if (signal.aborted || request.baseSha === null) return null;
  const found = await kit.locks.run(`task:${taskId}`, async () => {
    const site = await openSite(kit, request);
    if (!site.ok) return site;
    const tree = await captureTree(kit, {
      repo: site.value,
      worktree: site.value.worktree,
      hasIndex: true,
      head: site.value.head,
      base: site.value.baseSha,
    });
    return tree.ok ? ok({ site: site.value, tree: tree.value }) : tree;
  });
  if (!found.ok) return null;
  const { site, tree } = found.value;
  const changes = await treeChanges(kit, site.commonDir, request.baseSha, tree);
  if (!changes.ok) return null;
  const paths = new Set(changes.value.map(({ path }) => path));
  const snapshot = {
    taskId,
    commit: scratchCommit(tree, [site.head]),
    pinned: request.baseSha,
    paths,
    folders: foldersOf(paths),
  };
  memory.snapshots.set(taskId, snapshot);
  return snapshot;
}

function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
      folders.add(path.slice(0, at));
    }
  }
  return folders;
}

type Touched = Pick<Snapshot, "paths" | "folders">;

function overlap(one: Touched, other: Touched): boolean {
  const touches = (a: Touched, b: Touched) =>
    [...a.paths].some((path) => b.paths.has(path) || b.folders.has(path));
  return one.paths.size < other.paths.size
    ? touches(one, other) || [...one.folders].some((folder) => other.paths.has(folder))
    : touches(other, one) || [...other.folders].some((folder) => one.paths.has(folder));
}

function taskPairs(seen: readonly Snapshot[]): Pair[] {
  return seen.flatMap((one, index) =>
    seen.slice(index + 1).flatMap((other) => {
      if (!overlap(one, other)) return [];
      return [
        {
          one: one.taskId,
          other: other.taskId,
          ours: idOf(one.commit),
          theirs: idOf(other.commit),
        },
      ];
    }),
  );
}

/** Where each base branch is now. */
async function headsOf(
  kit: Kit,
  commonDir: string,
  contenders: readonly Contender[],
): Promise<Result<ReadonlyMap<string, string | null>>> {
  const heads = new Map<string, string | null>();
  for (const { base } of contenders) {
    if (base === null || heads.has(base)) continue;
    const sha = await commitOf(kit, commonDir, `refs/heads/${base}`);
    if (!sha.ok) return sha;
    heads.set(base, sha.value);
  }
  return ok(heads);
}

/** Each task with its base branch, where that has moved and touched the same paths. */
async function basePairs(
  kit: Kit,
  commonDir: string,
  seen: readonly Snapshot[],
  contenders: readonly Contender[],
  heads: ReadonlyMap<string, string | null>,
): Promise<Result<Pair[]>> {
  const bases = new Map(contenders.map(({ site, base }) => [site.taskId, base]));
  const moved = new Map<string, Touched>();
  const pairs: Pair[] = [];
  for (const task of seen) {
    const base = bases.get(task.taskId) ?? null;
    if (base === null) continue;
    const theirs = heads.get(base) ?? null;
    if (theirs === null || theirs === task.pinned) continue;
    const way = `${task.pinned} ${theirs}`;
    if (!moved.has(way)) {
      const changes = await treeChanges(kit, commonDir, task.pinned, theirs);
      if (!changes.ok) return changes;
      const paths = new Set(changes.value.map(({ path }) => path));
      moved.set(way, { paths, folders: foldersOf(paths) });
    }
    const touched = moved.get(way);
    if (touched === undefined || !overlap(task, touched)) continue;
    pairs.push({ one: task.taskId, other: null, ours: theirs, theirs: idOf(task.commit) });
  }
  return ok(pairs);
}

/** All merges by one process where git takes them that way (2.39), else one by one. */
async function mergeAll(
  kit: Kit,
  env: ShadowEnv,
  pairs: readonly Pair[],
  memory: Memory,
  signal: AbortSignal,
): Promise<Result<null>> {
  if (pairs.length === 0) return ok(null);
  if (memory.merges.size > mostMerges) memory.merges.clear();
  const output = await kit.runner.run({
    args: ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", "--stdin"],
    cwd: env["GIT_DIR"] ?? "/",
    env,
    input: pairs.map(({ ours, theirs }) => `${ours} ${theirs}\n`).join(""),
    codes: [0, 128, 129],
    timeoutMs: 120_000,
    heavy: true,
    signal,
  });
  if (!output.ok) return output;
  if (output.value.code === 0) {
    const results = parseMerges(fields(output.value.stdout, "latin1"));
    pairs.forEach((pair, index) => {
      memory.merges.set(keyOf(pair), (results[index] ?? []).map(nameOf));
    });
    return ok(null);
  }
  for (const pair of pairs) {
    const merged = await mergeCommits(kit, env, pair.ours, pair.theirs, signal);
    if (!merged.ok && merged.fault.code !== "merge_conflict") return merged;
    memory.merges.set(keyOf(pair), merged.ok ? merged.value.files.map(nameOf) : []);
  }
  return ok(null);
}

/** `status NUL tree NUL [file NUL …] NUL` per merge, where status 1 is clean. */
export function parseMerges(parts: readonly string[]): string[][] {
  const results: string[][] = [];
  for (let at = 0; at + 1 < parts.length; ) {
    const clean = parts[at] === "1";
    const end = parts.indexOf("", at + 2);
    const files = parts.slice(at + 2, end === -1 ? undefined : end);
    results.push(clean ? [] : files);
    at = end === -1 ? parts.length : end + 1;
  }
  return results;
}

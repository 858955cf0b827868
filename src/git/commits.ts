import type { TaskCommit } from "../contract/changes.ts";
import { ok, type Result } from "../contract/result.ts";
import { inRepo, type Kit } from "./kit.ts";
import { openCommonDir } from "./layout.ts";
import { commitOf, isSha } from "./refs.ts";
import { siteOf } from "./site.ts";
import { openSpan, type View } from "./span.ts";
import type { CommitHead, CommitsRequest } from "./types.ts";

/** More commits than this of one task are not listed. */
const mostCommits = 500;
/** Characters of a message that are sent. */
const mostBody = 20_000;
const outputBytes = 32 * 1024 * 1024;

/** See `Git.head`. */
export async function head(kit: Kit, folder: string): Promise<Result<CommitHead | null>> {
  const site = await siteOf(kit, folder);
  return site.ok ? glance(kit, site.value.gitDir, "HEAD") : site;
}

/** See `Git.commit`: an ancestor of what is checked out that the base did not have. */
export async function commit(
  kit: Kit,
  request: CommitsRequest,
  sha: string,
): Promise<Result<CommitHead | null>> {
  const tip = await tipOf(kit, request);
  if (!tip.ok) return tip;
  if (tip.value === null || !isSha(sha) || !isSha(request.baseSha)) return ok(null);
  const { commonDir } = tip.value;
  const known = await commitOf(kit, commonDir, sha);
  if (!known.ok) return known;
  if (known.value !== sha) return ok(null);
  const [isOurs, isOlder] = await Promise.all([
    isAncestor(kit, commonDir, sha, tip.value.sha),
    isAncestor(kit, commonDir, sha, request.baseSha),
  ]);
  if (!isOurs.ok) return isOurs;
  if (!isOlder.ok) return isOlder;
  return isOurs.value && !isOlder.value ? glance(kit, commonDir, sha) : ok(null);
}

/** See `Git.commits`. */
export async function commits(
  kit: Kit,
  request: CommitsRequest,
  signal: AbortSignal,
): Promise<Result<readonly TaskCommit[]>> {
  const tip = await tipOf(kit, request);
  if (!tip.ok) return tip;
  if (tip.value === null || !isSha(request.baseSha)) return ok([]);
  const { commonDir, sha } = tip.value;
  const order = ["--topo-order", `--max-count=${mostCommits}`];
  const args = ["rev-list", ...order, sha, "--not", request.baseSha];
  const listed = await inRepo(kit, commonDir, args, { signal });
  if (!listed.ok) return listed;
  const input = listed.value.stdout.toString("utf8");
  if (input === "") return ok([]);
  const span = { folder: request.folder, commonDir, from: request.baseSha, to: sha };
  return openSpan(kit, span, signal, async (view) => {
    const [words, numbers] = await Promise.all([wordsOf(view, input), numbersOf(view, input)]);
    if (!words.ok) return words;
    if (!numbers.ok) return numbers;
    const none = { files: 0, additions: 0, deletions: 0 };
    return ok(words.value.map((one) => ({ ...one, ...(numbers.value.get(one.sha) ?? none) })));
  });
}

interface Tip {
  readonly commonDir: string;
  readonly sha: string;
}

/** What is checked out, whatever branch that is; without the worktree the task's own branch. */
async function tipOf(kit: Kit, request: CommitsRequest): Promise<Result<Tip | null>> {
  const repo = await openCommonDir(request.commonDir);
  if (!repo.ok) return repo;
  const commonDir = repo.value;
  const site = await siteOf(kit, request.folder);
  const here = site.ok && site.value.commonDir === commonDir ? site.value.gitDir : null;
  const { branch } = request;
  if (here === null && branch === null) return ok(null);
  const sha = await (here === null
    ? commitOf(kit, commonDir, `refs/heads/${branch}`)
    : commitOf(kit, here, "HEAD"));
  if (!sha.ok) return sha;
  return ok(sha.value === null ? null : { commonDir, sha: sha.value });
}

async function isAncestor(
  kit: Kit,
  commonDir: string,
  sha: string,
  of: string,
): Promise<Result<boolean>> {
  const args = ["merge-base", "--is-ancestor", sha, of];
  const output = await inRepo(kit, commonDir, args, { codes: [0, 1] });
  return output.ok ? ok(output.value.code === 0) : output;
}

/** By plumbing: `log` would check signatures where a repository says so, with a program it names. */
async function glance(kit: Kit, gitDir: string, name: string): Promise<Result<CommitHead | null>> {
  const args = ["rev-list", "--max-count=1", "--encoding=UTF-8", "--format=%H%x00%P%x00%ct%x00%s"];
  const output = await inRepo(kit, gitDir, [...args, name, "--"], { codes: [0, 128] });
  if (!output.ok) return output;
  const [, row = ""] = output.value.stdout.toString("utf8").split("\n");
  const [sha = "", parents = "", seconds = "", subject = ""] = row.split("\0");
  if (output.value.code !== 0 || !isSha(sha)) return ok(null);
  return ok({ sha, parent: parents.split(" ")[0] || null, subject, at: Number(seconds) * 1_000 });
}

/** For `git log` in a shadow, where no setting of the repository is seen. */
const plainLog = [
  ...["log", "--no-walk=unsorted", "--stdin", "--no-show-signature", "--no-color"],
  ...["--no-decorate", "--no-notes", "--encoding=UTF-8"],
];

type Words = Omit<TaskCommit, "files" | "additions" | "deletions">;

async function wordsOf(view: View, input: string): Promise<Result<Words[]>> {
  const args = [...plainLog, "--no-patch", "-z", "--format=%H%x00%ct%x00%an%x00%s%x00%b"];
  const output = await view.git(args, { input, maxBytes: outputBytes });
  if (!output.ok) return output;
  const all = output.value.stdout.toString("utf8").split("\0");
  const words: Words[] = [];
  for (let at = 0; at + 4 < all.length; at += 5) {
    const [sha = "", seconds = "", author = "", subject = "", body = ""] = all.slice(at, at + 5);
    const shown = body.trim().slice(0, mostBody);
    words.push({ sha, subject, body: shown, author, at: Number(seconds) * 1_000 });
  }
  return ok(words);
}

type Numbers = Pick<TaskCommit, "files" | "additions" | "deletions">;

/** Against the first parent: what a merge brought is not the task's. */
async function numbersOf(view: View, input: string): Promise<Result<ReadonlyMap<string, Numbers>>> {
  const args = [
    ...[...plainLog, "-m", "--first-parent", "--root", "--shortstat", "--find-renames"],
    ...["--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty", "--format=%x00%H"],
  ];
  const output = await view.git(args, { input, maxBytes: outputBytes });
  if (!output.ok) return output;
  const numbers = new Map<string, Numbers>();
  for (const record of output.value.stdout.toString("utf8").split("\0")) {
    const count = (what: string) =>
      Number(new RegExp(`(\\d+) ${what}`).exec(record.slice(record.indexOf("\n")))?.[1] ?? 0);
    numbers.set(record.split("\n")[0] ?? "", {
      files: count("files? changed"),
      additions: count("insertion"),
      deletions: count("deletion"),
    });
  }
  return ok(numbers);
}

import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { explain } from "../failure.ts";
import { inRepo, type Kit, noSuchThing } from "../kit.ts";
import type { ShadowEnv } from "../shadow.ts";

/**
 * Commits written as the objects they are, so that authors, dates, encodings and messages come
 * through byte for byte, and nothing of the repository is asked (git-hash-object(1)). Text is
 * Latin-1: a character a byte.
 */
export interface CommitText {
  readonly tree: string;
  readonly parents: readonly string[];
  /** `Name <mail> seconds zone`. */
  readonly author: string;
  readonly committer: string;
  /** The name of the message's encoding; null for UTF-8. */
  readonly encoding: string | null;
  readonly message: string;
}

/** Who commits that no branch ever names are by; always of the same time, so that they are the same. */
const nobody = "Agetor <agetor@localhost> 0 +0000";

/** A commit that only serves to compute a merge. */
export function scratchCommit(tree: string, parents: readonly string[]): CommitText {
  return { tree, parents, author: nobody, committer: nobody, encoding: null, message: "scratch\n" };
}

function render(commit: CommitText): Buffer {
  const rows = [
    `tree ${commit.tree}`,
    ...commit.parents.map((sha) => `parent ${sha}`),
    `author ${commit.author}`,
    `committer ${commit.committer}`,
    ...(commit.encoding === null ? [] : [`encoding ${commit.encoding}`]),
  ];
  return Buffer.from(`${rows.join("\n")}\n\n${commit.message}`, "latin1");
}

/** The id git gives such a commit: SHA-256 in a repository whose ids are as long. */
export function idOf(commit: CommitText): string {
  const body = render(commit);
  const hash = createHash(commit.tree.length === 64 ? "sha256" : "sha1");
  return hash.update(`commit ${body.length}\0`).update(body).digest("hex");
}

/** Writes several commits by one process, in a shadow and with its scratch folder; their ids. */
export async function writeCommits(
  kit: Kit,
  env: ShadowEnv,
  scratch: string,
  commits: readonly CommitText[],
): Promise<Result<string[]>> {
  if (commits.length === 0) return ok([]);
  const files = commits.map((_, index) => join(scratch, `commit-${index}`));
  await Promise.all(commits.map((commit, index) => writeFile(files[index] ?? "", render(commit))));
  const written = await kit.runner.run({
    args: ["hash-object", "-t", "commit", "-w", "--no-filters", "--stdin-paths"],
    cwd: scratch,
    env,
    input: `${files.join("\n")}\n`,
  });
  if (!written.ok) return written;
  return ok(written.value.stdout.toString("utf8").trim().split("\n"));
}

/** Reads a commit; `message` and names as Latin-1. */
export async function readCommit(
  kit: Kit,
  gitDir: string,
  sha: string,
): Promise<Result<CommitText>> {
  const output = await inRepo(kit, gitDir, ["cat-file", "commit", sha], { codes: [0, 128] });
  if (!output.ok) return output;
  const { code, stderr } = output.value;
  if (code !== 0) return err(explain({ command: "cat-file", code, stderr }));
  const text = output.value.stdout.toString("latin1");
  const end = text.indexOf("\n\n");
  const head = text.slice(0, end === -1 ? text.length : end + 1);
  const field = (name: string) => new RegExp(`^${name} (.*)$`, "m").exec(head)?.[1] ?? null;
  return ok({
    tree: field("tree") ?? "",
    parents: [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, sha = ""]) => sha),
    author: field("author") ?? nobody,
    committer: field("committer") ?? nobody,
    encoding: field("encoding"),
    message: end === -1 ? "" : text.slice(end + 2),
  });
}

/** The first line of a message, as text. */
export function subjectOf(commit: CommitText): string {
  const line = commit.message.trimStart().split("\n")[0] ?? "";
  return Buffer.from(line, "latin1").toString("utf8");
}

/**
 * Who the person is, from their own git configuration and never guessed from the machine:
 * `Name <mail> seconds zone`, as Latin-1. Errors: `identity_missing`.
 */
export async function identityOf(kit: Kit, gitDir: string): Promise<Result<string>> {
  const args = ["-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"];
  const output = await inRepo(kit, gitDir, args, { codes: [...noSuchThing, 128] });
  if (!output.ok) return output;
  const { code, stdout } = output.value;
  const ident = stdout.toString("latin1").replace(/\n$/, "");
  if (code === 0 && /^[^<>\n]+ <[^<>\n]+> \d+ [+-]\d{4}$/.test(ident)) return ok(ident);
  return err(
    fault(
      "identity_missing",
      "Git does not know who you are, so no commit can be made in your name.",
      'Run these once in a terminal: git config --global user.name "Your Name" and git config --global user.email "you@example.com"',
      {
        commands: [
          'git config --global user.name "Your Name"',
          'git config --global user.email "you@example.com"',
        ],
      },
    ),
  );
}

import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Fault, fault } from "../../contract/fault.ts";
import type { PullRequest } from "../../contract/landing.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { ForgeRepository } from "../../domain/forge.ts";
import type { Kit } from "../kit.ts";
import type { ProgramOutput } from "../programs.ts";
import type { ForgeTarget, NewPullRequest } from "./types.ts";

/** A minute: forges think, and networks are slow. */
const forgeTimeoutMs = 60_000;

/**
 * `gh` and `glab` are run in a scratch repository that only knows the branch's name and the remote's
 * address: they call git, and of the person's repository nothing may run. Options as in `gh pr
 * create`, `gh pr view` (GitHub CLI manual) and `glab mr create`, `glab mr view`.
 */
async function inScratch<T>(
  kit: Kit,
  target: ForgeTarget,
  use: (cwd: string) => Promise<T>,
): Promise<T> {
  const name = `git-${process.pid}-${randomBytes(6).toString("hex")}`;
  const dir = join(kit.dataDir, "tmp", name);
  try {
    await mkdir(join(dir, ".git", "objects"), { recursive: true, mode: 0o700 });
    await mkdir(join(dir, ".git", "refs"), { mode: 0o700 });
    await writeFile(join(dir, ".git", "HEAD"), `ref: refs/heads/${target.branch}\n`);
    const url = `https://${target.forge.host}/${target.forge.path}.git`;
    const config = `[core]\n\trepositoryformatversion = 0\n[remote "origin"]\n\turl = ${url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`;
    await writeFile(join(dir, ".git", "config"), config);
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The program of a forge, or why there is none. */
export function forgeProgram(kit: Kit, { kind }: ForgeRepository): Result<string> {
  const bin = kit.programs.find(kind);
  if (bin !== null) return ok(bin);
  const [name, page] =
    kind === "gh" ? ["GitHub", "cli.github.com"] : ["GitLab", "gitlab.com/gitlab-org/cli"];
  return err(
    fault(
      "forge_missing",
      `${kind}, the program of ${name}, is not installed.`,
      `Install it (${page}) and log in with: ${kind} auth login`,
      { program: kind },
    ),
  );
}

/** See `Landing.createPullRequest`. One that is there already is answered. */
export async function createPullRequest(
  kit: Kit,
  target: ForgeTarget,
  wish: NewPullRequest,
): Promise<Result<PullRequest>> {
  const bin = forgeProgram(kit, target.forge);
  if (!bin.ok) return bin;
  return inScratch(kit, target, async (cwd) => {
    const gh = target.forge.kind === "gh";
    const args = gh ? ghCreate(target, wish) : glabCreate(target, wish);
    const input = gh ? wish.body : "";
    const made = await kit.programs.run({
      ...{ bin: bin.value, args, cwd, input, timeoutMs: forgeTimeoutMs },
    });
    if (made.code !== 0 && !/already exists/i.test(made.stderr)) {
      return err(refused(target.forge, made));
    }
    const number = numberIn(made.stdout) ?? numberIn(made.stderr) ?? target.number;
    return view(kit, bin.value, { ...target, number }, cwd);
  });
}

/** Both programs print the address of what they made, or of what was there already. */
function numberIn(output: string): number | null {
  const found = /\/(?:pull|merge_requests)\/(\d+)/.exec(output)?.[1];
  return found === undefined ? null : Number(found);
}

function repositoryOf({ kind, host, path }: ForgeRepository): string {
  return kind === "gh" ? `${host}/${path}` : `https://${host}/${path}`;
}

function ghCreate({ forge, branch }: ForgeTarget, wish: NewPullRequest): string[] {
  return [
    ...["pr", "create", "--repo", repositoryOf(forge)],
    ...[`--head=${branch}`, ...(wish.base === null ? [] : [`--base=${wish.base}`])],
    ...[`--title=${wish.title}`, "--body-file", "-"],
    ...(wish.draft ? ["--draft"] : []),
  ];
}

function glabCreate({ forge, branch }: ForgeTarget, wish: NewPullRequest): string[] {
  // A lone dash would open an editor.
  const body = wish.body.trim() === "-" ? "" : wish.body;
  return [
    ...["mr", "create", "--repo", repositoryOf(forge), `--source-branch=${branch}`],
    ...(wish.base === null ? [] : [`--target-branch=${wish.base}`]),
    ...[`--title=${wish.title}`, `--description=${body}`, "--yes"],
    ...(wish.draft ? ["--draft"] : []),
  ];
}

/** See `Landing.pullRequest`: null when the branch has none. */
export async function readPullRequest(
  kit: Kit,
  target: ForgeTarget,
): Promise<Result<PullRequest | null>> {
  const bin = forgeProgram(kit, target.forge);
  if (!bin.ok) return bin;
  const found = await inScratch(kit, target, (cwd) => view(kit, bin.value, target, cwd));
  const none = !found.ok && found.fault.details?.["reason"] === "none";
  return none ? ok(null) : found;
}

const ghFields = "number,url,title,state,isDraft,statusCheckRollup,reviewDecision,updatedAt";

async function view(
  kit: Kit,
  bin: string,
  target: ForgeTarget,
  cwd: string,
): Promise<Result<PullRequest>> {
  const which = target.number === null ? target.branch : String(target.number);
  const repo = ["--repo", repositoryOf(target.forge)];
  const gh = target.forge.kind === "gh";
  const args = gh
    ? ["pr", "view", which, ...repo, "--json", ghFields]
    : ["mr", "view", which, ...repo, "-F", "json"];
  const shown = await kit.programs.run({ bin, args, cwd, timeoutMs: forgeTimeoutMs });
  if (shown.code !== 0) return err(refused(target.forge, shown));
  const parsed = gh ? parseGh(shown.stdout) : parseGlab(shown.stdout);
  return parsed === null ? err(unreadable(target.forge)) : ok(parsed);
}

const GhCheck = z.object({
  status: z.string().nullish(),
  conclusion: z.string().nullish(),
  state: z.string().nullish(),
});
const GhView = z.object({
  number: z.number().int(),
  url: z.string(),
  title: z.string(),
  state: z.string(),
  isDraft: z.boolean(),
  statusCheckRollup: z.array(GhCheck).nullish(),
  reviewDecision: z.string().nullish(),
  updatedAt: z.string(),
});

/** The answer of `gh pr view --json`. */
export function parseGh(text: string): PullRequest | null {
  const read = GhView.safeParse(jsonOf(text)).data;
  if (read === undefined) return null;
  const { number, url, title } = read;
  const checks = { passed: 0, failed: 0, pending: 0 };
  for (const check of read.statusCheckRollup ?? []) checks[ghCheck(check)] += 1;
  const ended = read.state === "MERGED" ? "merged" : read.state === "CLOSED" ? "closed" : null;
  const review =
    { APPROVED: "approved", CHANGES_REQUESTED: "changes_requested", REVIEW_REQUIRED: "pending" }[
      read.reviewDecision ?? ""
    ] ?? "none";
  return {
    forge: "gh",
    ...{ number, url, title, checks },
    state: ended ?? (read.isDraft ? "draft" : "open"),
    review: review as PullRequest["review"],
    updatedAt: millis(read.updatedAt),
  };
}

/** A check run has `status` and `conclusion`, a commit status has `state`. */
function ghCheck({ status, conclusion, state }: z.infer<typeof GhCheck>) {
  const word = state ?? (status === "COMPLETED" ? conclusion : status) ?? "";
  if (/^(SUCCESS|NEUTRAL|SKIPPED)$/.test(word)) return "passed";
  return /^(FAILURE|ERROR|CANCELLED|TIMED_OUT|ACTION_REQUIRED|STARTUP_FAILURE|STALE)$/.test(word)
    ? "failed"
    : "pending";
}

const GlabPipeline = z.object({ status: z.string() }).nullish();
const GlabView = z.object({
  iid: z.number().int(),
  web_url: z.string(),
  title: z.string(),
  state: z.string(),
  draft: z.boolean().nullish(),
  head_pipeline: GlabPipeline,
  pipeline: GlabPipeline,
  detailed_merge_status: z.string().nullish(),
  updated_at: z.string(),
});

/** The answer of `glab mr view -F json`, which is GitLab's own of a merge request. */
export function parseGlab(text: string): PullRequest | null {
  const read = GlabView.safeParse(jsonOf(text)).data;
  if (read === undefined) return null;
  const status = read.head_pipeline?.status ?? read.pipeline?.status ?? null;
  const checks = { passed: 0, failed: 0, pending: 0 };
  if (status !== null) {
    const failed = /^(failed|canceled)$/.test(status);
    checks[/^(success|skipped)$/.test(status) ? "passed" : failed ? "failed" : "pending"] += 1;
  }
  const ended = read.state === "merged" ? "merged" : read.state === "closed" ? "closed" : null;
  const review =
    { not_approved: "pending", requested_changes: "changes_requested" }[
      read.detailed_merge_status ?? ""
    ] ?? "none";
  return {
    forge: "glab",
    number: read.iid,
    url: read.web_url,
    title: read.title,
    checks,
    state: ended ?? (read.draft === true ? "draft" : "open"),
    review: review as PullRequest["review"],
    updatedAt: millis(read.updated_at),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function millis(text: string): number {
  const at = Date.parse(text);
  return Number.isFinite(at) && at >= 0 ? at : 0;
}

function refused({ kind, host }: ForgeRepository, { code, stdout, stderr }: ProgramOutput): Fault {
  const output = (stderr.trim() === "" ? stdout : stderr).trim().slice(0, 4_000);
  if (
    /auth login|not logged in|authentication (required|failed)|HTTP 401|401 Unauthorized|Bad credentials/i.test(
      output,
    )
  ) {
    return fault(
      "not_logged_in",
      `${kind} is not logged in to ${host}.`,
      `Run in a terminal: ${kind} auth login --hostname ${host}`,
      { program: kind, output },
    );
  }
  if (/no (open )?(pull|merge) requests? (found|available)/i.test(output)) {
    return fault("forge_failed", "The branch has no pull request.", "Open one first.", {
      program: kind,
      reason: "none",
      output,
    });
  }
  const first = output.split("\n").find((row) => row.trim() !== "") ?? `it ended with ${code}`;
  return fault(
    "forge_failed",
    `${kind} could not do it: ${first.slice(0, 300)}`,
    "Read what it says, then try again.",
    { program: kind, reason: code === null ? "slow" : "other", output },
  );
}

function unreadable({ kind }: ForgeRepository): Fault {
  return fault(
    "forge_failed",
    `What ${kind} answered cannot be read.`,
    `Update ${kind}, then try again.`,
    { program: kind, reason: "answer" },
  );
}

import { dirname, resolve } from "node:path";
import { type Fault, fault } from "../../contract/fault.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { isLocalUrl, withoutSecret } from "../../domain/forge.ts";
import type { Kit } from "../kit.ts";
import { commitOf, writeRefs } from "../refs.ts";
import { type Remote, remoteFor, trackingRef, withPersonal } from "./personal.ts";
import type { Site } from "./site.ts";
import type { PushWish, RemoteStanding } from "./types.ts";

/** Two minutes: a large push over a slow line. */
const pushTimeoutMs = 120_000;

/** See `Landing.remote`. Nothing is asked of the network. */
export async function remoteStanding(
  kit: Kit,
  site: Site,
  base: string | null,
): Promise<Result<RemoteStanding | null>> {
  const remote = await remoteFor(kit, site.gitDir, base, null);
  if (!remote.ok) return remote;
  if (remote.value === null) return ok(null);
  return standingOf(kit, site, remote.value);
}

async function standingOf(kit: Kit, site: Site, remote: Remote): Promise<Result<RemoteStanding>> {
  const { name, url } = remote;
  const seen =
    site.branch === null
      ? ok(null)
      : await commitOf(kit, site.commonDir, trackingRef(name, site.branch));
  if (!seen.ok) return seen;
  return ok({ name, url: withoutSecret(url), rawUrl: url, pushed: seen.value === site.head });
}

/** See `Landing.push`. */
export async function push(kit: Kit, site: Site, wish: PushWish): Promise<Result<RemoteStanding>> {
  const { branch } = site;
  if (branch === null) return err(noBranch());
  const remote = await remoteFor(kit, site.gitDir, wish.base, wish.remote);
  if (!remote.ok) return remote;
  if (remote.value === null) return err(noRemote(wish.remote));
  const { name, url } = remote.value;
  const ref = `refs/heads/${branch}`;
  const seen = await commitOf(kit, site.commonDir, trackingRef(name, branch));
  if (!seen.ok) return seen;
  const local = isLocalUrl(url);
  const address = local && !/^file:/i.test(url) ? resolve(dirname(site.commonDir), url) : url;
  const pushed = await withPersonal(kit, site, (env) =>
    kit.runner.run({
      profile: "network",
      args: [
        ...["push", "--porcelain", "--no-verify", "--no-signed"],
        ...(wish.force ? [`--force-with-lease=${ref}:${seen.value ?? ""}`] : []),
        ...(local ? [`--receive-pack=${quietReceiver}`] : []),
        ...["--", address, `${site.head}:${ref}`],
      ],
      cwd: env["GIT_DIR"] ?? "/",
      env,
      codes: [0, 1, 128],
      timeoutMs: pushTimeoutMs,
      heavy: true,
    }),
  );
  if (!pushed.ok) return pushed;
  const { code, stdout, stderr } = pushed.value;
  if (code !== 0) return err(refused(remote.value, stdout.toString("utf8"), stderr));
  const track = ["update-ref", "--no-deref", trackingRef(name, branch), site.head];
  const tracked = await writeRefs(kit, site.commonDir, track);
  return tracked.ok ? standingOf(kit, site, remote.value) : tracked;
}

/** A remote that is a folder has its receiving end run here: without that folder's hooks. */
const quietReceiver = [
  ...["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"],
  ...["-c", "core.alternateRefsCommand=true", "-c", "receive.autogc=false", "receive-pack"],
].join(" ");

const reasons: readonly (readonly [RegExp, string, string, string])[] = [
  [
    /stale info|fetch first|non-fast-forward/,
    "rejected",
    "The remote has commits that this branch lacks.",
    "Fetch and look at them. If they are only older versions of this work, push with force.",
  ],
  [
    /remote rejected|pre-receive hook|protected branch/i,
    "remote",
    "The remote refused the branch.",
    "Read what it says; it has rules of its own.",
  ],
  [
    /terminal prompts disabled|Authentication failed|Permission denied|could not read (Username|Password)|Invalid username|HTTP 40[13]|returned error: 40[13]/i,
    "auth",
    "The remote did not accept who you are.",
    "Push once by hand in a terminal, so that git remembers; for GitHub `gh auth setup-git` does it.",
  ],
  [
    /Host key verification failed/,
    "auth",
    "The remote's host key is not known.",
    "Connect once by hand in a terminal (ssh to the host) and accept its key.",
  ],
  [
    /Could not resolve host|unable to access|Connection (refused|timed out)|Network is unreachable/i,
    "unreachable",
    "The remote could not be reached.",
    "Check the connection and the remote's address, then try again.",
  ],
  [
    /does not appear to be a git repository|Repository not found|does not exist|transport '.*' not allowed/i,
    "address",
    "There is no repository that can be pushed to at the remote's address.",
    "Look at it with git remote -v.",
  ],
];

function refused({ name, url }: Remote, stdout: string, stderr: string): Fault {
  const rows = stdout.split("\n").filter((row) => row.startsWith("!"));
  const output = `${rows.join("\n")}\n${stderr}`.replaceAll(url, withoutSecret(url)).trim();
  const [, reason, message, hint] = reasons.find(([form]) => form.test(output)) ?? [
    null,
    "other",
    "The push failed.",
    "Read what git says.",
  ];
  return fault("push_failed", message, hint, {
    remote: name,
    reason,
    output: output.slice(0, 4_000),
  });
}

function noBranch(): Fault {
  return fault(
    "push_failed",
    "The worktree is on no branch.",
    "Have the agent switch to its branch, then try again.",
    { reason: "branch" },
  );
}

function noRemote(asked: string | null): Fault {
  return fault(
    "push_failed",
    asked === null ? "The repository has no remote." : `There is no remote ${asked}.`,
    "Add one: git remote add origin <url>",
    { reason: "remote" },
  );
}

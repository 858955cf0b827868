import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { introduce, startFree } from "../testing/landing.ts";
import { codeOf, type Sandbox, sandbox, script, unwrap } from "../testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
  introduce(box);
});
afterEach(() => {
  const sprung = box.sprung();
  box[Symbol.dispose]();
  expect(sprung).toEqual([]);
});

const plain = { base: "main", remote: null, force: false };

/** A task with a commit, and a bare repository that is its remote. */
async function withRemote() {
  const started = await startFree(box);
  const { repo, task } = started;
  const bare = join(box.root, "bare.git");
  box.sh(box.root, "init", "-q", "--bare", bare);
  box.sh(repo, "remote", "add", "origin", bare);
  box.write(task.path, { "a.txt": "work\n" });
  box.sh(task.path, "commit", "-qam", "work");
  return { ...started, bare, head: box.sh(task.path, "rev-parse", "HEAD") };
}

describe("a push", () => {
  test("brings the branch to its remote, and remembers what the remote has", async () => {
    const { repo, site, bare, head } = await withRemote();
    expect(unwrap(await box.git.landing.remote(site, "main"))).toMatchObject({
      name: "origin",
      url: bare,
      pushed: false,
    });
    const pushed = unwrap(await box.git.landing.push(site, plain));
    expect(pushed).toMatchObject({ name: "origin", pushed: true });
    expect(box.sh(bare, "rev-parse", "agetor/t0")).toBe(head);
    expect(box.sh(repo, "rev-parse", "refs/remotes/origin/agetor/t0")).toBe(head);
    expect(unwrap(await box.git.landing.push(site, plain)).pushed).toBe(true);
    // Nothing is written into the person's configuration.
    expect(box.attempt(repo, "config", "--get-regexp", "^branch").stdout).toBe("");
  });

  test("never replaces what the remote has, but by force what was last seen there", async () => {
    const { task, site, bare, repo } = await withRemote();
    unwrap(await box.git.landing.push(site, plain));
    box.sh(task.path, "commit", "-q", "--amend", "-m", "again");
    expect(await box.git.landing.push(site, plain)).toMatchObject({
      ok: false,
      fault: { code: "push_failed", details: { reason: "rejected" } },
    });
    const force = { ...plain, force: true };
    unwrap(await box.git.landing.push(site, force));
    const other = box.sh(repo, "commit-tree", "-m", "somebody else's", "main^{tree}");
    box.sh(repo, "push", "-q", "-f", bare, `${other}:refs/heads/agetor/t0`);
    box.sh(task.path, "commit", "-q", "--amend", "-m", "third");
    expect(codeOf(await box.git.landing.push(site, force))).toBe("push_failed");
    expect(box.sh(bare, "rev-parse", "agetor/t0")).toBe(other);
  });

  test("takes the remote that is asked for, or says that there is none", async () => {
    const { repo, site } = await withRemote();
    const other = join(box.root, "other.git");
    box.sh(box.root, "init", "-q", "--bare", other);
    box.sh(repo, "remote", "add", "mine", "../other.git");
    unwrap(await box.git.landing.push(site, { ...plain, remote: "mine" }));
    expect(box.sh(other, "branch", "--list", "agetor/t0")).toContain("agetor/t0");
    for (const remote of ["nowhere", "--all", "../other.git"]) {
      expect(await box.git.landing.push(site, { ...plain, remote })).toMatchObject({
        ok: false,
        fault: { code: "push_failed", details: { reason: "remote" } },
      });
    }
    box.sh(repo, "remote", "remove", "mine");
    box.sh(repo, "remote", "remove", "origin");
    expect(unwrap(await box.git.landing.remote(site, "main"))).toBeNull();
  });

  test("says why it failed and what helps, without the password of the address", async () => {
    const { repo, site } = await withRemote();
    const to = async (url: string) => {
      box.sh(repo, "remote", "set-url", "origin", url);
      const failed = await box.git.landing.push(site, plain);
      return failed.ok ? null : failed.fault;
    };
    expect((await to(join(box.root, "nothing.git")))?.details?.["reason"]).toBe("address");
    const closed = await to("http://me:secret@127.0.0.1:9/x.git");
    expect(closed).toMatchObject({ code: "push_failed", details: { reason: "unreachable" } });
    expect(JSON.stringify(closed)).not.toContain("secret");
    const remote = unwrap(await box.git.landing.remote(site, "main"));
    expect(remote?.url).toBe("http://me@127.0.0.1:9/x.git");
    const ssh = script(
      join(box.root, "ssh"),
      "echo 'x@y: Permission denied (publickey).' >&2; exit 255",
    );
    box.sh(box.root, "config", "--global", "core.sshCommand", ssh);
    expect((await to("git@example.test:x/y.git"))?.details?.["reason"]).toBe("auth");
  });

  test("runs nothing that the repository or the remote's folder names (GIT-01)", async () => {
    const { repo, site, bare } = await withRemote();
    const trap = (name: string) => JSON.stringify(box.trap(name));
    for (const hook of ["pre-push", "reference-transaction", "post-update"]) {
      script(join(repo, ".git/hooks", hook), box.trap(`hook-${hook}`));
    }
    for (const hook of ["pre-receive", "update", "post-receive", "post-update"]) {
      script(join(bare, "hooks", hook), box.trap(`remote-${hook}`));
    }
    appendFileSync(
      join(repo, ".git/config"),
      `[core]\n\tsshCommand = ${trap("ssh")}\n\tfsmonitor = ${trap("fsmonitor")}\n\tgitProxy = ${trap("proxy")}\n\taskPass = ${trap("askpass")}\n[credential]\n\thelper = ${JSON.stringify(`!${box.trap("credential")}`)}\n[remote "origin"]\n\treceivepack = ${trap("receive-pack")}\n\tvcs = evil\n[url ${JSON.stringify(`ext::sh -c "${box.trap("instead")}" `)}]\n\tinsteadOf = ${bare}\n[gpg]\n\tprogram = ${trap("gpg")}\n[push]\n\tgpgSign = true\n`,
    );
    unwrap(await box.git.landing.push(site, plain));
    for (const url of [
      "git@127.0.0.1:x.git",
      "ssh://127.0.0.1:9/x",
      "http://127.0.0.1:9/x",
      `ext::sh -c "${box.trap("ext")}"`,
      "evil::x",
      `--receive-pack=${box.trap("option")}`,
    ]) {
      box.sh(box.root, "config", "--file", join(repo, ".git/config"), "remote.origin.url", url);
      expect([url, codeOf(await box.git.landing.push(site, plain))]).toEqual([url, "push_failed"]);
    }
  });
});

/** A stand-in for a forge's program, which records how it was called. */
function fake(name: "gh" | "glab", answers: Record<string, string>) {
  const bin = join(box.root, "bin");
  const log = join(box.root, `${name}.log`);
  const cases = Object.entries(answers).map(([call, answer]) => `  "${call}"*) ${answer};;`);
  script(
    join(bin, name),
    `printf '%s\\n' "$@" ">" >> ${log}\ncat >> ${log}\necho "in $(git rev-parse --show-toplevel | sed 's/.*tmp.git.*/scratch/') on $(git symbolic-ref --short HEAD)" >> ${log}\ncase "$*" in\n${cases.join("\n")}\nesac`,
  );
  chmodSync(join(bin, name), 0o755);
  const git = box.withGit({ env: { HOME: box.home, PATH: `${bin}:${process.env["PATH"]}` } });
  return { git, called: () => readFileSync(log, "utf8") };
}

const github = { kind: "gh", host: "github.com", path: "owner/name" } as const;
const gitlab = { kind: "glab", host: "gitlab.com", path: "group/name" } as const;
const wish = { title: "-- Title", body: "Body\n`$(x)`", draft: true, base: "main" };
const target = (forge: typeof github | typeof gitlab) => ({
  forge,
  branch: "agetor/t0",
  number: null,
});

describe("a pull request", () => {
  const shown = {
    number: 7,
    url: "https://github.com/owner/name/pull/7",
    title: "Title",
    state: "OPEN",
    isDraft: false,
    reviewDecision: "CHANGES_REQUESTED",
    updatedAt: "2026-01-02T03:04:05Z",
    statusCheckRollup: [
      { status: "COMPLETED", conclusion: "SUCCESS" },
      { status: "COMPLETED", conclusion: "FAILURE" },
      { status: "IN_PROGRESS", conclusion: "" },
      { state: "PENDING" },
    ],
  };

  test("is made by gh, outside of the repository, with everything said in full", async () => {
    const view = `cat <<'JSON'\n${JSON.stringify(shown)}\nJSON\n`;
    const { git, called } = fake("gh", { "pr create": `echo ${shown.url}`, "pr view": view });
    const made = unwrap(await git.landing.createPullRequest(target(github), wish));
    expect(made).toEqual({
      forge: "gh",
      number: 7,
      url: shown.url,
      title: "Title",
      state: "open",
      checks: { passed: 1, failed: 1, pending: 2 },
      review: "changes_requested",
      updatedAt: Date.parse(shown.updatedAt),
    });
    expect(called()).toBe(
      `pr\ncreate\n--repo\ngithub.com/owner/name\n--head=agetor/t0\n--base=main\n--title=-- Title\n--body-file\n-\n--draft\n>\nBody\n\`$(x)\`in scratch on agetor/t0\npr\nview\n7\n--repo\ngithub.com/owner/name\n--json\nnumber,url,title,state,isDraft,statusCheckRollup,reviewDecision,updatedAt\n>\nin scratch on agetor/t0\n`,
    );
  });

  test("that is there already is answered; none is null; a strange answer is a fault", async () => {
    const view = `cat <<'JSON'\n${JSON.stringify({ ...shown, state: "MERGED" })}\nJSON\n`;
    const there = fake("gh", {
      "pr create": `printf 'a pull request for branch "agetor/t0" into branch "main" already exists:\\n%s\\n' ${shown.url} >&2; exit 1`,
      "pr view": view,
    });
    const made = unwrap(await there.git.landing.createPullRequest(target(github), wish));
    expect(made.state).toBe("merged");
    expect(there.called()).toContain("pr\nview\n7\n");
    const none = fake("gh", { "pr view": "echo 'no pull requests found for branch' >&2; exit 1" });
    expect(unwrap(await none.git.landing.pullRequest(target(github)))).toBeNull();
    const odd = fake("gh", { "pr view": "echo not json" });
    expect(codeOf(await odd.git.landing.pullRequest(target(github)))).toBe("forge_failed");
  });

  test("of GitLab is made and read by glab", async () => {
    const answer = {
      iid: 3,
      web_url: "https://gitlab.com/group/name/-/merge_requests/3",
      title: "Title",
      state: "opened",
      draft: true,
      head_pipeline: { status: "running" },
      detailed_merge_status: "not_approved",
      updated_at: "2026-01-02T03:04:05Z",
    };
    const view = `cat <<'JSON'\n${JSON.stringify(answer)}\nJSON\n`;
    const { git, called } = fake("glab", {
      "mr create": `echo "!3 Title" ${answer.web_url}`,
      "mr view": view,
    });
    expect(unwrap(await git.landing.createPullRequest(target(gitlab), wish))).toMatchObject({
      forge: "glab",
      number: 3,
      state: "draft",
      review: "pending",
      checks: { passed: 0, failed: 0, pending: 1 },
    });
    expect(called()).toStartWith(
      "mr\ncreate\n--repo\nhttps://gitlab.com/group/name\n--source-branch=agetor/t0\n--target-branch=main\n--title=-- Title\n--description=Body\n`$(x)`\n--yes\n--draft\n",
    );
    expect(called()).toContain("mr\nview\n3\n--repo\nhttps://gitlab.com/group/name\n-F\njson\n");
  });

  test("without the program, or without a login, says how to get it", async () => {
    const bare = box.withGit({ env: { HOME: box.home, PATH: "/nonexistent" } });
    const missing = await bare.landing.createPullRequest(target(github), wish);
    expect(missing).toMatchObject({ ok: false, fault: { code: "forge_missing" } });
    const { git } = fake("gh", {
      "pr create": "echo 'To get started with GitHub CLI, please run:  gh auth login' >&2; exit 4",
    });
    expect(await git.landing.createPullRequest(target(github), wish)).toMatchObject({
      ok: false,
      fault: {
        code: "not_logged_in",
        hint: "Run in a terminal: gh auth login --hostname github.com",
      },
    });
  });
});

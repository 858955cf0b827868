import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  codeOf,
  type Sandbox,
  sandbox,
  script,
  startTask,
  taskId,
  unwrap,
} from "./testing/sandbox.ts";
import type { Git } from "./types.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

async function requestFor(repo: string, id = taskId(), branch = "agetor/t") {
  const { commonDir, headSha } = await box.place(repo);
  return { taskId: id, commonDir, baseSha: headSha ?? "", branch, path: box.path(id) };
}

/** Branches and worktrees as git itself sees them. */
function state(repo: string) {
  const refs = box.sh(repo, "for-each-ref", "--format=%(refname)").split("\n");
  const trees = box.sh(repo, "worktree", "list", "--porcelain").split("\n");
  return {
    branches: refs.filter((ref) => ref.startsWith("refs/heads/agetor/")),
    marks: refs.filter((ref) => ref.startsWith("refs/agetor/branch/")),
    worktrees: trees.filter((row) => row.startsWith("worktree ")).length - 1,
  };
}

const whole = {
  branches: ["refs/heads/agetor/t"],
  marks: [`refs/agetor/branch/${taskId()}/agetor/t`],
  worktrees: 1,
};
const nothing = { branches: [], marks: [], worktrees: 0 };

describe("making a worktree", () => {
  test("twice is once", async () => {
    const repo = box.repo();
    const request = await requestFor(repo);
    const first = unwrap(await box.git.addWorktree(request));
    writeFileSync(join(first.path, "a.txt"), "work\n");
    expect(unwrap(await box.git.addWorktree(request))).toEqual(first);
    expect(unwrap(await box.withGit({}).addWorktree(request))).toEqual(first);
    expect(readFileSync(join(first.path, "a.txt"), "utf8")).toBe("work\n");
    expect(state(repo)).toEqual(whole);
    const marker = readFileSync(join(unwrap(await box.git.gitDir(first.path)), "agetor"), "utf8");
    expect(JSON.parse(marker)).toEqual({
      taskId: taskId(),
      branch: "agetor/t",
      mark: first.mark,
      state: "ready",
    });
    expect(first.mark).not.toBe("");
  });

  test("leaves the person's checkout, index and configuration alone", async () => {
    const repo = box.repo();
    box.write(repo, { "a.txt": "mine\n", "staged.txt": "s\n" });
    box.sh(repo, "add", "staged.txt");
    const before = [
      readFileSync(join(repo, ".git/index")).toString("hex"),
      readFileSync(join(repo, ".git/config"), "utf8"),
      box.sh(repo, "status", "--porcelain"),
    ];
    const task = await startTask(box, repo);
    expect(readFileSync(join(task.path, "a.txt"), "utf8")).toBe("one\ntwo\nthree\n");
    unwrap(await box.git.changes(repo, task.baseSha, new AbortController().signal));
    const after = [
      readFileSync(join(repo, ".git/index")).toString("hex"),
      readFileSync(join(repo, ".git/config"), "utf8"),
      box.sh(repo, "status", "--porcelain"),
    ];
    expect(after).toEqual(before);
  });

  test("starts at the pinned commit, with modes, links and line ends as they are stored", async () => {
    const repo = box.repo("repo", { "run.sh": "#!/bin/sh\n", "dos.txt": "a\r\nb\r\n" });
    symlinkSync("run.sh", join(repo, "link"));
    box.sh(repo, "update-index", "--chmod=+x", "run.sh");
    box.sh(repo, "add", "link");
    box.sh(repo, "commit", "-qm", "modes");
    const request = await requestFor(repo);
    box.write(repo, { "later.txt": "" });
    box.sh(repo, "add", "-A");
    box.sh(repo, "commit", "-qm", "later");
    const made = unwrap(await box.git.addWorktree(request));
    expect(box.sh(made.path, "rev-parse", "HEAD")).toBe(request.baseSha);
    expect(box.sh(made.path, "status", "--porcelain")).toBe("");
    expect(readdirSync(made.path).sort()).toEqual([".git", "dos.txt", "link", "run.sh"]);
    expect(readFileSync(join(made.path, "dos.txt"), "utf8")).toBe("a\r\nb\r\n");
  });

  test("an empty repository has nothing to start from", async () => {
    const repo = join(box.root, "empty");
    box.sh(box.root, "init", "-q", repo);
    const { commonDir } = await box.place(repo);
    for (const baseSha of ["", "0".repeat(40), "HEAD", "--help"]) {
      const request = { taskId: taskId(), commonDir, baseSha, branch: "agetor/t" };
      const refused = await box.git.addWorktree({ ...request, path: box.path(taskId()) });
      expect(codeOf(refused)).toBe("bad_ref");
    }
  });
});

describe("a name that is taken (GIT-10)", () => {
  test.each([
    ["by a branch", ["agetor/t"], "agetor/t-2"],
    ["twice", ["agetor/t", "agetor/t-2"], "agetor/t-3"],
    ["by one of another case", ["agetor/T"], "agetor/t-2"],
    ["by a folder of branches", ["agetor/t/x"], "agetor/t-2"],
    ["by none that looks alike", ["agetor/tt", "t"], "agetor/t"],
  ])("%s", async (_, taken, got) => {
    const repo = box.repo();
    for (const name of taken) box.sh(repo, "branch", name);
    const task = await startTask(box, repo);
    expect(task.branch).toBe(got);
    for (const name of taken) expect(box.sh(repo, "rev-parse", name)).toBe(task.baseSha);
    unwrap(await box.git.removeWorktree(task.trash));
    expect(state(repo).branches).toEqual(
      taken
        .filter((name) => name.startsWith("agetor/"))
        .map((name) => `refs/heads/${name}`)
        .sort(),
    );
  });

  test("by a branch called agetor: said, for no suffix helps", async () => {
    const repo = box.repo();
    box.sh(repo, "branch", "agetor");
    const refused = await box.git.addWorktree(await requestFor(repo));
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: "branch_blocked", details: { blocker: "agetor" } },
    });
    expect(state(repo)).toEqual(nothing);
    box.sh(repo, "branch", "-m", "agetor", "other");
    unwrap(await box.git.addWorktree(await requestFor(repo)));
  });

  test("by the task's own branch, checked out elsewhere meanwhile", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.sh(repo, "worktree", "remove", "--force", task.path);
    box.sh(repo, "checkout", "-q", task.branch);
    expect(codeOf(await box.git.addWorktree(await requestFor(repo)))).toBe("branch_blocked");
    unwrap(await box.git.removeWorktree(task.trash));
    expect(box.sh(repo, "branch", "--show-current")).toBe(task.branch);
    expect(state(repo)).toEqual({ ...nothing, branches: [`refs/heads/${task.branch}`] });
  });
});

describe("a folder that is in the way", () => {
  test("with files of someone: refused, and nothing of it is touched", async () => {
    const repo = box.repo();
    box.write(box.path(taskId()), { "precious.txt": "mine\n" });
    const refused = await box.git.addWorktree(await requestFor(repo));
    expect(codeOf(refused)).toBe("worktree_failed");
    expect(readFileSync(join(box.path(taskId()), "precious.txt"), "utf8")).toBe("mine\n");
    expect(state(repo)).toEqual(nothing);
  });

  test("an empty one is taken", async () => {
    const repo = box.repo();
    mkdirSync(box.path(taskId()), { recursive: true });
    unwrap(await box.git.addWorktree(await requestFor(repo)));
  });

  test("a path that is not the task's own is refused (GIT-16)", async () => {
    const repo = box.repo();
    const request = await requestFor(repo);
    mkdirSync(join(box.dataDir, "worktrees"), { recursive: true });
    symlinkSync(box.home, join(box.dataDir, "worktrees", "LINK"));
    const paths: [string, string][] = [
      [taskId(), "/"],
      [taskId(), box.home],
      [taskId(), repo],
      [taskId(), join(box.dataDir, "worktrees")],
      [taskId(), box.path("OTHER")],
      [taskId(), `${box.path(taskId())}/..`],
      [taskId(), `worktrees/${taskId()}`],
      ["..", join(box.dataDir, "worktrees/..")],
      ["", join(box.dataDir, "worktrees/")],
      ["a/b", join(box.dataDir, "worktrees/a/b")],
      ["LINK", box.path("LINK")],
    ];
    for (const [id, path] of paths) {
      expect(codeOf(await box.git.addWorktree({ ...request, taskId: id, path }))).toBe(
        "worktree_failed",
      );
      expect(codeOf(await box.git.removeWorktree({ ...request, taskId: id, path }))).toBe(
        "worktree_failed",
      );
      expect(codeOf(await box.git.keep({ ...request, taskId: id, path }))).toBe("worktree_failed");
    }
    expect(state(repo)).toEqual(nothing);
    expect(existsSync(box.home) && existsSync(join(repo, "a.txt"))).toBe(true);
  });
});

describe("a killed attempt", () => {
  /** Kills the n-th git command, before or after it has done its work. */
  function killing(n: number, when: "before" | "after"): { git: Git; fired: () => boolean } {
    const count = join(box.root, `count-${n}-${when}`);
    const fired = join(box.root, `fired-${n}-${when}`);
    const bin = script(
      join(box.root, `bin-${n}-${when}`, "git"),
      `echo x >> '${count}'
if [ "$(wc -l < '${count}')" -lt ${n} ]; then exec git "$@"; fi
touch '${fired}'
${when === "after" ? `[ "$(wc -l < '${count}')" -gt ${n} ] || git "$@" >/dev/null` : ""}
kill -9 $$`,
    );
    return { git: box.withGit({ bin, cap: 1 }), fired: () => existsSync(fired) };
  }

  for (const when of ["before", "after"] as const) {
    test(`is healed, wherever it ended: ${when} a command (GIT-11)`, async () => {
      const repo = box.repo();
      const request = await requestFor(repo);
      for (let n = 1; ; n += 1) {
        const { git, fired } = killing(n, when);
        const result = await git.addWorktree(request);
        expect(result.ok).toBe(!fired());
        const made = unwrap(await box.git.addWorktree(request));
        expect(made).toMatchObject({ branch: "agetor/t", path: request.path });
        expect(state(repo)).toEqual(whole);
        expect(box.sh(made.path, "status", "--porcelain")).toBe("");
        if (result.ok) break;
        const removing = killing(n, when);
        await removing.git.removeWorktree(request);
        unwrap(await box.git.removeWorktree(request));
        expect(state(repo)).toEqual(nothing);
        expect(readdirSync(join(box.dataDir, "worktrees"))).toEqual([]);
      }
    }, 60_000);
  }

  test("between the commands: no marker yet, half a folder, half its files", async () => {
    const repo = box.repo();
    const request = await requestFor(repo);
    const spoils: ((gitDir: string) => void)[] = [
      (gitDir) => {
        rmSync(join(gitDir, "agetor"));
        for (const name of ["a.txt", "deep"])
          rmSync(join(request.path, name), { recursive: true, force: true });
      },
      (gitDir) => {
        rmSync(join(gitDir, "agetor"));
        rmSync(request.path, { recursive: true });
      },
      (gitDir) => {
        rmSync(join(gitDir, "agetor"));
        rmSync(join(gitDir, "HEAD"));
        writeFileSync(join(gitDir, "locked"), "initializing");
        rmSync(request.path, { recursive: true });
        mkdirSync(request.path);
      },
      (gitDir) => {
        const marker = { taskId: taskId(), branch: "agetor/t", state: "made" };
        writeFileSync(join(gitDir, "agetor"), JSON.stringify(marker));
        rmSync(join(gitDir, "index"));
        writeFileSync(join(gitDir, "index.lock"), "");
        writeFileSync(join(request.path, "a.txt"), "on");
      },
    ];
    for (const spoil of spoils) {
      const made = unwrap(await box.git.addWorktree(request));
      spoil(unwrap(await box.git.gitDir(made.path)));
      const { branch, path } = made;
      expect(unwrap(await box.git.addWorktree(request))).toMatchObject({ branch, path });
      rmSync(join(unwrap(await box.git.gitDir(made.path)), "index.lock"), { force: true });
      expect(box.sh(made.path, "status", "--porcelain")).toBe("");
      expect(state(repo)).toEqual(whole);
    }
  });
});

describe("many at once (GIT-11)", () => {
  test("two starts of one task make one worktree", async () => {
    const repo = box.repo();
    const request = await requestFor(repo);
    const all = await Promise.all(Array.from({ length: 4 }, () => box.git.addWorktree(request)));
    const [first] = all.map(unwrap);
    expect(first).toMatchObject({ branch: "agetor/t", path: request.path });
    for (const made of all) expect(unwrap(made)).toEqual(first!);
    expect(state(repo)).toEqual(whole);
  });

  test("twenty tasks in one repository, all with one title", async () => {
    const repo = box.repo();
    const ids = Array.from({ length: 20 }, (_, n) => taskId(n));
    const tasks = await Promise.all(ids.map((id) => startTask(box, repo, id)));
    expect(new Set(tasks.map((task) => task.branch)).size).toBe(20);
    expect(state(repo).worktrees).toBe(20);
    for (const task of tasks) box.write(task.path, { "a.txt": `${task.id}\n` });
    const kept = await Promise.all(tasks.map((task) => box.git.keep(task.trash)));
    for (const trash of kept) expect(unwrap(trash)).toMatchObject({ dirtyFiles: 1 });
    const gone = await Promise.all(tasks.map((task) => box.git.removeWorktree(task.trash)));
    for (const result of gone) unwrap(result);
    expect(state(repo)).toEqual(nothing);
  }, 30_000);
});

describe("what the person does by hand (GIT-13, GIT-22)", () => {
  test("commits, rebases and switches are seen as they are; the task's branch is answered", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "b.txt": "b\n" });
    box.sh(task.path, "add", "-A");
    box.sh(task.path, "commit", "-qm", "by hand");
    box.sh(task.path, "checkout", "-q", "-b", "mine");
    const signal = new AbortController().signal;
    const changes = unwrap(await box.git.changes(task.path, task.baseSha, signal));
    expect(changes.headSha).toBe(box.sh(task.path, "rev-parse", "HEAD"));
    expect(changes.files.map((file) => [file.path, file.status])).toEqual([["b.txt", "added"]]);
    const again = unwrap(await box.git.addWorktree(await requestFor(repo)));
    expect(again.branch).toBe(task.branch);
    unwrap(await box.git.keep(task.trash));
    unwrap(await box.git.removeWorktree(task.trash));
    expect(box.sh(repo, "for-each-ref", "--format=%(refname)", "refs/heads")).toBe(
      "refs/heads/main\nrefs/heads/mine",
    );
  });

  test("a worktree deleted by hand comes back on its branch; those of others stay listed", async () => {
    const repo = box.repo();
    const other = join(box.root, "other");
    box.sh(repo, "worktree", "add", "-q", other);
    const task = await startTask(box, repo);
    box.write(task.path, { "b.txt": "b\n" });
    box.sh(task.path, "add", "-A");
    box.sh(task.path, "commit", "-qm", "kept");
    const tip = box.sh(task.path, "rev-parse", "HEAD");
    rmSync(task.path, { recursive: true });
    renameSync(other, `${other}-moved`);
    const again = unwrap(await box.git.addWorktree(await requestFor(repo)));
    expect(again).toMatchObject({ branch: task.branch, path: task.path });
    // What was put beside its files is gone with it: that can be told.
    expect(again.mark).not.toBe(task.mark);
    expect(box.sh(task.path, "rev-parse", "HEAD")).toBe(tip);
    unwrap(await box.git.keep(task.trash));
    unwrap(await box.git.removeWorktree(task.trash));
    expect(readdirSync(join(repo, ".git/worktrees"))).toEqual(["other"]);
  });

  test("a repository that moved is followed once its new place is given", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "b.txt": "work\n" });
    const moved = join(box.root, "moved");
    renameSync(repo, moved);
    const signal = new AbortController().signal;
    expect(codeOf(await box.git.changes(task.path, task.baseSha, signal))).toBe("repo_gone");
    expect(
      codeOf(await box.git.addWorktree({ ...task.trash, branch: task.branch, taskId: task.id })),
    ).toBe("repo_gone");
    expect(codeOf(await box.git.keep(task.trash))).toBe("repo_gone");
    const commonDir = join(moved, ".git");
    const again = await box.git.addWorktree({ ...task.trash, taskId: task.id, commonDir });
    expect(unwrap(again)).toEqual({
      branch: task.branch,
      path: task.path,
      mark: task.mark,
    });
    expect(box.sh(task.path, "status", "--porcelain")).toBe("?? b.txt");
  });
});

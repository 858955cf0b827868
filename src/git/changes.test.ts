import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { codeOf, type Sandbox, sandbox, startTask, taskId, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const signal = new AbortController().signal;

async function see(task: { path: string; baseSha: string }, git = box.git) {
  return unwrap(await git.changes(task.path, task.baseSha, signal));
}

describe("the changes of a task", () => {
  test("every kind: committed, staged, edited, untracked; moved, retyped, binary", async () => {
    const long = Array.from({ length: 40 }, (_, n) => `line ${n}\n`).join("");
    const repo = box.repo("repo", {
      "commit.txt": "1\n",
      "stage.txt": "1\n",
      "edit.txt": "1\n2\n3\n",
      "gone.txt": "1\n2\n",
      "mode.sh": "x\n",
      "type.txt": "text\n",
      "bin.dat": "\0one",
      "old/name.txt": long,
      "same.txt": "same\n",
      ".gitignore": "*.log\n",
    });
    const task = await startTask(box, repo);
    const at = (name: string) => join(task.path, name);
    box.write(task.path, { "commit.txt": "2\n", "commit-new.txt": "new\n" });
    box.sh(task.path, "add", "-A");
    box.sh(task.path, "commit", "-qm", "by the agent");
    box.write(task.path, { "stage.txt": "2\n", "stage-new.txt": "a\nb\n" });
    box.sh(task.path, "mv", "old/name.txt", "moved.txt");
    box.sh(task.path, "add", "-A");
    box.write(task.path, {
      "edit.txt": "1\nTWO\n3\n",
      "bin.dat": "\0two",
      "new.txt": "a\nb\nc",
      "new.bin": "\0",
      "empty.txt": "",
      "no.log": "",
    });
    rmSync(at("gone.txt"));
    chmodSync(at("mode.sh"), 0o755);
    rmSync(at("type.txt"));
    symlinkSync("target", at("type.txt"));
    utimesSync(at("same.txt"), 1, 1);
    const changes = await see(task);
    const rows = changes.files.map((f) => [f.path, f.status, f.additions, f.deletions, f.binary]);
    expect(rows).toEqual([
      ["bin.dat", "modified", 0, 0, true],
      ["commit-new.txt", "added", 1, 0, false],
      ["commit.txt", "modified", 1, 1, false],
      ["edit.txt", "modified", 1, 1, false],
      ["empty.txt", "untracked", 0, 0, false],
      ["gone.txt", "deleted", 0, 2, false],
      ["mode.sh", "modified", 0, 0, false],
      ["moved.txt", "renamed", 0, 0, false],
      ["new.bin", "untracked", 0, 0, true],
      ["new.txt", "untracked", 3, 0, false],
      ["stage-new.txt", "added", 2, 0, false],
      ["stage.txt", "modified", 1, 1, false],
      ["type.txt", "type", 1, 1, false],
    ]);
    const file = (path: string) => changes.files.find((entry) => entry.path === path);
    expect(file("moved.txt")?.oldPath).toBe("old/name.txt");
    expect(file("mode.sh")?.patch).toContain("old mode 100644\nnew mode 100755\n");
    expect(file("type.txt")?.patch).toContain("deleted file mode 100644");
    expect(file("type.txt")?.patch).toContain("new file mode 120000");
    expect(file("bin.dat")?.patch).toBeNull();
    expect(file("edit.txt")?.patch).toContain("@@ -1,3 +1,3 @@\n 1\n-2\n+TWO\n 3\n");
    expect(file("new.txt")?.patch).toBe(
      "diff --git a/new.txt b/new.txt\nnew file mode 100644\n--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1,3 @@\n+a\n+b\n+c\n\\ No newline at end of file\n",
    );
    expect(changes.files.every((f) => f.patch !== null || f.binary)).toBe(true);
    expect([changes.additions, changes.deletions, changes.truncated]).toEqual([10, 6, false]);
    expect(changes.headSha).toBe(box.sh(task.path, "rev-parse", "HEAD"));
    expect(unwrap(await box.git.shortstat(task.path, task.baseSha, signal))).toMatchObject({
      files: 13,
      additions: 10,
      deletions: 6,
    });
  });

  test("names of every kind, by bytes", async () => {
    const names = [
      " lead",
      "trail ",
      "-dash",
      'quo"te',
      "back\\slash",
      "new\nline",
      "tab\t",
      "bell\x07\x01\x7f",
      "ünï",
      "a b/c d",
      "\ndiff --git a/x b/x\n",
      "x => y",
      "{a => b}/c",
      "日本",
    ];
    const files = (text: string) =>
      Object.fromEntries(
        names.map((name, n) => [name, `1\n2\n${text}\n4\n${`own ${n}\n`.repeat(9)}`]),
      );
    const repo = box.repo("repo", files("3"));
    const task = await startTask(box, repo);
    box.write(task.path, files("X"));
    box.write(task.path, Object.fromEntries(names.map((name) => [`new ${name}`, "1\n"])));
    const changes = await see(task);
    expect(changes.files.map((file) => file.path).sort()).toEqual(
      [...names, ...names.map((name) => `new ${name}`)].sort(),
    );
    for (const file of changes.files) {
      expect(file.patch).toContain(file.status === "untracked" ? "+1\n" : "-3\n+X\n");
      expect(file.patch?.match(/^diff --git /gm)).toHaveLength(1);
    }
    for (const name of names) {
      box.sh(task.path, "mv", "--", name, `moved ${name.replaceAll("/", "_")}`);
    }
    const moved = await see(task);
    const renamed = moved.files.filter((file) => file.status === "renamed");
    expect(renamed).toHaveLength(names.length);
    for (const file of renamed) expect(file.patch).toContain("similarity index");
  });

  test("names that are not UTF-8 are shown, and do not hide others", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    const name = Buffer.concat([Buffer.from(`${task.path}/`), Buffer.from([0xff, 0xfe, 0x41])]);
    writeFileSync(name, "x\n");
    writeFileSync(join(task.path, "b.txt"), "x\n");
    expect((await see(task)).files.map((file) => file.path)).toEqual(["b.txt", "��A"]);
    expect(unwrap(await box.git.keep(task.trash))).toMatchObject({ dirtyFiles: 2 });
    unwrap(await box.git.removeWorktree(task.trash));
    unwrap(await box.git.restore({ ...task.trash, ...task, taskId: task.id }));
    expect(readFileSync(name, "utf8")).toBe("x\n");
  });

  test("text that looks like a patch stays text", async () => {
    const repo = box.repo("repo", { "a.txt": "1\n", "b.txt": "1\n" });
    const task = await startTask(box, repo);
    const fake = "diff --git a/b.txt b/b.txt\n--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-1\n+evil\n";
    box.write(task.path, { "a.txt": fake, "b.txt": "2\n", "c.txt": fake });
    const [a, b, c] = (await see(task)).files;
    expect([a?.additions, b?.additions, c?.additions]).toEqual([6, 1, 6]);
    expect(b?.patch).not.toContain("evil");
    expect(c?.patch).toContain("++evil\n");
  });

  test("a person's own settings change nothing of it", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "a.txt": "one\n2\nthree\n" });
    const plain = await see(task);
    for (const [key, value] of [
      ["diff.noprefix", "true"],
      ["diff.mnemonicPrefix", "true"],
      ["diff.external", box.trap("external")],
      ["diff.context", "0"],
      ["color.ui", "always"],
      ["diff.renames", "false"],
      ["diff.suppressBlankEmpty", "true"],
      ["core.quotePath", "true"],
      ["core.splitIndex", "true"],
      ["diff.relative", "true"],
      ["diff.submodule", "log"],
      ["diff.orderFile", "/nowhere"],
    ] as const) {
      box.sh(repo, "config", "--global", key, value);
    }
    expect(await see(task)).toEqual(plain);
    expect(box.sprung()).toEqual([]);
  });

  test("an edit in the very second of the last one is seen", async () => {
    const repo = box.repo("repo", { "a.txt": "aaaa\n" });
    const task = await startTask(box, repo);
    for (let n = 0; n < 10; n += 1) {
      box.write(task.path, { "a.txt": `bbb${n}\n` });
      box.sh(task.path, "add", "a.txt");
      box.write(task.path, { "a.txt": `ccc${n}\n` });
      const [file] = (await see(task)).files;
      expect(file?.patch).toContain(`+ccc${n}\n`);
    }
  });

  test("touches neither the index nor the objects of the repository", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    box.write(task.path, { "a.txt": "2\n", "new.txt": "new\n" });
    utimesSync(join(task.path, "a.txt"), 1, 1);
    const gitDir = unwrap(await box.git.gitDir(task.path));
    const stamp = () => [
      readFileSync(join(gitDir, "index")).toString("hex"),
      box.sh(repo, "count-objects"),
      readdirSync(gitDir).sort(),
      readdirSync(join(box.dataDir, "tmp")),
    ];
    const before = stamp();
    await see(task);
    expect(stamp()).toEqual(before);
    writeFileSync(join(gitDir, "index.lock"), "");
    await see(task);
  });

  test("of a checkout of the person, and of a folder in it", async () => {
    const repo = box.repo("repo", { "sub/a.txt": "1\n" });
    const baseSha = box.sh(repo, "rev-parse", "HEAD");
    box.write(repo, { "sub/a.txt": "2\n", "new.txt": "" });
    for (const path of [repo, join(repo, "sub")]) {
      const { files } = await see({ path, baseSha });
      expect(files.map((file) => [file.path, file.status])).toEqual([
        ["new.txt", "untracked"],
        ["sub/a.txt", "modified"],
      ]);
    }
  });
});

describe("a worktree that is not as it should be", () => {
  test("gone, no repository any more, no commit id", async () => {
    const repo = box.repo();
    const task = await startTask(box, repo);
    expect(codeOf(await box.git.changes(task.path, "--output=x", signal))).toBe("bad_ref");
    expect(codeOf(await box.git.changes(task.path, "main", signal))).toBe("bad_ref");
    renameSync(repo, `${repo}-moved`);
    expect(codeOf(await box.git.changes(task.path, task.baseSha, signal))).toBe("repo_gone");
    rmSync(task.path, { recursive: true });
    expect(codeOf(await box.git.changes(task.path, task.baseSha, signal))).toBe("repo_gone");
    expect(codeOf(await box.git.changes(box.home, task.baseSha, signal))).toBe("not_a_repository");
    expect(existsSync(join(repo, "x"))).toBe(false);
  });

  test("pipes, sockets and folders swapped for links are not read", async () => {
    const repo = box.repo("repo", { "dir/a.txt": "1\n" });
    box.write(box.root, { "outside/secret.txt": "secret\n" });
    const task = await startTask(box, repo);
    Bun.spawnSync(["mkfifo", join(task.path, "pipe")]);
    rmSync(join(task.path, "dir"), { recursive: true });
    symlinkSync(join(box.root, "outside"), join(task.path, "dir"));
    const changes = await see(task);
    expect(changes.files.map((file) => [file.path, file.status])).toEqual([
      ["dir", "untracked"],
      ["dir/a.txt", "deleted"],
    ]);
    expect(JSON.stringify(changes)).not.toContain("secret\\n");
  });
});

describe("agreement with git", () => {
  test("random edits: our patches, applied to the base, give the worktree", async () => {
    const repo = box.repo(
      "repo",
      Object.fromEntries([..."abcdef"].map((n) => [`${n}.txt`, "1\n2\n3\n4\n5\n"])),
    );
    const text = fc.array(
      fc.constantFrom("1\n", "2\n", "x\n", "\n", "-- a\n", "++ b\n", " ", "é\r\n"),
      { maxLength: 8 },
    );
    const edits = fc.array(
      fc.tuple(fc.constantFrom(..."abcdefgh"), fc.option(text), fc.boolean()),
      { maxLength: 6 },
    );
    let n = 0;
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        n += 1;
        const task = await startTask(box, repo, taskId(n), `agetor/t${n}`);
        for (const [name, lines, stage] of list) {
          const path = join(task.path, `${name}.txt`);
          if (lines === null) rmSync(path, { force: true });
          else writeFileSync(path, lines.join(""));
          if (stage) box.sh(task.path, "add", "-A");
        }
        const changes = await see(task);
        const patch = changes.files.map((file) => file.patch ?? "").join("");
        const check = join(box.root, `check-${n}`);
        box.sh(repo, "worktree", "add", "-q", "--detach", check, task.baseSha);
        writeFileSync(join(box.root, "p.patch"), patch);
        if (patch !== "") box.sh(check, "apply", "--whitespace=nowarn", join(box.root, "p.patch"));
        const content = (folder: string) =>
          readdirSync(folder)
            .filter((name) => name !== ".git")
            .sort()
            .map((name) => [name, readFileSync(join(folder, name), "utf8")]);
        expect(content(check)).toEqual(content(task.path));
      }),
      { numRuns: 12 },
    );
  }, 60_000);
});

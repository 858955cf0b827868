import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
  codeOf,
  type Sandbox,
  type StartedTask,
  sandbox,
  startTask,
  taskId,
  unwrap,
} from "./testing/sandbox.ts";
import type { Span } from "./types.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const signal = new AbortController().signal;

/** Keeps the files of a worktree as they are now. */
async function snap(task: StartedTask, runId = taskId(99)) {
  const { id, commonDir, baseSha, path } = task;
  const moments = [{ kind: "turn", runId, side: "start" }] as const;
  const request = { taskId: id, commonDir, baseSha, folder: path, moments, at: 1 };
  return unwrap(await box.git.snapshot(request)).sha;
}

async function see(span: Span) {
  const { folder, from, ...rest } = span;
  return unwrap(await box.git.changes(folder, from, signal, rest));
}

const rows = (changes: Awaited<ReturnType<typeof see>>) =>
  changes.files.map((file) => [file.path, file.status, file.additions, file.deletions]);

describe("two states", () => {
  test("a snapshot with the files now: what was untracked then and is now is not news", async () => {
    const repo = box.repo("repo", { "a.txt": "1\n", "run.sh": "x\n", ".gitignore": "*.log\n" });
    const task = await startTask(box, repo);
    box.write(task.path, { "same.txt": "s\n", "edit.txt": "1\n2\n", "gone.txt": "g\n" });
    symlinkSync("a.txt", join(task.path, "link"));
    const from = await snap(task);
    expect((await see({ folder: task.path, from })).files).toEqual([]);
    box.write(task.path, { "edit.txt": "1\nTWO\n", "new.txt": "n\n", "x.log": "ignored\n" });
    rmSync(join(task.path, "gone.txt"));
    chmodSync(join(task.path, "run.sh"), 0o755);
    rmSync(join(task.path, "link"));
    symlinkSync("edit.txt", join(task.path, "link"));
    const now = await see({ folder: task.path, from });
    // Known to be a snapshot, it is looked at another way, with the same answer.
    const through = await see({ folder: task.path, from, holdsUntracked: true });
    const plain = (text: string | null) => text?.replace(/^index .*\n/m, "");
    expect(through.files.map((file) => ({ ...file, patch: plain(file.patch) }))).toEqual(
      now.files.map((file) => ({ ...file, patch: plain(file.patch) })),
    );
    expect(rows(now)).toEqual([
      ["edit.txt", "modified", 1, 1],
      ["gone.txt", "deleted", 0, 1],
      ["link", "modified", 1, 1],
      ["new.txt", "untracked", 1, 0],
      ["run.sh", "modified", 0, 0],
    ]);
    expect(now.files.find((file) => file.path === "link")?.kind).toBe("symlink");
    // Staged and committed, it is the same change with the same names; only "untracked" is over.
    box.sh(task.path, "add", "-A");
    box.sh(task.path, "commit", "-qm", "work");
    const committed = await see({ folder: task.path, from });
    expect(committed.files.map((file) => file.id)).toEqual(now.files.map((file) => file.id));
    expect(committed.files.find((file) => file.path === "new.txt")?.status).toBe("added");
    // Kept once more, the two snapshots say the same.
    const stored = await see({ folder: task.path, from, to: await snap(task, taskId(98)) });
    expect(stored.files).toEqual(committed.files);
  });

  test("renames, binary files, images and empty files, between two commits", async () => {
    const text = Array.from({ length: 30 }, (_, n) => `line ${n}\n`).join("");
    const repo = box.repo("repo", { "old.txt": text, "b.dat": "\0one", "pic.png": "\0png" });
    const task = await startTask(box, repo);
    box.sh(task.path, "mv", "old.txt", "new.txt");
    box.write(task.path, {
      "new.txt": `${text}more\n`,
      "b.dat": "\0two",
      "pic.png": "\0other",
      e: "",
    });
    box.sh(task.path, "add", "-A");
    box.sh(task.path, "commit", "-qm", "work");
    const to = box.sh(task.path, "rev-parse", "HEAD");
    const changes = await see({ folder: task.path, from: task.baseSha, to });
    const shown = changes.files.map((f) => [f.path, f.oldPath, f.status, f.kind, f.patch !== null]);
    expect(shown).toEqual([
      ["b.dat", null, "modified", "binary", false],
      ["e", null, "added", "text", true],
      ["new.txt", "old.txt", "renamed", "text", true],
      ["pic.png", null, "modified", "image", false],
    ]);
    // The worktree may be gone: what is stored can be compared all the same.
    rmSync(task.path, { recursive: true });
    const { commonDir } = task;
    const gone = await see({ folder: task.path, commonDir, from: task.baseSha, to });
    expect(gone.files).toEqual(changes.files);
    const now = await box.git.changes(task.path, task.baseSha, signal, { commonDir });
    expect(codeOf(now)).toBe("repo_gone");
  });

  test("white space that is ignored leaves nothing of a file that has no other change", async () => {
    const repo = box.repo("repo", {
      "space.txt": "a b\nc\n",
      "both.txt": "a b\nc\n",
      "m.sh": "x\n",
    });
    const task = await startTask(box, repo);
    box.write(task.path, { "space.txt": "a   b\nc \n", "both.txt": "a  b\nC\n" });
    chmodSync(join(task.path, "m.sh"), 0o755);
    const span = { folder: task.path, from: task.baseSha };
    expect(rows(await see(span)).map(([path]) => path)).toEqual(["both.txt", "m.sh", "space.txt"]);
    const ignoring = await see({ ...span, ignoreSpace: true });
    expect(rows(ignoring)).toEqual([
      ["both.txt", "modified", 1, 1],
      ["m.sh", "modified", 0, 0],
    ]);
    expect(ignoring.files[0]?.patch).toContain("-c\n+C\n");
    expect(ignoring.files[0]?.patch).not.toContain("-a b");
  });

  test("nothing at all with the first commit, also with SHA-256", async () => {
    const other = join(box.root, "sha256");
    box.sh(box.root, "init", "-q", "--object-format=sha256", "-b", "main", other);
    box.write(other, { "a.txt": "1\n" });
    box.sh(other, "add", "-A");
    box.sh(other, "commit", "-qm", "first");
    for (const repo of [box.repo("repo", { "a.txt": "1\n" }), other]) {
      const to = box.sh(repo, "rev-parse", "HEAD");
      expect(rows(await see({ folder: repo, from: null, to }))).toEqual([["a.txt", "added", 1, 0]]);
    }
  });

  test("a submodule that moved is a submodule in every comparison", async () => {
    const sub = box.repo("sub", { "s.txt": "s\n" });
    const repo = box.repo();
    const file = ["-c", "protocol.file.allow=always"];
    box.sh(repo, ...file, "submodule", "--quiet", "add", sub, "m");
    box.sh(repo, "commit", "-q", "-m", "submodule");
    const task = await startTask(box, repo);
    box.sh(task.path, ...file, "submodule", "--quiet", "update", "--init");
    const from = await snap(task);
    expect((await see({ folder: task.path, from })).files).toEqual([]);
    const inner = join(task.path, "m");
    box.write(inner, { "s.txt": "changed\n" });
    box.sh(inner, "commit", "-qam", "moved");
    const moved = box.sh(inner, "rev-parse", "HEAD");
    for (const span of [
      { folder: task.path, from: task.baseSha },
      { folder: task.path, from },
      { folder: task.path, from, holdsUntracked: true },
      { folder: task.path, from, to: await snap(task, taskId(98)) },
    ]) {
      const { files } = await see(span);
      expect(files.map((one) => [one.path, one.kind, one.status])).toEqual([
        ["m", "submodule", "modified"],
      ]);
      expect(files[0]?.patch).toContain(`+Subproject commit ${moved}\n`);
    }
  });

  test("a repository the agent made inside is one entry, in a snapshot as in the worktree", async () => {
    const task = await startTask(box, box.repo());
    const inner = join(task.path, "clone");
    box.sh(task.path, "init", "-q", inner);
    mkdirSync(join(task.path, "bare-of-commits"));
    box.sh(task.path, "init", "-q", join(task.path, "bare-of-commits"));
    box.write(inner, { "x.txt": "1\n" });
    box.sh(inner, "add", "-A");
    box.sh(inner, "commit", "-qm", "one");
    const from = await snap(task);
    // One without a commit has nothing to name; it is shown as what it is.
    const names = async (span: Span) => (await see(span)).files.map((file) => file.path);
    expect(await names({ folder: task.path, from })).toEqual(["bare-of-commits/"]);
    expect(await names({ folder: task.path, from: task.baseSha, to: from })).toEqual(["clone"]);
    box.sh(inner, "commit", "-q", "--allow-empty", "-m", "two");
    for (const holdsUntracked of [false, true]) {
      const span = { folder: task.path, from, holdsUntracked };
      expect(await names(span)).toEqual(["bare-of-commits/", "clone"]);
    }
  });

  test("untracked by the person's own hand (rm --cached), a file is not there twice", async () => {
    const task = await startTask(box, box.repo("repo", { "a.txt": "1\n2\n", "b.txt": "1\n" }));
    box.sh(task.path, "rm", "-q", "--cached", "a.txt", "b.txt");
    box.write(task.path, { "a.txt": "1\nTWO\n" });
    const span = { folder: task.path, from: task.baseSha };
    expect(rows(await see(span))).toEqual([["a.txt", "modified", 1, 1]]);
  });

  test("an end that is no commit id is refused before git sees it", async () => {
    const task = await startTask(box, box.repo());
    for (const to of ["--output=x", "HEAD", "main", ""]) {
      const answer = await box.git.changes(task.path, task.baseSha, signal, { to });
      expect(codeOf(answer)).toBe("bad_ref");
    }
  });
});

describe("one file", () => {
  test("has the same id as in the list, and its whole patch", async () => {
    const long = "0123456789\n".repeat(60_000);
    const text = Array.from({ length: 30 }, (_, n) => `line ${n}\n`).join("");
    const repo = box.repo("repo", { "long.txt": "", "old.txt": text, "big.txt": "x\n" });
    const task = await startTask(box, repo);
    box.sh(task.path, "mv", "old.txt", "new.txt");
    box.write(task.path, {
      "long.txt": long,
      "new.txt": `${text}more\n`,
      "big.txt": `${"y".repeat(3_000_000)}\n`,
      "fresh.txt": long,
      "huge.txt": "z".repeat(21 * 1024 * 1024),
    });
    const span = { folder: task.path, from: task.baseSha };
    const listed = new Map((await see(span)).files.map((file) => [file.path, file]));
    const through = { ...span, from: await snap(task), holdsUntracked: true };
    box.write(task.path, { "after.txt": "1\n" });
    const [after] = (await see(through)).files;
    expect(after).toMatchObject({ path: "after.txt", status: "untracked" });
    const alone = unwrap(await box.git.changedFile(through, "after.txt", signal));
    expect([alone]).toEqual(after === undefined ? [] : [after]);
    for (const path of ["long.txt", "new.txt", "fresh.txt", "big.txt"]) {
      const file = unwrap(await box.git.changedFile(span, path, signal));
      expect(file).toMatchObject({ id: listed.get(path)?.id, tooLarge: false, binary: false });
      expect(file.patch?.startsWith("diff --git ")).toBe(true);
    }
    expect(listed.get("long.txt")).toMatchObject({ patch: null, tooLarge: true });
    const moved = unwrap(await box.git.changedFile(span, "new.txt", signal));
    expect(moved).toMatchObject({ oldPath: "old.txt", status: "renamed", additions: 1 });
    expect(codeOf(await box.git.changedFile(span, "huge.txt", signal))).toBe("too_large");
    for (const path of ["nothing.txt", "../x", "old.txt", "*", ":/"]) {
      expect(codeOf(await box.git.changedFile(span, path, signal))).toBe("not_found");
    }
  });

  test("a large file that is not tracked, in a snapshot or after it, is looked at like any other", async () => {
    const task = await startTask(box, box.repo());
    const big = "x".repeat(3_000_000);
    box.write(task.path, { "edit.bin": big, "same.bin": big, "small.txt": "1\n" });
    const span = { folder: task.path, from: await snap(task), holdsUntracked: true };
    box.write(task.path, { "edit.bin": `${big}y`, "new.bin": big, "new.txt": "1\n" });
    const names = (await see(span)).files.map((file) => [file.path, file.status, file.tooLarge]);
    expect(names).toEqual([
      ["edit.bin", "modified", true],
      ["new.bin", "untracked", true],
      ["new.txt", "untracked", false],
    ]);
    const { files } = await see({ ...span, holdsUntracked: false });
    expect(files.map((file) => [file.path, file.status, file.tooLarge])).toEqual(names);
  });

  test("of a stored state too, a large one and a binary one", async () => {
    const task = await startTask(box, box.repo("repo", { "big.txt": "x\n", "b.dat": "\0" }));
    box.write(task.path, { "big.txt": `${"y".repeat(3_000_000)}\n`, "b.dat": "\0two" });
    const to = await snap(task);
    const span = { folder: task.path, from: task.baseSha, to };
    const [binary, big] = (await see(span)).files;
    expect(binary).toMatchObject({ path: "b.dat", binary: true, tooLarge: false });
    expect(big).toMatchObject({ path: "big.txt", patch: null, tooLarge: true });
    const whole = unwrap(await box.git.changedFile(span, "big.txt", signal));
    expect(whole.patch).toContain("-x\n+yyy");
    expect(unwrap(await box.git.changedFile(span, "b.dat", signal))).toMatchObject({
      binary: true,
      patch: null,
      tooLarge: false,
    });
  });
});

describe("agreement with git", () => {
  test("random work: the patch of any span, applied to its old state, gives its new one", async () => {
    const start = Object.fromEntries([..."abcd"].map((n) => [`${n}.txt`, `1\n2\n3\n${n}\n5\n`]));
    const repo = box.repo("repo", start);
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("write" as const),
        name: fc.constantFrom(..."abcdef"),
        text: fc.constantFrom("1\n2\n", "x\n", "", "\0\x01", "1\n2\n3\n4\n5\n6", "é\r\n"),
      }),
      fc.record({
        kind: fc.constantFrom("remove", "link", "exec", "add", "commit", "untrack"),
        name: fc.constantFrom(..."abcdef"),
      }),
      fc.record({
        kind: fc.constant("move" as const),
        name: fc.constantFrom(..."abcdef"),
        to: fc.constantFrom(..."abcdef"),
      }),
    );
    type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
    const play = (folder: string, one: Step) => {
      const at = (name: string) => join(folder, `${name}.txt`);
      const path = at(one.name);
      if (one.kind === "write") {
        rmSync(path, { force: true });
        writeFileSync(path, one.text);
      }
      if (one.kind === "remove") rmSync(path, { force: true });
      if (one.kind === "link") {
        rmSync(path, { force: true });
        symlinkSync("elsewhere", path);
      }
      if (one.kind === "exec") box.attempt(folder, "update-index", "--chmod=+x", `${one.name}.txt`);
      if (one.kind === "move" && "to" in one) box.attempt(folder, "mv", path, at(one.to));
      if (one.kind === "untrack") box.attempt(folder, "rm", "-q", "--cached", `${one.name}.txt`);
      if (one.kind === "add") box.sh(folder, "add", "-A");
      if (one.kind === "commit") box.attempt(folder, "commit", "-qam", "work");
    };
    const check = join(box.root, "check");
    box.sh(repo, "worktree", "add", "-q", "--detach", check);
    /** The tree that a patch makes of another. */
    const applied = (from: string, patch: Uint8Array): string => {
      box.sh(check, "read-tree", "--reset", "-u", from);
      box.sh(check, "clean", "-fdq");
      writeFileSync(join(box.root, "p.patch"), patch);
      if (patch.length > 0) {
        const args = ["apply", "--index", "--whitespace=nowarn", join(box.root, "p.patch")];
        box.sh(check, ...args);
      }
      return box.sh(check, "write-tree");
    };
    let n = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 6 }),
        fc.array(step, { maxLength: 6 }),
        async (before, after) => {
          n += 1;
          const task = await startTask(box, repo, taskId(n), `agetor/t${n}`);
          for (const one of before) play(task.path, one);
          const from = await snap(task);
          for (const one of after) play(task.path, one);
          const to = await snap(task, taskId(98));
          const tree = box.sh(repo, "rev-parse", `${to}^{tree}`);
          const span = { folder: task.path, from };
          const spans = [
            ...[span, { ...span, holdsUntracked: true }, { ...span, to }],
            { ...span, from: task.baseSha },
          ];
          for (const one of spans) {
            const patch = unwrap(await box.git.patch(one, null, signal));
            expect(applied(one.from, patch)).toBe(tree);
            const { files } = await see(one);
            const names = files.flatMap((file) => [file.path, file.oldPath ?? file.path]);
            const plain = ["diff-tree", "-r", "--no-renames", "--name-only", one.from, to];
            const expected = box
              .sh(repo, ...plain)
              .split("\n")
              .filter(Boolean);
            expect([...new Set(names)].sort()).toEqual(expected.sort());
          }
        },
      ),
      { numRuns: 15 },
    );
  }, 120_000);

  test("some files of it, and names that look like patterns", async () => {
    const repo = box.repo("repo", { "a.txt": "1\n", "[ab].txt": "1\n", "old.txt": "1\n2\n3\n" });
    const task = await startTask(box, repo);
    box.sh(task.path, "mv", "old.txt", "moved.txt");
    box.write(task.path, { "a.txt": "2\n", "[ab].txt": "2\n", "new.bin": "\0\x01\x02" });
    const span = { folder: task.path, from: task.baseSha };
    const names = async (...paths: string[]) => {
      const patch = unwrap(await box.git.patch(span, paths, signal));
      const text = Buffer.from(patch).toString("latin1");
      return [...text.matchAll(/^diff --git a\/(.*) b\/(.*)$/gm)].map(([, a, b]) => [a, b]);
    };
    expect(await names("[ab].txt")).toEqual([["[ab].txt", "[ab].txt"]]);
    expect(await names("moved.txt", "new.bin")).toEqual([
      ["old.txt", "moved.txt"],
      ["new.bin", "new.bin"],
    ]);
    for (const path of ["*", ":(top)a.txt", "../a.txt", "b.txt"]) {
      expect(codeOf(await box.git.patch(span, [path], signal))).toBe("not_found");
    }
  });
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, lstatSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { doing, filesOf, introduce, startFree, status } from "../testing/landing.ts";
import { codeOf, deleteTask, type Sandbox, sandbox, taskId, unwrap } from "../testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
  introduce(box);
});
afterEach(() => box[Symbol.dispose]());

const all = { message: "Commit", paths: null, hooks: false };
const merge = { base: "main", how: "merge", message: "Merge it\n" } as const;

async function newest(commonDir: string, id: string) {
  return unwrap(await box.git.landing.checkpoints(commonDir, id))[0];
}

describe("restoring a checkpoint", () => {
  test("brings files, branch and base branch back, and writes one first", async () => {
    const { repo, task, site } = await startFree(box, { "a.txt": "a\n" });
    box.write(task.path, { "a.txt": "1\n" });
    unwrap(await box.git.landing.commit(site, doing(), all));
    const head = box.sh(task.path, "rev-parse", "HEAD");
    const merging = doing("Before merging");
    unwrap(await box.git.landing.merge(site, merging, merge));
    box.write(task.path, { "a.txt": "2\n", "b.txt": "b\n" });
    box.sh(task.path, "commit", "-qam", "later");
    const restoring = doing("Before going back");
    const back = await box.git.landing.restoreCheckpoint(site, restoring, merging.id);
    expect(unwrap(back)).toMatchObject({
      checkpoint: { id: restoring.id, reason: "restore", baseBranch: "main", dirtyFiles: 1 },
      base: null,
      baseBranchStays: null,
    });
    expect(box.sh(repo, "rev-parse", "main")).toBe(task.baseSha);
    expect(box.sh(task.path, "rev-parse", "agetor/t0")).toBe(head);
    expect(filesOf(task.path)).toEqual({ "a.txt": "1\n" });
    unwrap(await box.git.landing.restoreCheckpoint(site, doing(), restoring.id));
    expect(filesOf(task.path)).toEqual({ "a.txt": "2\n", "b.txt": "b\n" });
    expect(status(box, task.path)).toEqual(["?? b.txt"]);
    expect(box.sh(repo, "log", "-1", "--format=%B", "main")).toBe("Merge it\n");
  });

  test("leaves a base branch that somebody moved or stands on, and says so", async () => {
    const { repo, task, site } = await startFree(box, { "a.txt": "a\n" });
    box.write(task.path, { "a.txt": "1\n" });
    unwrap(await box.git.landing.commit(site, doing(), all));
    const merging = doing();
    unwrap(await box.git.landing.merge(site, merging, merge));
    const merged = box.sh(repo, "rev-parse", "main");
    box.sh(repo, "switch", "-q", "main");
    const first = unwrap(await box.git.landing.restoreCheckpoint(site, doing(), merging.id));
    expect(first.baseBranchStays).toContain(repo);
    box.sh(repo, "commit", "-q", "--allow-empty", "-m", "moved");
    box.sh(repo, "switch", "-q", "--detach");
    const second = unwrap(await box.git.landing.restoreCheckpoint(site, doing(), merging.id));
    expect(second.baseBranchStays).toContain("moved");
    expect(box.sh(repo, "rev-parse", "main~1")).toBe(merged);
  });

  test("puts the worktree on its own branch again", async () => {
    const { repo, task, site } = await startFree(box, { "a.txt": "a\n" });
    box.write(task.path, { "a.txt": "1\n" });
    const first = doing();
    unwrap(await box.git.landing.commit(site, first, all));
    box.sh(task.path, "switch", "-q", "-c", "by-hand");
    box.write(task.path, { "a.txt": "hand\n" });
    box.sh(task.path, "commit", "-qam", "hand");
    const hand = box.sh(task.path, "rev-parse", "HEAD");
    unwrap(await box.git.landing.restoreCheckpoint(site, doing(), first.id));
    expect(box.sh(task.path, "symbolic-ref", "--short", "HEAD")).toBe("agetor/t0");
    expect(box.sh(repo, "rev-parse", "by-hand")).toBe(hand);
    expect(status(box, task.path)).toEqual([" M a.txt"]);
  });

  test("brings the pin back with what was before a rebase", async () => {
    const { repo, task, site } = await startFree(box, { "a.txt": "a\n" });
    box.write(task.path, { "b.txt": "1\n" });
    unwrap(await box.git.landing.commit(site, doing(), all));
    box.sh(repo, "commit", "-q", "--allow-empty", "-m", "moved");
    box.sh(repo, "push", "-q", ".", "HEAD:main");
    const rebasing = doing();
    const { base } = unwrap(await box.git.landing.rebase(site, rebasing, "main"));
    const now = { ...site, baseSha: base.to };
    const back = unwrap(await box.git.landing.restoreCheckpoint(now, doing(), rebasing.id));
    expect(back.base).toEqual({ from: base.to, to: task.baseSha });
    expect(box.sh(repo, "rev-parse", `refs/agetor/base/${task.id}`)).toBe(task.baseSha);
    expect(unwrap(await box.git.landing.recover(now))).toEqual(back.base);
  });

  test("survives the task's deletion: what only a checkpoint holds is not lost (GIT-15)", async () => {
    const { repo, task, site } = await startFree(box, { "a.txt": "a\n" });
    box.write(task.path, { "only-here.txt": "dear\n" });
    const wish = { kind: "files", paths: ["only-here.txt"], old: { kind: "head" } } as const;
    const reverting = doing();
    unwrap(await box.git.landing.revert(site, reverting, wish));
    expect(await deleteTask(box, task)).toBeNull();
    const checkpoint = await newest(task.commonDir, task.id);
    expect(box.sh(repo, "show", `${checkpoint?.sha}:only-here.txt`)).toBe("dear");
    unwrap(await box.git.addWorktree({ ...task, taskId: task.id }));
    unwrap(await box.git.landing.restoreCheckpoint(site, doing(), reverting.id));
    expect(filesOf(task.path)).toEqual({ "a.txt": "a\n", "only-here.txt": "dear\n" });
    unwrap(await box.git.landing.dropCheckpoints(task.commonDir, task.id));
    expect(await newest(task.commonDir, task.id)).toBeUndefined();
  });

  test("only of one's own, and only while it is kept", async () => {
    const one = await startFree(box, { "a.txt": "a\n" });
    box.write(one.task.path, { "a.txt": "1\n" });
    const made = doing();
    unwrap(await box.git.landing.commit(one.site, made, all));
    const unknown = await box.git.landing.restoreCheckpoint(one.site, doing(), taskId(9));
    expect(codeOf(unknown)).toBe("not_found");
    const { commonDir, id } = one.task;
    const expire = (before: number, tasks: string[]) =>
      box.git.landing.expireCheckpoints(commonDir, before, new Set(tasks));
    expect(unwrap(await expire(made.at, [id]))).toBe(0);
    expect(unwrap(await expire(made.at + 1, [taskId(8)]))).toBe(0);
    expect(unwrap(await expire(made.at + 1, [id]))).toBe(1);
    const gone = await box.git.landing.restoreCheckpoint(one.site, doing(), made.id);
    expect(codeOf(gone)).toBe("not_found");
  });

  test("refuses a worktree that is not the task's own (GIT-16)", async () => {
    const { repo, site } = await startFree(box);
    for (const path of ["/", box.home, repo, join(site.path, ".."), `${site.path}/../x`]) {
      const refused = await box.git.landing.commit({ ...site, path }, doing(), all);
      expect([path, codeOf(refused)]).toEqual([path, "worktree_failed"]);
    }
    const link = join(box.dataDir, "worktrees", taskId(5));
    symlinkSync(repo, link);
    const other = { ...site, taskId: taskId(5), path: link };
    expect(codeOf(await box.git.landing.recover(other))).toBe("worktree_failed");
  });
});

/** Something done to a file: written, removed, made a link or executable. */
const deed = fc.record({
  path: fc.constantFrom("a.txt", "b.txt", "d/c.txt", "d/e/f.txt", "new", "new/x", "é"),
  how: fc.constantFrom("write", "remove", "link", "executable"),
  text: fc.constantFrom("", "one\n", "two\nlines\n", "no end", "\0binary\xff"),
});
type Deed = { path: string; how: string; text: string };

function act(folder: string, { path, how, text }: Deed): void {
  const full = join(folder, path);
  for (let at = dirname(full); at !== folder; at = dirname(at)) {
    if (lstatSync(at, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(at);
  }
  rmSync(full, { recursive: true, force: true });
  if (how === "remove") return;
  box.write(folder, { [path]: text });
  if (how === "executable") chmodSync(full, 0o755);
  if (how === "link") {
    rmSync(full);
    symlinkSync("a.txt", full);
  }
}

test("whatever the mess: a checkpoint restored is the same files and refs", async () => {
  const { repo, task, site } = await startFree(box, { "a.txt": "a\n", "d/c.txt": "c\n" });
  const refs = () =>
    box.sh(
      repo,
      "for-each-ref",
      "--format=%(refname) %(objectname)",
      "refs/heads",
      "refs/agetor/base",
    );
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { maxLength: 6 }),
      fc.array(deed),
      fc.boolean(),
      async (first, mess, commits) => {
        for (const one of first) act(task.path, one);
        const before = [filesOf(task.path), refs()];
        const kept = doing();
        const wish = { kind: "files", paths: ["kept"], old: { kind: "head" } } as const;
        box.write(task.path, { kept: "k\n" });
        unwrap(await box.git.landing.revert(site, kept, wish));
        expect([filesOf(task.path), refs()]).toEqual(before);
        for (const one of mess) act(task.path, one);
        if (commits) await box.git.landing.commit(site, doing(), all);
        unwrap(await box.git.landing.restoreCheckpoint(site, doing(), kept.id));
        rmSync(join(task.path, "kept"));
        expect([filesOf(task.path), refs()]).toEqual(before);
      },
    ),
    { numRuns: 12 },
  );
}, 120_000);

test("hunks taken back and put on again give the same file", async () => {
  const { task, site } = await startFree(box, { "a.txt": "" });
  const line = fc.constantFrom("a\n", "b\n", "c\n", "\n", "d\r\n", "é\n");
  const text = fc.tuple(fc.array(line, { maxLength: 40 }), fc.constantFrom("", "end"));
  const signal = new AbortController().signal;
  await fc.assert(
    fc.asyncProperty(text, text, async ([one, oneEnd], [other, otherEnd]) => {
      const [old, now] = [one.join("") + oneEnd, other.join("") + otherEnd];
      fc.pre(old !== now);
      box.write(task.path, { "a.txt": old });
      box.sh(task.path, "commit", "-q", "--allow-empty", "-am", "old");
      const base = box.sh(task.path, "rev-parse", "HEAD");
      box.write(task.path, { "a.txt": now });
      const { files } = unwrap(await box.git.changes(task.path, base, signal));
      const patch = files[0]?.patch ?? "";
      const wish = { kind: "hunks", path: "a.txt", patch } as const;
      unwrap(await box.git.landing.revert(site, doing(), wish));
      expect(filesOf(task.path)["a.txt"]).toBe(Buffer.from(old).toString("latin1"));
      box.write(box.root, { "again.patch": patch });
      box.sh(task.path, "apply", "--whitespace=nowarn", join(box.root, "again.patch"));
      expect(filesOf(task.path)["a.txt"]).toBe(Buffer.from(now).toString("latin1"));
    }),
    { numRuns: 15 },
  );
}, 120_000);

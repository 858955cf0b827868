import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { doing, filesOf, introduce, siteOf, startFree, status } from "../testing/landing.ts";
import { codeOf, exists, type Sandbox, sandbox, startTask, unwrap } from "../testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
  introduce(box);
});
afterEach(() => box[Symbol.dispose]());

const twelve = Array.from({ length: 12 }, (_, n) => `line ${n + 1}\n`).join("");
const signal = new AbortController().signal;

async function patchOf(path: string, worktree: string, baseSha: string): Promise<string> {
  const { files } = unwrap(await box.git.changes(worktree, baseSha, signal));
  return files.find((file) => file.path === path)?.patch ?? "";
}

/** The patch with only its n-th hunk. */
function only(patch: string, n: number): string {
  const [head = "", ...hunks] = patch.split(/^(?=@@ )/m);
  return head + hunks[n];
}

describe("taking back hunks", () => {
  test("takes back the one that was asked for, and nothing else", async () => {
    const { task, site } = await startFree(box, { "a.txt": twelve, "b.txt": "b\n" });
    const changed = twelve.replace("line 2\n", "two\n").replace("line 11\n", "eleven\n");
    box.write(task.path, { "a.txt": changed, "b.txt": "changed\n" });
    const patch = await patchOf("a.txt", task.path, task.baseSha);
    const wish = { kind: "hunks", path: "a.txt", patch: only(patch, 1) } as const;
    const checkpoint = unwrap(await box.git.landing.revert(site, doing("Before it"), wish));
    expect(readFileSync(join(task.path, "a.txt"), "utf8")).toBe(
      twelve.replace("line 2\n", "two\n"),
    );
    expect(readFileSync(join(task.path, "b.txt"), "utf8")).toBe("changed\n");
    expect(status(box, task.path)).toEqual([" M a.txt", " M b.txt"]);
    expect(checkpoint).toMatchObject({ reason: "revert", label: "Before it", dirtyFiles: 2 });
    expect(box.sh(task.path, "show", `${checkpoint.ref}:a.txt`)).toBe(changed.trimEnd());
  });

  test("a hunk that no longer applies is a conflict, and nothing is touched", async () => {
    const { repo, task, site } = await startFree(box, { "a.txt": twelve });
    box.write(task.path, { "a.txt": twelve.replace("line 2\n", "two\n") });
    const patch = await patchOf("a.txt", task.path, task.baseSha);
    box.write(task.path, { "a.txt": twelve.replace("line 2\n", "zwei\n") });
    const before = filesOf(task.path);
    const failed = await box.git.landing.revert(site, doing(), {
      kind: "hunks",
      path: "a.txt",
      patch,
    });
    expect(failed).toMatchObject({
      ok: false,
      fault: { code: "merge_conflict", details: { files: ["a.txt"] } },
    });
    expect(filesOf(task.path)).toEqual(before);
    expect(box.sh(repo, "for-each-ref", "refs/agetor/checkpoint/")).toBe("");
  });

  test("nor is one taken back at another place that looks the same", async () => {
    const part = "a\nb\nc\nX\nd\ne\nf\n";
    const { task, site } = await startFree(box, { "a.txt": `${part.replace("X\n", "")}--\n` });
    box.write(task.path, { "a.txt": `${part}--\n` });
    const patch = await patchOf("a.txt", task.path, task.baseSha);
    box.write(task.path, { "a.txt": `++\n--\n${part}==\n${part}--\n` });
    const wish = { kind: "hunks", path: "a.txt", patch } as const;
    expect(codeOf(await box.git.landing.revert(site, doing(), wish))).toBe("merge_conflict");
  });

  test("an added file goes, a deleted one comes back, whatever its name", async () => {
    const name = 'odd "name"\ttab é.txt';
    const { task, site } = await startFree(box, { "gone.txt": "gone\n" });
    box.write(task.path, { [name]: "new\n" });
    rmSync(join(task.path, "gone.txt"));
    for (const path of [name, "gone.txt"]) {
      const patch = await patchOf(path, task.path, task.baseSha);
      unwrap(await box.git.landing.revert(site, doing(), { kind: "hunks", path, patch }));
    }
    expect(filesOf(task.path)).toEqual({ "gone.txt": "gone\n" });
    expect(status(box, task.path)).toEqual([]);
  });

  test("a patch is only ever about the file that is named", async () => {
    const { task, site } = await startFree(box, { "a.txt": twelve, "b.txt": twelve });
    box.write(task.path, { "a.txt": twelve.replace("line 2", "2"), "b.txt": "other\n" });
    const patch = await patchOf("a.txt", task.path, task.baseSha);
    const asB = patch.replaceAll("a.txt", "b.txt");
    const wish = { kind: "hunks", path: "a.txt", patch: asB } as const;
    unwrap(await box.git.landing.revert(site, doing(), wish));
    expect(filesOf(task.path)).toEqual({ "a.txt": twelve, "b.txt": "other\n" });
    for (const odd of ["../a.txt", "/etc/passwd", ".git/config", "a/../b.txt", "a//b"]) {
      const refused = await box.git.landing.revert(site, doing(), { ...wish, path: odd });
      expect([odd, codeOf(refused)]).toEqual([odd, "invalid_request"]);
    }
    for (const bad of ["", "no patch", `${patch}rubbish\n`, patch + patch]) {
      const refused = await box.git.landing.revert(site, doing(), { ...wish, patch: bad });
      expect(codeOf(refused)).toBe("invalid_request");
    }
  });
});

describe("taking back files", () => {
  const old = (task: { baseSha: string }) => ({ kind: "commit", sha: task.baseSha }) as const;

  test("brings them to the old side of the scope", async () => {
    const files = { "a.txt": "a\n", "b.txt": "b\n", "deep/c.txt": "c\n", "run.sh": "#!/bin/sh\n" };
    const { task, site } = await startFree(box, files);
    box.write(task.path, { "a.txt": "1\n", "new/n.txt": "new\n", "stay.txt": "stay\n" });
    chmodSync(join(task.path, "run.sh"), 0o755);
    rmSync(join(task.path, "deep"), { recursive: true });
    const paths = ["a.txt", "new/n.txt", "deep/c.txt", "run.sh"];
    const wish = { kind: "files", paths, old: old(task) } as const;
    unwrap(await box.git.landing.revert(site, doing(), wish));
    expect(filesOf(task.path)).toEqual({ ...files, "stay.txt": "stay\n" });
    expect(exists(join(task.path, "new"))).toBe(false);
    expect(status(box, task.path)).toEqual(["?? stay.txt"]);
  });

  test("the last commit, a commit's parent and a snapshot are old sides too", async () => {
    const { task, site } = await startFree(box, { "a.txt": "0\n" });
    box.write(task.path, { "a.txt": "1\n" });
    box.sh(task.path, "commit", "-qam", "one");
    const one = box.sh(task.path, "rev-parse", "HEAD");
    box.sh(task.path, "update-ref", `refs/agetor/review/${task.id}`, one);
    box.write(task.path, { "a.txt": "2\n" });
    const to = async (side: Parameters<typeof box.git.landing.revert>[2] & { kind: "files" }) => {
      unwrap(await box.git.landing.revert(site, doing(), side));
      return readFileSync(join(task.path, "a.txt"), "utf8");
    };
    const files = { kind: "files", paths: ["a.txt"] } as const;
    expect(await to({ ...files, old: { kind: "head" } })).toBe("1\n");
    box.write(task.path, { "a.txt": "2\n" });
    const ref = `refs/agetor/review/${task.id}`;
    expect(await to({ ...files, old: { kind: "ref", ref, what: "then" } })).toBe("1\n");
    expect(await to({ ...files, old: { kind: "parent", sha: one } })).toBe("0\n");
    const missing = await box.git.landing.revert(site, doing(), {
      ...files,
      old: { kind: "ref", ref: "refs/agetor/turn/x/y/start", what: "that turn" },
    });
    expect(codeOf(missing)).toBe("nothing_to_restore");
    const foreign = box.sh(task.path, "commit-tree", "-m", "x", "HEAD^{tree}");
    const other = { ...files, old: { kind: "parent", sha: foreign } } as const;
    expect(codeOf(await box.git.landing.revert(site, doing(), other))).toBe("bad_ref");
  });

  test("a rename goes back on both sides", async () => {
    const { task, site } = await startFree(box, { "old.txt": twelve });
    box.sh(task.path, "mv", "old.txt", "new.txt");
    const wish = { kind: "files", paths: ["new.txt"], old: old(task) } as const;
    unwrap(await box.git.landing.revert(site, doing(), wish));
    expect(filesOf(task.path)).toEqual({ "old.txt": twelve });
    expect(status(box, task.path)).toEqual([]);
  });

  test("what was staged is staged without it, what was half staged stays", async () => {
    const { task, site } = await startFree(box, { "a.txt": "a\n", "b.txt": "b\n" });
    box.write(task.path, { "a.txt": "1\n", "b.txt": "staged\n", "new.txt": "new\n" });
    box.sh(task.path, "add", "-A");
    box.write(task.path, { "b.txt": "more\n" });
    const paths = ["a.txt", "b.txt", "new.txt"];
    const wish = { kind: "files", paths, old: old(task) } as const;
    unwrap(await box.git.landing.revert(site, doing(), wish));
    expect(status(box, task.path)).toEqual(["MM b.txt"]);
  });

  test("a file in the place of a folder, and a folder in the place of a file", async () => {
    const { task, site } = await startFree(box, { "x/1": "1\n", "x/2": "2\n", y: "y\n" });
    rmSync(join(task.path, "x"), { recursive: true });
    rmSync(join(task.path, "y"));
    box.write(task.path, { x: "file\n", "y/1": "1\n" });
    const one = { kind: "files", paths: ["y"], old: old(task) } as const;
    expect(await box.git.landing.revert(site, doing(), one)).toMatchObject({
      ok: false,
      fault: { code: "merge_conflict", details: { files: ["y/1"] } },
    });
    const paths = ["x/1", "x/2", "x", "y", "y/1"];
    unwrap(await box.git.landing.revert(site, doing(), { ...one, paths }));
    expect(filesOf(task.path)).toEqual({ "x/1": "1\n", "x/2": "2\n", y: "y\n" });
  });

  test("an ignored file is never written over", async () => {
    const { task, site } = await startFree(box, { "a.log": "kept\n" });
    box.sh(task.path, "rm", "-q", "--cached", "a.log");
    box.write(task.path, { "a.log": "mine, and only here\n", ".gitignore": "*.log\n" });
    const wish = { kind: "files", paths: ["a.log"], old: old(task) } as const;
    expect(await box.git.landing.revert(site, doing(), wish)).toMatchObject({
      ok: false,
      fault: { code: "not_clean", details: { files: ["a.log"] } },
    });
    expect(readFileSync(join(task.path, "a.log"), "utf8")).toBe("mine, and only here\n");
  });

  test("never through a link, never into another repository (GIT-20)", async () => {
    const outside = join(box.root, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "a.txt"), "secret\n");
    const { task, site } = await startFree(box, { "dir/a.txt": "a\n", "b.txt": "b\n" });
    rmSync(join(task.path, "dir"), { recursive: true });
    symlinkSync(outside, join(task.path, "dir"));
    const wish = { kind: "files", paths: ["dir/a.txt"], old: old(task) } as const;
    expect(codeOf(await box.git.landing.revert(site, doing(), wish))).toBe("merge_conflict");
    const both = { ...wish, paths: ["dir/a.txt", "dir"] };
    unwrap(await box.git.landing.revert(site, doing(), both));
    expect(readFileSync(join(outside, "a.txt"), "utf8")).toBe("secret\n");
    expect(readFileSync(join(task.path, "dir/a.txt"), "utf8")).toBe("a\n");
    box.sh(task.path, "init", "-q", "inner");
    box.write(task.path, { "inner/x.txt": "x\n" });
    const inner = { ...wish, paths: ["inner/x.txt"] };
    expect(codeOf(await box.git.landing.revert(site, doing(), inner))).toBe("invalid_request");
    expect(exists(join(task.path, "inner/x.txt"))).toBe(true);
  });
});

describe("taking back a turn", () => {
  test("takes back what it did, and leaves what came after", async () => {
    const { task, site } = await startFree(box, { "a.txt": twelve, "b.txt": "b\n" });
    const snap = async (side: string) => {
      const trash = unwrap(await box.git.keep(task.trash));
      const sha = trash?.sha ?? task.baseSha;
      box.sh(task.path, "update-ref", `refs/agetor/turn/${task.id}/RUN/${side}`, sha);
      box.sh(task.path, "update-ref", "-d", `refs/agetor/trash/${task.id}`);
    };
    await snap("start");
    box.write(task.path, { "a.txt": twelve.replace("line 2", "turn"), "new.txt": "new\n" });
    await snap("end");
    const later = twelve.replace("line 2", "turn").replace("line 12", "later");
    box.write(task.path, { "a.txt": later });
    unwrap(await box.git.landing.revert(site, doing(), { kind: "turn", run: "RUN" }));
    expect(filesOf(task.path)).toEqual({
      "a.txt": twelve.replace("line 12", "later"),
      "b.txt": "b\n",
    });
    box.write(task.path, { "a.txt": twelve.replace("line 2", "otherwise") });
    const before = filesOf(task.path);
    const failed = await box.git.landing.revert(site, doing(), { kind: "turn", run: "RUN" });
    expect(failed).toMatchObject({
      ok: false,
      fault: { code: "merge_conflict", details: { files: ["a.txt"] } },
    });
    expect(filesOf(task.path)).toEqual(before);
    const none = await box.git.landing.revert(site, doing(), { kind: "turn", run: "NONE" });
    expect(codeOf(none)).toBe("nothing_to_restore");
  });
});

test("the same command again answers the same, and does nothing", async () => {
  const repo = box.repo("repo", { "a.txt": "a\n" });
  const task = await startTask(box, repo);
  box.write(task.path, { "a.txt": "1\n" });
  const once = { ...doing(), command: "COMMAND" };
  const old = { kind: "head" } as const;
  const wish = { kind: "files", paths: ["a.txt"], old } as const;
  const first = unwrap(await box.git.landing.revert(siteOf(task), once, wish));
  box.write(task.path, { "a.txt": "2\n" });
  const again = await box.git.landing.revert(
    siteOf(task),
    { ...doing(), command: "COMMAND" },
    wish,
  );
  expect(unwrap(again)).toEqual(first);
  expect(readFileSync(join(task.path, "a.txt"), "utf8")).toBe("2\n");
});

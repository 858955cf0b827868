import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { readInside } from "./read-inside.ts";
import { codeOf, type Sandbox, sandbox, startTask, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const signal = new AbortController().signal;
const all = { start: 1, end: 100 };

describe("the lines of a file", () => {
  test("of either side, also of a renamed one, and no more than there are", async () => {
    const text = Array.from({ length: 30 }, (_, n) => `line ${n + 1}\n`).join("");
    const task = await startTask(box, box.repo("repo", { "old.txt": text, "a.txt": "1\n2\n3" }));
    box.sh(task.path, "mv", "old.txt", "new.txt");
    box.write(task.path, { "new.txt": `first\n${text}`, "a.txt": "1\ntwo\n", "u.txt": "u\n" });
    const span = { folder: task.path, from: task.baseSha };
    const lines = async (path: string, side: "old" | "new", range = all) =>
      unwrap(await box.git.fileLines(span, { path, side }, range, signal));
    expect(await lines("a.txt", "old")).toEqual({ start: 1, lines: ["1", "2", "3"], total: 3 });
    expect(await lines("a.txt", "new")).toEqual({ start: 1, lines: ["1", "two"], total: 2 });
    expect(await lines("u.txt", "new")).toEqual({ start: 1, lines: ["u"], total: 1 });
    expect(await lines("new.txt", "new", { start: 30, end: 90 })).toEqual({
      start: 30,
      lines: ["line 29", "line 30"],
      total: 31,
    });
    // By its new name or by its old one.
    for (const path of ["new.txt", "old.txt"]) {
      expect((await lines(path, "old", { start: 1, end: 1 })).lines).toEqual(["line 1"]);
    }
    expect(await lines("a.txt", "old", { start: 9, end: 9 })).toMatchObject({ lines: [] });
    for (const [path, side] of [
      ["u.txt", "old"],
      ["old.txt", "new"],
      ["no.txt", "new"],
    ] as const) {
      const answer = await box.git.fileLines(span, { path, side }, all, signal);
      expect(codeOf(answer)).toBe("not_found");
    }
  });

  test("are those of the diff, where git takes CRLF for LF and where it does not", async () => {
    const repo = box.repo("repo", { ".gitattributes": "*.txt text\n", "a.txt": "1\n", b: "1\r\n" });
    const task = await startTask(box, repo);
    box.write(task.path, { "a.txt": "1\r\n2\r\n", b: "1\r\n2\r\n" });
    const span = { folder: task.path, from: task.baseSha };
    for (const [path, expected] of [
      ["a.txt", ["1", "2"]],
      ["b", ["1\r", "2\r"]],
    ] as const) {
      const file = unwrap(await box.git.changedFile(span, path, signal));
      const found = unwrap(await box.git.fileLines(span, { path, side: "new" }, all, signal));
      expect(found.lines).toEqual([...expected]);
      expect(file.patch).toContain(`\n ${expected[0]}\n+${expected[1]}\n`);
    }
  });

  test("a link is its target, a submodule its commit; binary files have none", async () => {
    const repo = box.repo("repo", { "b.dat": "\0" });
    symlinkSync("target", join(repo, "link"));
    box.sh(repo, "add", "-A");
    const sha = box.sh(repo, "rev-parse", "HEAD");
    box.sh(repo, "update-index", "--add", "--cacheinfo", `160000,${sha},sub`);
    box.sh(repo, "commit", "-qm", "more");
    const task = await startTask(box, repo);
    rmSync(join(task.path, "link"));
    symlinkSync("/etc/passwd", join(task.path, "link"));
    const span = { folder: task.path, from: task.baseSha };
    const lines = (path: string, side: "old" | "new") =>
      box.git.fileLines(span, { path, side }, all, signal);
    expect(unwrap(await lines("link", "old")).lines).toEqual(["target"]);
    expect(unwrap(await lines("link", "new")).lines).toEqual(["/etc/passwd"]);
    expect(unwrap(await lines("sub", "old")).lines).toEqual([`Subproject commit ${sha}`]);
    expect(codeOf(await lines("b.dat", "old"))).toBe("unsupported_media_type");
  });

  test("random text: the hunks of a diff lie where the lines say", async () => {
    const task = await startTask(box, box.repo("repo", { "a.txt": "" }));
    const text = fc.array(fc.constantFrom("a", "b", "", "é", "--", "+x"), { maxLength: 30 });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(text, text, async (old, now) => {
        n += 1;
        const path = `f${n}.txt`;
        box.write(task.path, { [path]: old.join("\n") });
        box.sh(task.path, "add", "-A");
        box.sh(task.path, "commit", "-q", "--allow-empty", "-m", "x");
        const from = box.sh(task.path, "rev-parse", "HEAD");
        box.write(task.path, { [path]: now.join("\n") });
        const span = { folder: task.path, from };
        const file = await box.git.changedFile(span, path, signal);
        if (!file.ok) return expect(now.join("\n")).toBe(old.join("\n"));
        const lines = async (side: "old" | "new") =>
          unwrap(await box.git.fileLines(span, { path, side }, all, signal)).lines;
        const [before, after] = [await lines("old"), await lines("new")];
        let [a, b] = [0, 0];
        for (const line of (file.value.patch ?? "").split("\n").slice(4)) {
          const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
          if (hunk) [a, b] = [Number(hunk[1]) || 1, Number(hunk[2]) || 1];
          else if (line.startsWith(" ")) {
            expect([before[a++ - 1], after[b++ - 1]]).toEqual([line.slice(1), line.slice(1)]);
          } else if (line.startsWith("-")) expect(before[a++ - 1]).toBe(line.slice(1));
          else if (line.startsWith("+")) expect(after[b++ - 1]).toBe(line.slice(1));
        }
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});

describe("what lies outside is not read (GIT-20, HTTP-15)", () => {
  test("by no path, no link, no folder that became one, and nothing that git does not see", async () => {
    box.write(box.root, { "outside/secret.txt": "secret\n" });
    const outside = join(box.root, "outside");
    const repo = box.repo("repo", { "dir/secret.txt": "mine\n", ".gitignore": ".env\n" });
    const task = await startTask(box, repo);
    box.write(task.path, { ".env": "KEY=1\n" });
    symlinkSync(join(outside, "secret.txt"), join(task.path, "link.txt"));
    rmSync(join(task.path, "dir"), { recursive: true });
    symlinkSync(outside, join(task.path, "dir"));
    const span = { folder: task.path, from: task.baseSha };
    const read = (path: string) => box.git.fileBytes(span, { path, side: "new" }, signal);
    const paths = [
      "dir/secret.txt",
      "../../../outside/secret.txt",
      join(outside, "secret.txt"),
      "./dir/secret.txt",
      "dir//secret.txt",
      ".env",
      ".git",
      ".GIT/config",
      "dir",
      "a\0b",
      "",
      "*",
    ];
    for (const path of paths) {
      const answer = await read(path);
      expect([path, answer.ok && Buffer.from(answer.value).toString()]).toEqual([
        path,
        // A link is the text of its target, as it stands in the diff.
        path === "dir" ? outside : false,
      ]);
    }
    expect(Buffer.from(unwrap(await read("link.txt"))).toString()).toBe(
      join(outside, "secret.txt"),
    );
    const old = await box.git.fileBytes(span, { path: "dir/secret.txt", side: "old" }, signal);
    expect(Buffer.from(unwrap(old)).toString()).toBe("mine\n");
  });

  test("a pipe is not waited for, a folder swapped in between is noticed", async () => {
    const top = join(box.root, "top");
    mkdirSync(join(top, "dir"), { recursive: true });
    box.write(box.root, { "outside/a.txt": "secret\n" });
    writeFileSync(join(top, "dir/a.txt"), "mine\n");
    Bun.spawnSync(["mkfifo", join(top, "pipe")]);
    expect((await readInside(top, "pipe", 100)).kind).toBe("none");
    expect(await readInside(top, "dir/a.txt", 100)).toEqual({
      kind: "bytes",
      bytes: Buffer.from("mine\n"),
    });
    expect((await readInside(top, "dir/a.txt", 4)).kind).toBe("too-large");
    renameSync(join(top, "dir"), join(top, "was"));
    symlinkSync(join(box.root, "outside"), join(top, "dir"));
    expect((await readInside(top, "dir/a.txt", 100)).kind).toBe("none");
    symlinkSync("was", join(top, "inner"));
    expect((await readInside(top, "inner/a.txt", 100)).kind).toBe("none");
  });

  test("more than 20 MB is said to be too much, of either side", async () => {
    const big = "x".repeat(20 * 1024 * 1024 + 1);
    const task = await startTask(box, box.repo("repo", { "a.txt": big }));
    const span = { folder: task.path, from: task.baseSha };
    for (const side of ["old", "new"] as const) {
      const answer = await box.git.fileBytes(span, { path: "a.txt", side }, signal);
      expect(codeOf(answer)).toBe("too_large");
    }
  });
});

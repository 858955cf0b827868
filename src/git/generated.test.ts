import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Sandbox, sandbox, script, startTask, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const signal = new AbortController().signal;

test("linguist-generated counts besides the names, and takes them back", async () => {
  const files = {
    ".gitattributes":
      "*.gen linguist-generated\n*.lock -linguist-generated\n[attr]made linguist-generated=true\n",
    "deep/.gitattributes": "out/* made\nout/hand.txt !linguist-generated\n",
    "a.gen": "1\n",
    "yarn.lock": "1\n",
    "package-lock.json": "1\n",
    "deep/out/x.txt": "1\n",
    "deep/out/hand.txt": "1\n",
    "plain.txt": "1\n",
  };
  const repo = box.repo("repo", files);
  const task = await startTask(box, repo);
  const names = Object.keys(files).filter((name) => !name.endsWith(".gitattributes"));
  box.write(task.path, Object.fromEntries(names.map((name) => [name, "2\n"])));
  box.write(task.path, { "new.gen": "1\n" });
  const marked = async (to?: string) => {
    const rest = to === undefined ? {} : { to };
    const found = unwrap(await box.git.changes(task.path, task.baseSha, signal, rest));
    return found.files.filter((file) => file.generated).map((file) => file.path);
  };
  const all = ["a.gen", "deep/out/x.txt", "new.gen", "package-lock.json"];
  expect(await marked()).toEqual(all);
  const span = { folder: task.path, from: task.baseSha };
  expect(unwrap(await box.git.changedFile(span, "yarn.lock", signal)).generated).toBe(false);
  expect(unwrap(await box.git.changedFile(span, "new.gen", signal)).generated).toBe(true);
  box.sh(task.path, "add", "-A");
  box.sh(task.path, "commit", "-qm", "all");
  expect(await marked(box.sh(task.path, "rev-parse", "HEAD"))).toEqual(all);
});

test("git is asked only where the attribute is named, and a link in its place is not read", async () => {
  const repo = box.repo("repo", { "dir/a.txt": "1\n" });
  const task = await startTask(box, repo);
  const log = join(box.root, "log");
  const bin = script(join(box.root, "bin/git"), `echo "$*" >> ${log}\nexec git "$@"`);
  const git = box.withGit({ bin });
  const asked = async () => {
    writeFileSync(log, "");
    unwrap(await git.changes(task.path, task.baseSha, signal));
    return readFileSync(log, "utf8").includes("check-attr");
  };
  box.write(task.path, { "dir/a.txt": "2\n", ".gitattributes": "* text\n" });
  expect(await asked()).toBe(false);
  box.write(box.root, { attributes: "* linguist-generated\n" });
  rmSync(join(task.path, ".gitattributes"));
  symlinkSync(join(box.root, "attributes"), join(task.path, ".gitattributes"));
  expect(await asked()).toBe(false);
  box.write(task.path, { "dir/.gitattributes": "* linguist-generated\n" });
  expect(await asked()).toBe(true);
});

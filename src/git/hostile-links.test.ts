import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { armed } from "./testing/armed.ts";
import { exists, type Sandbox, sandbox, startTask, unwrap } from "./testing/sandbox.ts";

/** What a repository leads out to (GIT-04, GIT-20): nothing of it is fetched, run, read or removed. */

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => {
  const sprung = box.sprung();
  box[Symbol.dispose]();
  expect(sprung).toEqual([]);
});

describe("submodules (GIT-04)", () => {
  test("are never fetched, whatever their address", async () => {
    const sub = box.repo("sub", { "s.txt": "s\n" });
    const repo = box.repo();
    const sha = box.sh(sub, "rev-parse", "HEAD");
    const urls = [`ext::sh -c touch% ${box.canary}/ext`, "../sub", `file://${sub}`, "-u./x"];
    const modules = urls.map(
      (url, n) =>
        `[submodule "m${n}"]\n\tpath = m${n}\n\turl = ${url}\n\tupdate = !touch ${box.canary}/update\n`,
    );
    box.write(repo, { ".gitmodules": modules.join("") });
    for (const n of urls.keys()) {
      box.sh(repo, "update-index", "--add", "--cacheinfo", `160000,${sha},m${n}`);
    }
    box.sh(repo, "add", ".gitmodules");
    box.sh(repo, "commit", "-q", "-m", "submodules");
    const task = await startTask(box, repo);
    const changes = unwrap(
      await box.git.changes(task.path, task.baseSha, new AbortController().signal),
    );
    expect(changes.files).toEqual([]);
    expect(exists(join(repo, ".git/modules"))).toBe(false);
    expect(exists(join(task.path, "m1", "s.txt"))).toBe(false);
  });

  test("one the agent filled runs nothing when it is looked at", async () => {
    const sub = box.repo("sub", { "s.txt": "s\n", ".gitattributes": "* filter=evil\n" });
    const repo = box.repo();
    box.sh(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", sub, "m");
    box.sh(repo, "commit", "-q", "-m", "submodule");
    const task = await startTask(box, repo);
    box.sh(
      task.path,
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "update",
      "--init",
    );
    const admin = unwrap(await box.git.gitDir(task.path));
    appendFileSync(join(admin, "modules/m/config"), armed(box));
    writeFileSync(join(task.path, "m/s.txt"), "changed\n");
    const signal = new AbortController().signal;
    unwrap(await box.git.changes(task.path, task.baseSha, signal));
    unwrap(await box.git.shortstat(task.path, task.baseSha, signal));
    const trash = unwrap(await box.git.keep(task.trash));
    expect(box.sh(repo, "show", `${trash?.ref}:m/s.txt`)).toBe("changed");
    unwrap(await box.git.removeWorktree(task.trash));
  });
});

describe("what a repository leads out of", () => {
  test("a link to elsewhere is a link: nothing outside is read or removed (GIT-20)", async () => {
    const outside = join(box.root, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "secret.txt"), "secret\n");
    const repo = box.repo();
    symlinkSync(outside, join(repo, "evil"));
    symlinkSync("/", join(repo, "root"));
    box.sh(repo, "add", "-A");
    box.sh(repo, "commit", "-q", "-m", "links");
    const task = await startTask(box, repo);
    symlinkSync(join(outside, "secret.txt"), join(task.path, "new-link"));
    symlinkSync(box.dataDir, join(task.path, "data"));
    const signal = new AbortController().signal;
    const changes = unwrap(await box.git.changes(task.path, task.baseSha, signal));
    expect(JSON.stringify(changes)).not.toContain("secret\\n");
    expect(changes.files.map(({ path, patch }) => [path, patch?.split("\n")[1]])).toEqual([
      ["data", "new file mode 120000"],
      ["new-link", "new file mode 120000"],
    ]);
    const trash = unwrap(await box.git.keep(task.trash));
    expect(trash?.dirtyFiles).toBe(2);
    unwrap(await box.git.removeWorktree(task.trash));
    expect(readFileSync(join(outside, "secret.txt"), "utf8")).toBe("secret\n");
    expect(exists(join(repo, "a.txt"))).toBe(true);
  });
});

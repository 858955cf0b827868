import { afterAll, afterEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Workspace } from "./testing/workspace.ts";
import { FolderTree, treeBudget } from "./tree-watch.ts";
import { RecursiveTree } from "./tree-watch-macos.ts";
import type { TreeWatch } from "./types.ts";

const work = new Workspace();
afterAll(() => work.remove());
const open = new Set<TreeWatch>();
afterEach(() => {
  for (const tree of open) tree.close();
  open.clear();
});

let count = 0;

/** A tree with these files, watched. */
function plant(files: readonly string[], more: Parameters<typeof treeBudget>[0] = {}) {
  count += 1;
  const root = work.path(`tree${count}`);
  const write = (path: string, text = "x") => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    appendFileSync(join(root, path), text);
  };
  mkdirSync(root);
  for (const path of files) write(path);
  const made: string[] = [];
  const signs: boolean[] = [];
  const budget = treeBudget({
    makeWatcher: (dir, onEvent) => {
      if (dir.startsWith(root)) made.push(dir.slice(root.length + 1));
      return watch(dir, (_event, name) => onEvent(name));
    },
    ...more,
  });
  const beside = work.path(`git${count}`);
  mkdirSync(beside);
  const onChange = (sure: boolean) => void signs.push(sure);
  const tree = new FolderTree({ root, beside: [beside], onChange }, budget);
  open.add(tree);
  /** Resolves once a sign has come since the last call of this or of `quiet`. */
  const sign = async () => {
    await work.until(() => (signs.length > 0 ? true : null));
    return signs.splice(0);
  };
  return { root, write, tree, budget, made, sign, signs, beside };
}

const watched = (made: string[]) =>
  made
    .splice(0)
    .filter((path) => !path.startsWith(".."))
    .sort();

describe.skipIf(process.platform === "darwin")("a tree of folders", () => {
  test("is watched but for what is ignored, and for repositories inside", async () => {
    const files = ["a/b/c/f", "a/node_modules/x/y/f", "target/f", "clone/.git/HEAD", "clone/s/f"];
    const { tree, made, sign, write, beside } = plant([...files, ".git"]);
    expect(await tree.collect()).toBe(true);
    expect(await tree.update(["a/node_modules/", "target/"])).toBe("grown");
    expect(watched(made)).toEqual(["", "a", "a/b", "a/b/c", "clone"]);
    expect(await tree.update(["a/node_modules/", "target/"])).toBe("complete");
    await tree.collect();
    expect(await tree.collect()).toBe(false);
    write("a/b/c/f");
    expect(await sign()).toContain(true);
    expect(await tree.collect()).toBe(true);
    writeFileSync(join(beside, "index"), "");
    expect(await sign()).toContain(true);
    expect(await tree.collect()).toBe(true);
  });

  test("grows with new folders at once, and lets go of them when they turn out ignored", async () => {
    const { tree, made, sign, write, signs } = plant(["a/f"]);
    await tree.update([]);
    await tree.collect();
    watched(made);
    write("a/new/deep/f");
    write("build/o/f");
    await sign();
    expect(await tree.collect()).toBe(true);
    expect(watched(made)).toEqual(expect.arrayContaining(["a/new", "a/new/deep"]));
    await tree.collect();
    await tree.update(["build/"]);
    signs.length = 0;
    write("a/new/deep/g");
    await sign();
    expect(await tree.collect()).toBe(true);
    // What an ignored folder says is not heard any more.
    write("build/o/g");
    write("build/p/g");
    write("a/f");
    await sign();
    await tree.collect();
    expect(watched(made)).toEqual([]);
  });

  test("a large new folder waits for git's word", async () => {
    const { tree, made, sign, write } = plant(["a/f"]);
    await tree.update([]);
    await tree.collect();
    watched(made);
    for (let n = 0; n < 200; n += 1) write(`modules/m${n}/f`);
    await sign();
    await tree.collect();
    expect(watched(made).length).toBeLessThanOrEqual(64);
    expect(await tree.update([])).toBe("grown");
    expect(await tree.update([])).toBe("complete");
    write("modules/m199/g");
    expect(await sign()).toContain(true);
  });

  test("ignored files in a watched folder are no reason to hurry", async () => {
    const { tree, sign, write } = plant(["a/f", "a/debug.log"]);
    await tree.update(["a/debug.log"]);
    await tree.collect();
    write("a/debug.log");
    expect(new Set(await sign())).toEqual(new Set([false]));
    // Something else may have changed in the same moment, so it is looked at some time.
    expect(await tree.collect()).toBe(true);
  });

  test("what is no longer ignored is watched, what is replaced is watched anew", async () => {
    const { tree, root, made, sign, signs, write } = plant(["out/x/f", "a/b/f"]);
    await tree.update(["out"]);
    expect(watched(made)).not.toContain("out");
    expect(await tree.update([])).toBe("grown");
    expect(watched(made)).toEqual(["out", "out/x"]);
    renameSync(join(root, "a"), join(root, "was"));
    write("a/b/f");
    await sign();
    await tree.collect();
    await tree.update([]);
    await tree.collect();
    write("a/b/f");
    expect(await sign()).toContain(true);
    rmSync(root, { recursive: true });
    write("z/f");
    expect(await tree.update([])).toBe("grown");
    signs.length = 0;
    write("z/f");
    expect(await sign()).toContain(true);
  });

  test("a link to a folder is not followed", async () => {
    const { tree, root, made } = plant(["a/f"]);
    symlinkSync("/", join(root, "evil"));
    symlinkSync("..", join(root, "a/up"));
    await tree.update([]);
    expect(watched(made)).toEqual(["", "a"]);
  });

  test("a hundred trees take one inotify instance (V20), and give back what they took", async () => {
    const { budget } = plant(["a/f"]);
    const trees = Array.from({ length: 100 }, () => plant(["a/b/f"], {}));
    for (const { tree } of trees) await tree.update([]);
    const links = readdirSync("/proc/self/fd").map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return "";
      }
    });
    expect(links.filter((link) => link.includes("inotify")).length).toBeLessThanOrEqual(2);
    for (const one of trees) {
      expect(one.budget.open).toBe(3);
      one.tree.close();
      expect(one.budget.open).toBe(0);
    }
    expect(budget.open).toBe(0);
  });

  test("too many folders, or a system that refuses, are said once and given up", async () => {
    const notices: string[] = [];
    const onNotice = (notice: string) => void notices.push(notice);
    const many = Array.from({ length: 20 }, (_, n) => `d${n}/f`);
    const crowded = plant(many, { most: 10, onNotice });
    expect(await crowded.tree.update([])).toBe("off");
    expect(crowded.budget.open).toBe(0);
    expect(await crowded.tree.update([])).toBe("off");
    const makeWatcher = (): FSWatcher => {
      throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    };
    const refused = plant(["a/f"], { makeWatcher, onNotice });
    expect(await refused.tree.update([])).toBe("off");
    expect(notices).toHaveLength(2);
    expect(notices[0]).toContain("more than 10 folders");
    expect(notices[1]).toContain("ENOSPC");
  });
});

describe("a tree the system watches whole", () => {
  test("leaves out what is ignored", async () => {
    const root = work.path("whole");
    mkdirSync(join(root, "node_modules/x"), { recursive: true });
    mkdirSync(join(root, "src"));
    const signs: boolean[] = [];
    const tree = new RecursiveTree({ root, beside: [], onChange: (sure) => void signs.push(sure) });
    open.add(tree);
    expect(await tree.update(["node_modules/"])).toBe("grown");
    await tree.collect();
    writeFileSync(join(root, "node_modules/x/f"), "");
    writeFileSync(join(root, "src/f"), "");
    await work.until(() => (signs.length > 0 ? true : null));
    expect(await tree.collect()).toBe(true);
    expect(await tree.update(["node_modules/"])).toBe("complete");
  });
});

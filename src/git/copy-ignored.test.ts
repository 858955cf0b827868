import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { copyIgnored } from "./copy-ignored.ts";
import { Locks } from "./lanes.ts";
import { Programs } from "./programs.ts";
import { Runner } from "./runner.ts";
import { type Sandbox, type StartedTask, sandbox, startTask, unwrap } from "./testing/sandbox.ts";
import type { CopyRequest } from "./types.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

const never = new AbortController().signal;

interface Scene {
  readonly repo: string;
  readonly task: StartedTask;
  readonly request: CopyRequest;
}

/** A repository with these files, a worktree of it, and these ignored ones in the checkout. */
async function scene(
  tracked: Record<string, string>,
  ignored: Record<string, string>,
  patterns: readonly string[] = [],
): Promise<Scene> {
  const repo = box.repo("repo", { ".gitignore": ".env*\nlocal/\n*.pem\nlink*\n", ...tracked });
  const task = await startTask(box, repo);
  box.write(repo, ignored);
  const request = {
    commonDir: task.commonDir,
    mainRoot: repo,
    baseSha: task.baseSha,
    worktree: task.path,
    patterns,
    signal: never,
  };
  return { repo, task, request };
}

const read = (folder: string, name: string) => readFileSync(join(folder, name), "utf8");

describe("ignored files of the checkout", () => {
  test("are copied where .worktreeinclude or the project names them, and nothing else is", async () => {
    const { task, request } = await scene(
      { ".worktreeinclude": "# secrets\n.env*\n!.env.production\n\n/local/keys/\n" },
      {
        ".env": "A=1\n",
        ".env.production": "B=2\n",
        "packages/api/.env.local": "C=3\n",
        "local/keys/deep/a.txt": "key\n",
        "local/other.txt": "no\n",
        "server.pem": "pem\n",
        "notes.txt": "untracked, not ignored\n",
      },
      ["*.pem", "notes.txt"],
    );
    const copied = unwrap(await box.git.copyIgnored(request));
    expect(copied).toEqual({
      files: [".env", "server.pem", "packages/api/.env.local", "local/keys/deep/a.txt"],
      there: [],
      left: [],
      leftMore: 0,
    });
    for (const name of copied.files) expect(existsSync(join(task.path, name))).toBe(true);
    expect(read(task.path, "packages/api/.env.local")).toBe("C=3\n");
    for (const name of [".env.production", "local/other.txt", "notes.txt"])
      expect(existsSync(join(task.path, name))).toBe(false);
    expect(box.sh(task.path, "status", "--porcelain")).toBe("");
  });

  test("are read from the base commit's list, not from the one in the checkout", async () => {
    const { repo, task, request } = await scene(
      { ".worktreeinclude": ".env\n" },
      { ".env": "A\n" },
    );
    box.write(repo, { ".worktreeinclude": "*.pem\n", "server.pem": "pem\n" });
    expect(unwrap(await box.git.copyIgnored(request)).files).toEqual([".env"]);
    expect(existsSync(join(task.path, "server.pem"))).toBe(false);
  });

  test("are copies: a change in the worktree leaves the original alone, modes are kept", async () => {
    const { repo, task, request } = await scene({}, { ".env": "A\n", "local/run.sh": "x\n" }, [
      ".env",
      "local/",
    ]);
    chmodSync(join(repo, "local/run.sh"), 0o755);
    chmodSync(join(repo, ".env"), 0o640);
    chmodSync(join(repo, "local"), 0o750);
    unwrap(await box.git.copyIgnored(request));
    writeFileSync(join(task.path, ".env"), "B\n");
    expect(read(repo, ".env")).toBe("A\n");
    const mode = (name: string) => (statSync(join(task.path, name)).mode & 0o777).toString(8);
    expect([mode("local/run.sh"), mode(".env"), mode("local")]).toEqual(["755", "640", "750"]);
    expect(statSync(join(task.path, ".env")).nlink).toBe(1);
  });

  test("never take the place of what is there, and a second time changes nothing", async () => {
    const { task, request } = await scene({}, { ".env": "theirs\n", ".env.b": "b\n" }, [".env*"]);
    writeFileSync(join(task.path, ".env"), "mine\n");
    const once = unwrap(await box.git.copyIgnored(request));
    expect(once).toMatchObject({ files: [".env.b"], there: [".env"] });
    expect(read(task.path, ".env")).toBe("mine\n");
    const twice = unwrap(await box.git.copyIgnored(request));
    expect(twice).toMatchObject({ files: [], there: [".env", ".env.b"] });
  });

  test("never include what the base commit tracks, though it is not checked out", async () => {
    const { repo, task, request } = await scene({ "a.txt": "a\n" }, {}, [".env", "secret.pem"]);
    box.sh(repo, "checkout", "-q", "-b", "other");
    box.write(repo, { "secret.pem": "tracked\n" });
    box.sh(repo, "add", "-f", "secret.pem");
    box.sh(repo, "commit", "-qm", "tracked");
    const baseSha = box.sh(repo, "rev-parse", "HEAD");
    box.sh(repo, "checkout", "-q", "main");
    box.write(repo, { "secret.pem": "mine\n", ".env": "A\n" });
    expect(unwrap(await box.git.copyIgnored({ ...request, baseSha })).files).toEqual([".env"]);
    expect(existsSync(join(task.path, "secret.pem"))).toBe(false);
  });

  test("with names that are no text, or begin with a dash", async () => {
    const odd = { "-x.pem": "dash\n", ":(top)[a]*.pem": "magic\n" };
    const { repo, task, request } = await scene({}, odd, ["*.pem"]);
    const name = Buffer.from([0x66, 0xff, 0x2e, 0x70, 0x65, 0x6d]);
    writeFileSync(Buffer.concat([Buffer.from(`${repo}/`), name]), "bytes\n");
    expect(unwrap(await box.git.copyIgnored(request)).files.length).toBe(3);
    expect(read(task.path, ":(top)[a]*.pem")).toBe("magic\n");
    const there = Buffer.concat([Buffer.from(`${task.path}/`), name]);
    expect(readFileSync(there, "utf8")).toBe("bytes\n");
    expect(read(task.path, "-x.pem")).toBe("dash\n");
  });
});

describe("nothing outside is read or written (GIT-20)", () => {
  test("links go along only where they stay inside", async () => {
    const { repo, task, request } = await scene({}, { "local/a.txt": "a\n" }, ["link*", "local/"]);
    const outside = join(box.root, "outside.txt");
    writeFileSync(outside, "secret\n");
    symlinkSync("local/a.txt", join(repo, "link-in"));
    symlinkSync(outside, join(repo, "link-absolute"));
    symlinkSync(join(repo, "local/a.txt"), join(repo, "link-absolute-in"));
    symlinkSync("../outside.txt", join(repo, "link-up"));
    symlinkSync("nowhere", join(repo, "link-dangling"));
    symlinkSync("..", join(repo, "local/link-root"));
    symlinkSync("../../..", join(repo, "local/link-above"));
    const copied = unwrap(await box.git.copyIgnored(request));
    expect(copied.files).toEqual(["link-in", "local/a.txt"]);
    expect(readlinkSync(join(task.path, "link-in"))).toBe("local/a.txt");
    expect(copied.left.map(({ path }) => path).sort()).toEqual([
      "link-absolute",
      "link-absolute-in",
      "link-dangling",
      "link-up",
      "local/link-above",
      "local/link-root",
    ]);
    for (const { path } of copied.left)
      expect(lstatSync(join(task.path, path), { throwIfNoEntry: false })).toBeUndefined();
  });

  test("a folder that is a link in the worktree is not written through", async () => {
    const target = join(box.root, "elsewhere");
    mkdirSync(target);
    const { task, request } = await scene({}, { "conf/.env": "A\n" }, [".env"]);
    symlinkSync(target, join(task.path, "conf"));
    const copied = unwrap(await box.git.copyIgnored(request));
    expect(copied.files).toEqual([]);
    expect(copied.left).toEqual([{ path: "conf/.env", why: "something else is in its place" }]);
    expect(existsSync(join(target, ".env"))).toBe(false);
  });

  test("pipes are not waited for, and other repositories inside are not entered", async () => {
    const { repo, request } = await scene({}, { ".env": "A\n" }, ["local/", ".env"]);
    mkdirSync(join(repo, "local"));
    spawnSync("mkfifo", [join(repo, "local/pipe")]);
    const inner = join(repo, "local/inner");
    mkdirSync(inner);
    box.sh(inner, "init", "-q");
    box.write(inner, { "in.txt": "x\n" });
    const copied = unwrap(await box.git.copyIgnored(request));
    expect(copied.files).toEqual([".env"]);
    expect(copied.left).toEqual([{ path: "local/inner/", why: "it is a repository of its own" }]);
  });

  test("nothing of the repository is run on the way (GIT-01)", async () => {
    const { repo, request } = await scene(
      { ".gitattributes": "*.pem filter=x diff=x\n" },
      { "server.pem": "pem\n" },
      ["*.pem"],
    );
    box.sh(repo, "config", "core.fsmonitor", box.trap("fsmonitor"));
    box.sh(repo, "config", "filter.x.clean", box.trap("clean"));
    box.sh(repo, "config", "core.excludesFile", "/dev/null");
    expect(unwrap(await box.git.copyIgnored(request)).files).toEqual(["server.pem"]);
    expect(box.sprung()).toEqual([]);
  });

  test("the list itself is a file, or it says nothing", async () => {
    const repo = box.repo("repo", { ".gitignore": ".env\n", "list.txt": ".env\n" });
    symlinkSync("list.txt", join(repo, ".worktreeinclude"));
    box.sh(repo, "add", "-A");
    box.sh(repo, "commit", "-qm", "a link");
    const place = await box.place(repo);
    const included = await box.git.worktreeInclude(place.commonDir, place.headSha ?? "");
    expect(unwrap(included)).toEqual([]);
  });
});

test("what is too much stays behind and is named, what stands near the top comes first", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [`local/deep/${String(n).padStart(2, "0")}.txt`, "x"]),
  );
  const { task, request } = await scene({}, { ...many, ".env": "AB", ".env.big": "0123456789" }, [
    "local/",
    ".env*",
  ]);
  const clock = { now: () => 0, after: () => () => undefined } as never;
  const env = { HOME: box.home, PATH: process.env["PATH"] };
  const kit = {
    runner: new Runner({
      bin: "git",
      env,
      clock,
      cap: 2,
      lockPatienceMs: 0,
    }),
    locks: new Locks(),
    dataDir: box.dataDir,
    home: box.home,
    programs: new Programs(env, clock),
    clock,
    lockPatienceMs: 0,
  };
  const copied = unwrap(await copyIgnored(kit, request, { files: 5, bytes: 6 }));
  const names = ["00", "01", "02", "03"].map((n) => `local/deep/${n}.txt`);
  expect(copied.files).toEqual([".env", ...names]);
  expect(copied.left[0]).toEqual({ path: ".env.big", why: "too much to copy" });
  expect(copied.left[1]).toEqual({ path: "local/deep/04.txt", why: "too many to copy" });
  expect(copied.left.length + copied.leftMore).toBe(57);
  expect(existsSync(join(task.path, "local/deep/05.txt"))).toBe(false);
});

test("no pattern, no work; a checkout that is gone is a fault", async () => {
  const { repo, request } = await scene({}, { ".env": "A\n" });
  expect(unwrap(await box.git.copyIgnored(request))).toMatchObject({ files: [], left: [] });
  rmSync(join(repo, ".git"), { recursive: true });
  expect((await box.git.copyIgnored({ ...request, patterns: [".env"] })).ok).toBe(false);
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isWhole } from "./deps.mjs";
import { withoutNpm } from "./environment.mjs";
import { explain, SetupFault } from "./fault.mjs";
import { refuseSwallowedClientFlags, startSettings } from "./flags.mjs";
import { alone } from "./lock.mjs";
import { bunPackage, libcOf } from "./platform.mjs";
import { relay, run } from "./run.mjs";
import { digest, Stamp } from "./stamp.mjs";

let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agetor-setup-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (path: string, text: string): string => {
  const file = join(dir, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  return file;
};

describe("flags", () => {
  const settings = (...argv: string[]) => startSettings(argv, {}, "/here");

  test("become the server's environment", () => {
    expect(settings()).toEqual({});
    expect(settings("--port", "0", "--data-dir", "d", "--no-open")).toEqual({
      AGETOR_API_PORT: "0",
      AGETOR_DATA_DIR: "/here/d",
      AGETOR_NO_OPEN: "1",
    });
    expect(settings("--port=65535", "--data-dir=/abs")).toEqual({
      AGETOR_API_PORT: "65535",
      AGETOR_DATA_DIR: "/abs",
    });
    expect(settings("--help")).toBe("help");
  });

  test.each([
    ["--port"],
    ["--port", "65536"],
    ["--port", "-1"],
    ["--port", "4e3"],
    ["--port="],
    ["--data-dir", "--no-open"],
    ["--no-open=1"],
    ["--prot", "1"],
    ["5000"],
  ])("%s %s is refused with exit code 2 and the help", (...argv) => {
    expect(() => settings(...(argv as string[]))).toThrow(
      expect.objectContaining({
        exitCode: 2,
        hint: expect.stringContaining("npm start -- --port"),
      }),
    );
  });

  test("a flag that npm swallowed is said, not ignored", () => {
    const env = { npm_config_port: "5000" };
    expect(() => startSettings([], env, "/")).toThrow(/npm start -- --port/);
  });

  test("the client does not look elsewhere when npm swallowed its data directory", () => {
    const fault = expect.objectContaining({
      exitCode: 2,
      hint: "Write: npm run agetor -- list --data-dir DIR",
    });
    const refuse = () => refuseSwallowedClientFlags(["list"], { npm_config_data_dir: "/x" });
    expect(refuse).toThrow(fault);
    expect(() => refuseSwallowedClientFlags(["list"], {})).not.toThrow();
  });

  test("nor does it make another task when npm swallowed what was said of it", () => {
    for (const [env, flag] of [
      [{ npm_config_dir: "/code" }, "--dir DIR"],
      [{ npm_config_start: "true" }, "--start"],
    ] as const) {
      const hint = `Write: npm run agetor -- add ${flag}`;
      const refuse = () => refuseSwallowedClientFlags(["add", "x"], env);
      expect(refuse).toThrow(expect.objectContaining({ exitCode: 2, hint }));
    }
    const own = { npm_config_json: "true", npm_config_yes: "true" };
    expect(() => refuseSwallowedClientFlags(["list"], own)).not.toThrow();
  });
});

describe("platform", () => {
  test.each([
    ["linux", "x64", "glibc", "@oven/bun-linux-x64"],
    ["linux", "x64", "musl", "@oven/bun-linux-x64-musl"],
    ["linux", "arm64", "musl", "@oven/bun-linux-aarch64-musl"],
    ["darwin", "arm64", null, "@oven/bun-darwin-aarch64"],
    ["darwin", "x64", null, "@oven/bun-darwin-x64"],
  ] as const)("%s %s %s takes %s", (os, cpu, libc, name) => {
    expect(bunPackage({ os, cpu, libc })).toBe(name);
  });

  test("every package that can be chosen is pinned, with a hash and without a host", async () => {
    const tools = join(import.meta.dir, "../../tools");
    const { optionalDependencies } = await Bun.file(join(tools, "package.json")).json();
    const { packages } = await Bun.file(join(tools, "package-lock.json")).json();
    expect(Object.keys(optionalDependencies)).toHaveLength(8);
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const locked = packages[`node_modules/${name}`];
      expect(locked).toMatchObject({ version, integrity: expect.stringMatching(/^sha512-/) });
      expect(locked.resolved).toBeUndefined();
    }
  });

  test("Windows is told about WSL, and an unknown processor about the known ones", () => {
    expect(() => bunPackage({ os: "win32", cpu: "x64", libc: null })).toThrow(/WSL/);
    expect(() => bunPackage({ os: "linux", cpu: "ppc64", libc: "glibc" })).toThrow(SetupFault);
  });

  test("the C library is read from the program's own head", () => {
    const head = (loader: string) => `\u007fELF\0\0${loader}\0`;
    expect(libcOf(write("musl", head("/lib/ld-musl-x86_64.so.1")))).toBe("musl");
    expect(libcOf(write("glibc", head("/lib64/ld-linux-x86-64.so.2")))).toBe("glibc");
  });
});

describe("stamps", () => {
  const sources = ["web", "lock"];

  test("a digest changes with every content, name and removal, and with nothing else", () => {
    write("web/a.ts", "1");
    write("web/deep/b.ts", "2");
    write("lock", "3");
    const seen = [digest(dir, sources)];
    write("other", "4");
    expect(digest(dir, sources)).toBe(seen[0] ?? "");
    for (const change of [
      () => write("web/a.ts", "x"),
      () => write("web/c.ts", ""),
      () => rmSync(join(dir, "web/deep/b.ts")),
      () => rmSync(join(dir, "lock")),
    ]) {
      change();
      seen.push(digest(dir, sources));
    }
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("files that are not kept do not count", () => {
    write("web/a.ts", "1");
    const keep = (path: string) => !path.endsWith(".test.ts");
    const before = digest(dir, sources, keep);
    write("web/a.test.ts", "1");
    expect(digest(dir, sources, keep)).toBe(before);
  });

  test("a stamp matches only what was set, and not after a step was begun", () => {
    const stamp = new Stamp(join(dir, "deep/stamp"));
    expect(stamp.matches("a")).toBe(false);
    stamp.set("a");
    expect([stamp.matches("a"), stamp.matches("b")]).toEqual([true, false]);
    stamp.clear();
    expect(stamp.matches("a")).toBe(false);
  });
});

describe("the lock", () => {
  test("lets one work at a time, and tells the other whom it waits for", async () => {
    const file = join(dir, "lock");
    const order: string[] = [];
    const waited = Promise.withResolvers<number>();
    const first = alone(
      file,
      () => {},
      async () => {
        order.push("first");
        expect(await waited.promise).toBe(process.pid);
        order.push("first done");
      },
    );
    const second = alone(file, waited.resolve, async () => {
      order.push("second");
    });
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "first done", "second"]);
    expect(existsSync(file)).toBe(false);
  });

  test("is taken over from a process that died", async () => {
    const { pid, exited } = Bun.spawn(["true"]);
    await exited;
    const file = write("lock", String(pid));
    expect(
      await alone(
        file,
        () => {},
        async () => "mine",
      ),
    ).toBe("mine");
  });

  test("is taken over from a holder that has been silent for long, whoever has its pid now", async () => {
    const file = write("lock", "1");
    utimesSync(file, new Date(0), new Date(0));
    expect(
      await alone(
        file,
        () => {},
        async () => "mine",
      ),
    ).toBe("mine");
  });

  test("is given back when the work fails", async () => {
    const file = join(dir, "lock");
    const failing = alone(
      file,
      () => {},
      () => Promise.reject(new Error("broken")),
    );
    await expect(failing).rejects.toThrow("broken");
    expect(existsSync(file)).toBe(false);
  });
});

test("what is installed is seen to be whole, so that it is not installed again", () => {
  expect(isWhole()).toBe(true);
});

describe("faults", () => {
  test.each([
    ["npm error code ENOSPC", "the disk is full"],
    ["error: NoSpaceLeft: failed to extract", "the disk is full"],
    ["npm error code EACCES\nnpm error syscall mkdir", "a file or folder may not be written"],
    ["npm error code ENOTFOUND", "the package registry cannot be reached"],
    [
      "error: ConnectionRefused downloading package manifest",
      "the package registry cannot be reached",
    ],
    ["error: lockfile had changes, but lockfile is frozen", "do not agree"],
    ["npm http fetch GET x attempt 3 failed with SELF_SIGNED_CERT_IN_CHAIN", "certificate"],
    ["npm error code EINTEGRITY", "not what the lock file promises"],
  ])("%s means: %s", (output, message) => {
    const fault = explain("installing", output);
    expect(fault.message).toContain(message);
    expect(fault.message).toContain(output);
    expect(fault.hint).not.toBe("");
  });
});

test("what npm added to the environment does not reach the server", () => {
  const env = {
    npm_execpath: "/usr/lib/npm-cli.js",
    npm_config_cache: "/c",
    INIT_CWD: "/x",
    EDITOR: "vi",
    HOME: "/home/me",
    PATH: "/srv/repo/node_modules/.bin:/srv/node_modules/.bin:/node_modules/.bin:/lib/node-gyp-bin:/home/me/node_modules/.bin:/usr/bin",
  };
  expect(withoutNpm(env, "/srv/repo")).toEqual({
    HOME: "/home/me",
    PATH: "/home/me/node_modules/.bin:/usr/bin",
  });
  const plain = { PATH: "/srv/repo/node_modules/.bin", EDITOR: "vi" };
  expect(withoutNpm(plain, "/srv/repo")).toEqual(plain);
});

test("a program that cannot start, fails or hangs is an outcome, not an exception", async () => {
  expect(await run(join(dir, "missing"), [])).toMatchObject({ code: null });
  expect(await run("sh", ["-c", "echo out; echo err >&2; exit 3"])).toMatchObject({
    code: 3,
    output: expect.stringMatching(/out\nerr|err\nout/),
  });
  expect(await run("sleep", ["60"], { limitMs: 1 })).toMatchObject({ signal: "SIGKILL" });
});

test("a relayed program that leaves a child behind with its output does not keep us", async () => {
  const script = "sleep 600 & echo $! > pid; exit 4";
  const options = { cwd: dir, env: process.env, limitMs: 60_000 };
  expect(await relay("sh", ["-c", script], options)).toMatchObject({ code: 4, signal: null });
  process.kill(Number(readFileSync(join(dir, "pid"), "utf8")), "SIGKILL");
});

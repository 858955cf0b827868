import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { GitClock } from "./clock.ts";
import { Runner, type RunnerOptions } from "./runner.ts";
import { codeOf, type Sandbox, sandbox, script, unwrap } from "./testing/sandbox.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => box[Symbol.dispose]());

/** A clock that stands still until it is told otherwise; a wait of a retry passes at once. */
function stillClock() {
  let now = 0;
  const timers = new Set<() => void>();
  const clock: GitClock = {
    now: () => now,
    after: (ms, call) => {
      if (ms < 1_000) {
        now += ms;
        call();
        return () => undefined;
      }
      timers.add(call);
      return () => timers.delete(call);
    },
  };
  return { clock, now: () => now, ring: () => timers.forEach((call) => void call()), timers };
}

function runner(bin: string, more: Partial<RunnerOptions> = {}): Runner {
  const env = { HOME: box.home, PATH: process.env["PATH"] };
  const { clock } = stillClock();
  return new Runner({ bin, env, clock, cap: 2, lockPatienceMs: 5_000, ...more });
}

function fake(body: string): string {
  return script(join(box.root, "bin", "git"), body);
}

const call = { args: ["status"], cwd: "/" };

describe("the environment", () => {
  test("is ours to the last variable", async () => {
    const bin = fake(`env -0 > ${box.root}/env; printf '%s\\0' "$@" > ${box.root}/args`);
    const env = {
      ...{ HOME: box.home, PATH: `.:bin:${process.env["PATH"]}`, LANG: "de_DE.UTF-8" },
      ...{
        GIT_DIR: "/x",
        GIT_CONFIG_COUNT: "1",
        GIT_EXTERNAL_DIFF: "x",
        GIT_TRACE: "1",
        LD_PRELOAD: "x",
      },
      ...{ SSH_AUTH_SOCK: "x", GIT_SSH_COMMAND: "x", EDITOR: "x", PAGER: "x" },
    };
    unwrap(await runner(bin, { env }).run({ ...call, env: { GIT_DIR: "/mine" } }));
    const seen = readFileSync(join(box.root, "env"), "utf8").split("\0");
    const shell = /^(PWD|OLDPWD|SHLVL|_)=|^$/;
    expect(seen.filter((row) => !shell.test(row)).sort()).toEqual(
      [
        "GIT_ALLOW_PROTOCOL=none",
        "GIT_ASKPASS=true",
        "GIT_DIR=/mine",
        "GIT_LITERAL_PATHSPECS=1",
        "GIT_NO_LAZY_FETCH=1",
        "GIT_NO_REPLACE_OBJECTS=1",
        "GIT_OPTIONAL_LOCKS=0",
        "GIT_TERMINAL_PROMPT=0",
        `HOME=${box.home}`,
        "LC_ALL=C",
        `PATH=${process.env["PATH"]}`,
      ].sort(),
    );
    const args = readFileSync(join(box.root, "args"), "utf8").split("\0");
    expect(args[0]).toBe("--no-pager");
    for (const setting of ["core.hooksPath=/dev/null", "core.fsmonitor=false", "diff.external="]) {
      expect(args).toContain(setting);
    }
  });

  test("a git the working directory brings is not found", async () => {
    const bin = script(join(box.root, "here", "git"), `touch ${box.canary}/local-git`);
    const env = { HOME: box.home, PATH: `.::here:/nowhere` };
    const local = runner("git", { env });
    expect(codeOf(await local.run({ ...call, cwd: join(bin, "..") }))).toBe("git_missing");
    expect(box.sprung()).toEqual([]);
  });

  test("arguments reach git as they are", async () => {
    const bin = fake(`printf '%s\\0' "$@" > ${box.root}/args`);
    const odd = ["$(touch x)", "`id`", "a b", "", "-x", "new\nline", "#(id)", "'\"", "é"];
    unwrap(await runner(bin).run({ ...call, args: odd }));
    const args = readFileSync(join(box.root, "args"), "utf8").split("\0").slice(0, -1);
    expect(args.slice(-odd.length)).toEqual(odd);
  });
});

describe("a git that misbehaves (GIT-06)", () => {
  test("missing", async () => {
    expect(codeOf(await runner("git-is-not-here").run(call))).toBe("git_missing");
    expect(codeOf(await runner("/nowhere/git").run(call))).toBe("git_missing");
    expect(codeOf(await runner("./git").run(call))).toBe("git_missing");
  });

  test("too old, or not git at all", async () => {
    for (const answer of ["git version 2.20.1", "hello", ""]) {
      const git = box.withGit({ bin: fake(`echo '${answer}'`) });
      expect(codeOf(await git.available())).toBe("git_missing");
    }
    const real = unwrap(await box.git.available());
    expect(real.version).toMatch(/^2\.\d+/);
    expect(real.path).toStartWith("/");
  });

  test("fails: its own words, without a stack", async () => {
    const bin = fake("echo noise >&2; echo 'fatal: it is broken' >&2; exit 128");
    expect(await runner(bin).run(call)).toMatchObject({
      ok: false,
      fault: { code: "git_failed", message: "git status failed: it is broken" },
    });
  });

  test("chatters on stderr and succeeds", async () => {
    const bin = fake("head -c 1000000 /dev/zero >&2; echo fine");
    expect(unwrap(await runner(bin).run(call)).stdout.toString()).toBe("fine\n");
  });

  test("floods: stopped at the cap, or cut off there", async () => {
    const flood = runner(fake("exec cat /dev/zero"));
    expect(codeOf(await flood.run({ ...call, maxBytes: 100_000 }))).toBe("git_failed");
    const cut = unwrap(await flood.run({ ...call, maxBytes: 100_000, cutOff: true }));
    expect([cut.cut, cut.stdout.length]).toEqual([true, 100_000]);
  });

  test("hangs: stopped with everything it started", async () => {
    const [started, alive] = [fifo("started"), fifo("alive")];
    const bin = fake(`exec 3> ${alive}; echo > ${started}; sleep 1000 & sleep 1000`);
    const still = stillClock();
    const running = runner(bin, { clock: still.clock }).run({ ...call, timeoutMs: 60_000 });
    // It ends when the last process that holds the other end is gone.
    const over = readAll(alive);
    await readAll(started);
    still.ring();
    expect(codeOf(await running)).toBe("git_timeout");
    await over;
    expect(still.timers.size).toBe(0);
  });

  test("is called off: before it starts, and while it runs", async () => {
    const aborted = { ...call, signal: AbortSignal.abort() };
    expect(codeOf(await runner("git").run(aborted))).toBe("cancelled");
    const started = fifo("started");
    const control = new AbortController();
    const bin = fake(`echo > ${started}; exec sleep 1000`);
    const running = runner(bin).run({ ...call, signal: control.signal });
    await readAll(started);
    control.abort();
    expect(codeOf(await running)).toBe("cancelled");
  });

  test("does not read what it is given", async () => {
    const bin = fake("exec <&-; echo fine");
    const output = await runner(bin).run({ ...call, input: Buffer.alloc(5_000_000) });
    expect(unwrap(output).stdout.toString()).toBe("fine\n");
  });

  test("in a folder that is gone", async () => {
    const output = await runner("git").run({ ...call, cwd: join(box.root, "gone") });
    expect(codeOf(output)).toBe("repo_gone");
  });

  test("is killed by someone else", async () => {
    expect(codeOf(await runner(fake("kill -9 $$")).run(call))).toBe("git_failed");
  });
});

describe("many commands", () => {
  test("slow ones leave room for others", async () => {
    const pipe = fifo("pipe");
    const bin = fake(`case "$*" in *slow*) read x < ${pipe};; esac; echo fine`);
    const busy = runner(bin, { cap: 3 });
    const slow = [1, 2].map(() => busy.run({ ...call, args: ["slow"], heavy: true }));
    for (let n = 0; n < 5; n += 1) unwrap(await busy.run(call));
    // Held open for both, so that a line waits for the one that comes later.
    const held = openSync(pipe, "r+");
    writeSync(held, "go\ngo\n");
    for (const running of slow) unwrap(await running);
    closeSync(held);
  });
});

describe("a lock of someone else (GIT-19)", () => {
  const refuse = (lock: string) =>
    `echo "fatal: Unable to create '${lock}': File exists." >&2; exit 128`;

  test("is waited for", async () => {
    const lock = join(box.root, "index.lock");
    const count = join(box.root, "count");
    const bin = fake(
      `echo x >> ${count}; if [ $(wc -l < ${count}) -lt 4 ]; then ${refuse(lock)}; fi; echo fine`,
    );
    expect(unwrap(await runner(bin).run(call)).stdout.toString()).toBe("fine\n");
  });

  test("is named with its age after five seconds, and left alone", async () => {
    const lock = join(box.root, "packed-refs.lock");
    writeFileSync(lock, "");
    const hour = Date.now() / 1_000 - 3_600;
    utimesSync(lock, hour, hour);
    const still = stillClock();
    const result = await runner(fake(refuse(lock)), { clock: still.clock }).run(call);
    expect(result).toMatchObject({
      ok: false,
      fault: { code: "ref_locked", details: { path: lock } },
    });
    const age = result.ok ? 0 : Number(result.fault.details?.["ageMs"]);
    expect(Math.round(age / 60_000)).toBe(60);
    expect(still.now()).toBeGreaterThan(4_000);
    expect(still.now()).toBeLessThanOrEqual(5_000);
    expect(readFileSync(lock, "utf8")).toBe("");
  });

  test("of a real git, on a ref", async () => {
    const repo = box.repo();
    const { commonDir, headSha } = await box.place(repo);
    const git = box.withGit({ clock: stillClock().clock });
    const lock = join(commonDir, "refs/agetor/base/01JDTASK.lock");
    box.write(join(lock, ".."), { "01JDTASK.lock": "" });
    const refused = await git.pin(commonDir, "01JDTASK", headSha ?? "");
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: "ref_locked", details: { path: lock } },
    });
    rmSync(lock);
    unwrap(await git.pin(commonDir, "01JDTASK", headSha ?? ""));
  });
});

function fifo(name: string): string {
  const path = join(box.root, name);
  Bun.spawnSync(["mkfifo", path]);
  return path;
}

/** Everything that is written into a pipe, until nobody writes any more. */
function readAll(path: string): Promise<string> {
  return new Response(Bun.spawn(["cat", path]).stdout).text();
}

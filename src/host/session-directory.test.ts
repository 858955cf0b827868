import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createHost } from "./host.ts";
import { exitStatus } from "./session-directory.ts";
import type { ServerOrder } from "./testing/server.ts";
import { Workspace } from "./testing/workspace.ts";
import type { DirectoryLaunch, SessionDirectory } from "./types.ts";

/** A data directory that would run something if it ever got unquoted into a shell or tmux (V1). */
const work = new Workspace(`x#(touch y) $(touch z) 'q" `);
const host = createHost({ dataDir: work.dir, env: process.env });
const opened: SessionDirectory[] = [];
afterAll(async () => {
  await Promise.all(opened.map((directory) => directory.terminate(0)));
  work.remove();
});

let made = 0;
function fresh(): SessionDirectory {
  made += 1;
  const directory = host.directory(work.path("sessions", `s${made}`));
  opened.push(directory);
  return directory;
}

const path = process.env["PATH"] ?? "";
function shell(script: string, more: Partial<DirectoryLaunch> = {}): DirectoryLaunch {
  return { argv: ["/bin/sh", "-c", script], cwd: work.dir, env: { PATH: path }, ...more };
}

async function started(launch: DirectoryLaunch): Promise<SessionDirectory> {
  const directory = fresh();
  const result = await directory.start(launch);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return directory;
}

const never = new AbortController().signal;
const echo = 'while IFS= read -r line; do [ -z "$line" ] || echo "got:$line"; done';

/** The lines in `out`, once there are as many. */
async function lines(directory: SessionDirectory, count: number): Promise<string[]> {
  return work.until(() => {
    const text = existsSync(directory.outPath) ? readFileSync(directory.outPath, "utf8") : "";
    const found = text.split("\n").slice(0, -1);
    return found.length >= count ? found : null;
  }, directory.outPath);
}

describe("starting", () => {
  test("a program gets its arguments, directory, environment and umask exactly, whatever is in them", async () => {
    const nasty = `a'b"c$(touch canary)\`touch canary\`;&|\n\t\\ \u{1f600} -x`;
    const cwd = work.path("-work #(touch canary) $(touch canary) 'q\" ");
    mkdirSync(cwd);
    const umask = process.umask();
    const directory = await started({
      argv: [
        process.execPath,
        "-e",
        "console.log(JSON.stringify([process.argv.slice(1), process.cwd(), process.env, process.umask()]))",
        "--",
        nasty,
        "",
        "--flag",
      ],
      cwd,
      env: { PATH: path, NASTY: nasty, EMPTY: "", HOME: "/nowhere" },
    });
    expect(await directory.waitExit(never)).toEqual({ code: 0, signal: null });
    const [out] = await lines(directory, 1);
    const [argv, where, env, mask] = JSON.parse(out ?? "");
    expect(argv).toEqual([nasty, "", "--flag"]);
    expect(where).toBe(cwd);
    const { PWD, _, ...rest } = env;
    expect(rest).toEqual({ PATH: path, NASTY: nasty, EMPTY: "", HOME: "/nowhere" });
    expect(mask).toBe(umask);
    const left = [...readdirSync(work.dir), ...readdirSync(cwd), ...readdirSync(directory.dir)];
    expect(left.filter((name) => ["canary", "y", "z"].includes(name))).toEqual([]);
  });

  test("what is private stays private, and the environment does not stay on disk", async () => {
    const directory = await started(shell("sleep 600", { env: { PATH: path, KEY: "s3cr3t" } }));
    expect(statSync(directory.dir).mode & 0o777).toBe(0o700);
    const names = readdirSync(directory.dir);
    expect(names).toContain("in");
    for (const name of names.filter((name) => name !== "started")) {
      expect([name, statSync(`${directory.dir}/${name}`).mode & 0o077]).toEqual([name, 0]);
    }
    await work.until(() =>
      readdirSync(directory.dir).some((name) => name.startsWith("launch")) ? null : true,
    );
    for (const name of names.filter((name) => !["in", "started"].includes(name))) {
      if (existsSync(`${directory.dir}/${name}`)) {
        expect(readFileSync(`${directory.dir}/${name}`, "utf8")).not.toContain("s3cr3t");
      }
    }
  });

  test("twenty starts at once run one program", async () => {
    const directory = fresh();
    const note = work.path("ran");
    const launch = shell(`echo x >>"$NOTE"; exec sleep 600`, { env: { PATH: path, NOTE: note } });
    const other = host.directory(directory.dir);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? directory : other).start(launch)),
    );
    const values = results.map((result) => (result.ok ? result.value : null));
    expect(values.filter((value) => value?.started)).toHaveLength(1);
    expect(new Set(values.map((value) => value?.process.pid)).size).toBe(1);
    await work.text(note);
    expect(await directory.start(launch)).toMatchObject({ ok: true, value: { started: false } });
    expect(readFileSync(note, "utf8")).toBe("x\n");
    expect(readdirSync(directory.dir).filter((name) => name.startsWith("launch"))).toEqual([]);
  });

  test("what cannot be carried is refused before anything runs", async () => {
    for (const launch of [
      shell("true", { argv: ["sh"] }),
      shell("true", { cwd: "relative" }),
      shell("true", { env: { "A B": "x" } }),
      shell("true", { env: { "A;touch canary": "x" } }),
      shell("true", { env: { IFS: "x" } }),
      shell("true", { env: { A: "\0" } }),
    ]) {
      const directory = fresh();
      expect(await directory.start(launch)).toMatchObject({
        ok: false,
        fault: { code: "launch_failed" },
      });
      expect(existsSync(directory.dir)).toBe(false);
    }
  });

  test("a missing program or directory ends with the shell's code and words", async () => {
    const missing = await started(shell("", { argv: ["/nonexistent/agent"] }));
    expect(await missing.waitExit(never)).toEqual({ code: 127, signal: null });
    expect(readFileSync(missing.errPath, "utf8")).toContain("/nonexistent/agent");
    const nowhere = await started(shell("true", { cwd: "/nonexistent/dir" }));
    expect(await nowhere.waitExit(never)).toEqual({ code: 126, signal: null });
  });

  test("a start cut off before the program ran is told, not waited for", async () => {
    const directory = fresh();
    mkdirSync(directory.dir, { recursive: true });
    // Where the FIFO should be stands a directory: the keeper cannot go on.
    mkdirSync(`${directory.dir}/in`);
    const result = await directory.start(shell("true"));
    expect(result).toMatchObject({ ok: false, fault: { code: "launch_failed" } });
    expect(readdirSync(directory.dir).filter((name) => name.startsWith("launch"))).toEqual([]);
    expect(await directory.process()).toBeNull();
    expect(await directory.exit()).toBeNull();
    expect(await directory.writer()).toMatchObject({ ok: false });
    expect(await directory.terminate(0)).toEqual({ ok: true, value: { leftovers: [] } });
  });
});

describe("ending (PROC-02, PROC-04)", () => {
  test.each([
    ["exit 0", { code: 0, signal: null }],
    ["exit 1", { code: 1, signal: null }],
    ["kill -KILL $$", { code: null, signal: "SIGKILL" }],
    ["kill -SEGV $$", { code: null, signal: "SIGSEGV" }],
    ["kill -TERM $$", { code: null, signal: "SIGTERM" }],
    ["kill -INT $$", { code: null, signal: "SIGINT" }],
  ])("%s", async (script, status) => {
    const directory = await started(shell(`ulimit -c 0; ${script}`));
    expect(await directory.waitExit(never)).toEqual(status);
    expect(await directory.exit()).toEqual(status);
  });

  test("a program that closed its output still runs", async () => {
    const directory = await started(shell(`exec >&- 2>&-; exec sleep 600`));
    expect(await directory.exit()).toBeNull();
    const process = (await directory.process())!;
    expect(await host.alive(process)).toBe(true);
    expect(await directory.terminate(5_000)).toEqual({ ok: true, value: { leftovers: [] } });
    expect(await directory.exit()).toEqual({ code: null, signal: "SIGTERM" });
    expect(await host.alive(process)).toBe(false);
  });

  test("one that ignores the polite signals, with children, is killed after the grace", async () => {
    const directory = await started(
      shell(`trap '' INT TERM HUP; (trap '' TERM; sleep 600; sleep 600) & echo $!; wait; wait`),
    );
    const [child] = await lines(directory, 1);
    expect(await directory.terminate(200)).toEqual({ ok: true, value: { leftovers: [] } });
    expect(await directory.exit()).toEqual({ code: null, signal: "SIGKILL" });
    expect(await host.identify(Number(child))).toBeNull();
  });

  test("children of a program that has ended are found and ended too", async () => {
    const directory = await started(shell("sleep 600 & echo $!; exit 0"));
    const [child] = await lines(directory, 1);
    expect(await directory.waitExit(never)).toEqual({ code: 0, signal: null });
    expect(await host.identify(Number(child))).not.toBeNull();
    expect(await directory.terminate(5_000)).toEqual({ ok: true, value: { leftovers: [] } });
    expect(await host.identify(Number(child))).toBeNull();
    expect(await directory.exit()).toEqual({ code: 0, signal: null });
  });

  test("keeper and program both killed: the end counts as a kill", async () => {
    const directory = await started(shell("exec sleep 600"));
    const ref = readFileSync(`${directory.dir}/ref`, "utf8").split("\n");
    const ended = directory.waitExit(never);
    process.kill(Number(ref[3]), "SIGKILL");
    expect(await directory.exit()).toBeNull();
    process.kill(Number(ref[0]), "SIGKILL");
    expect(await ended).toEqual({ code: null, signal: "SIGKILL" });
    expect(await directory.writer()).toMatchObject({ ok: false });
  });

  test("a waiter that is told to stop, stops", async () => {
    const directory = await started(shell("exec sleep 600"));
    const stop = new AbortController();
    const ended = directory.waitExit(stop.signal);
    stop.abort(new Error("enough"));
    await expect(ended).rejects.toThrow("enough");
  });

  test("interrupts reach the program: it is not started with SIGINT ignored", async () => {
    const directory = await started(
      shell("trap 'echo interrupted; exit 5' INT; echo up; while :; do sleep 1; done"),
    );
    await lines(directory, 1);
    expect(await host.signalGroup((await directory.process())!, "SIGINT")).toBe(true);
    expect(await directory.waitExit(never)).toEqual({ code: 5, signal: null });
    expect(await lines(directory, 2)).toEqual(["up", "interrupted"]);
  });

  test("a shell's codes", () => {
    expect(exitStatus(255)).toEqual({ code: 255, signal: null });
    expect(exitStatus(128)).toEqual({ code: 128, signal: null });
    expect(exitStatus(137)).toEqual({ code: null, signal: "SIGKILL" });
  });
});

describe("talking", () => {
  test("lines go in, lines come out, and stdin never ends", async () => {
    const directory = await started(shell(echo));
    for (const text of ["one", "two"]) {
      const writer = await directory.writer();
      if (!writer.ok) throw new Error(writer.fault.message);
      expect(await writer.value.write(text)).toMatchObject({ ok: true });
      writer.value.close();
    }
    expect(await lines(directory, 2)).toEqual(["got:one", "got:two"]);
    expect(await directory.exit()).toBeNull();
  });

  test("output never blocks the program, however much it is", async () => {
    const directory = await started(
      shell("head -c 50000000 /dev/zero | tr '\\0' x; echo; echo done >&2"),
    );
    expect(await directory.waitExit(never)).toEqual({ code: 0, signal: null });
    expect(statSync(directory.outPath).size).toBe(50_000_001);
    expect(readFileSync(directory.errPath, "utf8")).toBe("done\n");
  });
});

describe("outliving the server", () => {
  /** Starts a server in a group of its own that starts the agent and is then killed with its group. */
  async function killedServer(order: Partial<ServerOrder>): Promise<SessionDirectory> {
    const directory = fresh();
    const all = { dataDir: work.dir, dir: directory.dir, tmux: null, halfLine: 0, ...order };
    const server = Bun.spawn(
      [process.execPath, `${import.meta.dir}/testing/server.ts`, JSON.stringify(all)],
      { detached: true, stdout: "pipe", env: { ...process.env } },
    );
    await server.stdout.getReader().read();
    process.kill(-server.pid, "SIGKILL");
    await server.exited;
    return directory;
  }

  test("kill -9 of the server and of its whole group: the agent works on, the next server talks to it", async () => {
    const directory = await killedServer({
      launch: shell(`echo up; ${echo}`),
      halfLine: 3_000_000,
    });
    const ref = (await directory.process())!;
    expect(await host.alive(ref)).toBe(true);
    const writer = await directory.writer();
    if (!writer.ok) throw new Error(writer.fault.message);
    expect(await writer.value.write("hello again")).toMatchObject({ ok: true });
    await work.until(
      () => (readFileSync(directory.outPath, "utf8").endsWith("got:hello again\n") ? true : null),
      directory.outPath,
    );
    // The torn line stayed a line of its own.
    const said = readFileSync(directory.outPath, "utf8").split("\n");
    expect(said.at(-2)).toBe("got:hello again");
    expect(said.some((line) => line.includes("hhello"))).toBe(false);
    writer.value.close();
    expect(await directory.start(shell("echo second"))).toEqual({
      ok: true,
      value: { started: false, process: ref },
    });
    await host.signalGroup(ref, "SIGKILL");
    expect(await directory.waitExit(never)).toEqual({ code: null, signal: "SIGKILL" });
  });

  test("the terminal of the server closes: the agent works on", async () => {
    const directory = fresh();
    const order: ServerOrder = {
      dataDir: work.dir,
      dir: directory.dir,
      launch: shell(`echo up; ${echo}`),
      tmux: null,
      halfLine: 0,
    };
    let seen: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      seen = resolve;
    });
    const server = Bun.spawn(
      [process.execPath, `${import.meta.dir}/testing/server.ts`, JSON.stringify(order)],
      {
        env: { ...process.env },
        terminal: {
          cols: 80,
          rows: 24,
          data: (_terminal, bytes) => {
            if (new TextDecoder().decode(bytes).includes("ready")) seen();
          },
        },
      },
    );
    await ready;
    server.terminal?.close();
    server.kill("SIGHUP");
    await server.exited;
    expect(await host.alive((await directory.process())!)).toBe(true);
    expect(await directory.exit()).toBeNull();
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { createHost } from "./host.ts";
import type { ServerOrder } from "./testing/server.ts";
import { Workspace } from "./testing/workspace.ts";
import type { Host, PaneInfo } from "./types.ts";

/** Everywhere a name could be expanded by tmux or a shell there is one that would leave a trace (V1). */
const work = new Workspace(`x#(touch canary) $(touch canary) 'q" `);
const home = work.path("home");
const hostile = {
  ...process.env,
  HOME: home,
  TMUX: "/nonexistent,1,0",
  TMUX_TMPDIR: "/nonexistent",
  TMPDIR: "not/absolute",
  AGETOR_TOKEN: "s3cr3t",
  NODE_OPTIONS: "--bad",
};
const host = createHost({ dataDir: work.dir, env: hostile });
const { tmux } = host;
const socket = /-S (\S+)/.exec(tmux.attachCommand("x"))?.[1] ?? "";
const cli = (...words: readonly string[]) =>
  Bun.spawnSync(["tmux", "-u", "-S", socket, ...words], { env: { PATH: process.env["PATH"] } });

beforeAll(() => {
  mkdirSync(home);
  writeFileSync(`${home}/.tmux.conf`, `run-shell "touch '${work.path("canary")}'"\n`);
});
afterAll(() => {
  cli("kill-server");
  rmSync(socket, { force: true });
  work.remove();
});

function value<T>(result: { ok: true; value: T } | { ok: false; fault: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.value;
}

let made = 0;
function script(text: string): string {
  made += 1;
  const path = work.path(`script ${made}.sh`);
  writeFileSync(path, text);
  return path;
}

async function start(name: string, text: string, more: { env?: Record<string, string> } = {}) {
  return value(
    await tmux.start({
      name,
      script: script(text),
      cwd: work.dir,
      env: { ...host.baseEnv(), OUT: work.path(name), ...more.env },
      columns: 90,
      rows: 25,
    }),
  );
}

async function dead(name: string): Promise<PaneInfo> {
  return work.until(async () => {
    const pane = value(await tmux.pane(name));
    return pane?.dead ? pane : null;
  });
}

/** Starts a program in raw mode that writes down every byte of what it is sent. */
async function recorder(name: string, of: Host = host): Promise<() => string> {
  const out = work.path(`${name}.bytes`);
  value(
    await of.tmux.start({
      name,
      script: script(`stty raw -echo; printf '\\033[?2004h'; : >"$BYTES"; exec cat >>"$BYTES"`),
      cwd: work.dir,
      env: { ...host.baseEnv(), BYTES: out },
      columns: 90,
      rows: 25,
    }),
  );
  await work.file(out);
  return () => readFileSync(out, "utf8");
}

const pasted = (text: string) => `\x1b[200~${text}\x1b[201~`;

describe("starting", () => {
  test("runs the script in the directory with exactly our environment; nothing of a name is run", async () => {
    const cwd = work.path("w #(touch canary) `touch canary` -x");
    mkdirSync(cwd);
    const out = work.path("seen");
    const started = value(
      await tmux.start({
        name: "env",
        script: script(`env >"$OUT.env"; pwd >"$OUT.cwd"; tty; exec sleep 600`),
        cwd,
        env: { ...host.baseEnv(), OUT: out, LONG: "l'".repeat(20_000) },
        columns: 90,
        rows: 25,
      }),
    );
    expect(started.created).toBe(true);
    expect(started.pane.dead).toBeNull();
    expect(await host.identify(started.pane.process.pid)).toEqual(started.pane.process);
    await work.file(`${out}.cwd`);
    await work.until(() => (readFileSync(`${out}.cwd`, "utf8").endsWith("\n") ? true : null));
    expect(readFileSync(`${out}.cwd`, "utf8").trimEnd()).toBe(cwd);
    const seen = new Map(
      readFileSync(`${out}.env`, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    expect(seen.get("LONG")).toBe("l'".repeat(20_000));
    expect(seen.get("TERM")).toBe("screen-256color");
    const given = [...Object.keys(host.baseEnv()), "OUT", "LONG", "PWD", "_"];
    expect([...seen.keys()].filter((name) => !given.includes(name))).toEqual([]);
    expect(value(await tmux.capture("env", { ansi: false, history: 0 })).text).toMatch(/^\/dev\//);
    // The launch holds the environment: it removed itself.
    expect(readdirSync(work.path("tmux"))).toEqual([]);
    for (const dir of [work.dir, cwd, home]) {
      expect(readdirSync(dir)).not.toContain("canary");
    }
    value(await tmux.kill("env"));
  });

  test("twenty at once make one session", async () => {
    const note = work.path("ran");
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        start("race", `echo x >>"$NOTE"; exec sleep 600`, { env: { NOTE: note } }),
      ),
    );
    expect(results.filter((result) => result.created)).toHaveLength(1);
    expect(new Set(results.map((result) => result.pane.process.pid)).size).toBe(1);
    await work.file(note);
    expect(readFileSync(note, "utf8")).toBe("x\n");
    expect(readdirSync(work.path("tmux"))).toEqual([]);
    value(await tmux.kill("race"));
  });

  test("two servers at once make one session (the second one lost the race)", async () => {
    const other = createHost({ dataDir: work.dir, env: process.env });
    const path = script("exec sleep 600");
    const results = await Promise.all(
      [host, other, host, other].map((one) =>
        one.tmux.start({ name: "two", script: path, cwd: "/", env: {}, columns: 80, rows: 24 }),
      ),
    );
    expect(results.map(value).filter((result) => result.created)).toHaveLength(1);
    value(await tmux.kill("two"));
  });

  test("a directory that is not there is a fault, an odd name a bug", async () => {
    const options = { script: script("true"), cwd: "/nonexistent", env: {}, columns: 80, rows: 24 };
    expect(await tmux.start({ ...options, name: "nowhere" })).toMatchObject({
      ok: false,
      fault: { code: "not_a_directory" },
    });
    for (const name of ["", "a b", "A", "x#(touch canary)", "a.b", "a:b", "=a", "a".repeat(41)]) {
      await expect(tmux.pane(name)).rejects.toThrow("session name");
      await expect(tmux.start({ ...options, name })).rejects.toThrow("session name");
      expect(() => tmux.attachCommand(name)).toThrow("session name");
    }
  });

  test("a program that ends at once is there with its status", async () => {
    await start("quick", "exit 3");
    expect((await dead("quick")).dead).toEqual({ code: 3, signal: null });
    await start("killed", "kill -9 $$");
    expect((await dead("killed")).dead).toEqual({ code: null, signal: "SIGKILL" });
    expect((await dead("killed")).process.startTime).toBe("");
    expect(await tmux.paste("killed", "x")).toMatchObject({ fault: { code: "agent_exited" } });
    value(await tmux.kill("quick"));
    value(await tmux.kill("killed"));
  });

  test("a program that ends while its child holds the terminal has ended", async () => {
    const out = work.path("holder.pid");
    const { pane } = await start("holder", `sleep 600 & echo $! >"$PIDS"; exit 4`, {
      env: { PIDS: out },
    });
    expect((await dead("holder")).dead).toEqual({ code: 4, signal: null });
    expect(await tmux.paste("holder", "x")).toMatchObject({ fault: { code: "agent_exited" } });
    const child = Number(readFileSync(out, "utf8"));
    value(await tmux.kill("holder"));
    await work.until(async () => ((await host.identify(child)) === null ? true : null));
    expect(await host.alive(pane.process)).toBe(false);
  });

  test("a dozen starts and ends of the only session never meet a dying server", async () => {
    for (let round = 0; round < 12; round += 1) {
      expect((await start("again", "exec sleep 600")).created).toBe(true);
      value(await tmux.kill("again"));
    }
    expect(value(await tmux.list())).toEqual([]);
  });
});

describe("names are exact (V3)", () => {
  test("a session is not found by its beginning, nor ended by it", async () => {
    await start("task-12", "exec sleep 600");
    expect(value(await tmux.pane("task-1"))).toBeNull();
    expect(await tmux.paste("task-1", "x")).toMatchObject({ fault: { code: "session_lost" } });
    expect(await tmux.keys("task-1", ["Enter"])).toMatchObject({ fault: { code: "session_lost" } });
    expect(await tmux.capture("task-1", { ansi: false, history: 0 })).toMatchObject({ ok: false });
    value(await tmux.kill("task-1"));
    expect(value(await tmux.pane("task-12"))?.name).toBe("task-12");
    await start("task-1", "exec sleep 600");
    const names = value(await tmux.list()).map((pane) => pane.name);
    expect(names.sort()).toEqual(["task-1", "task-12"]);
    value(await tmux.kill("task-1"));
    expect(value(await tmux.list()).map((pane) => pane.name)).toEqual(["task-12"]);
    value(await tmux.kill("task-12"));
  });
});

describe("typing", () => {
  test("a paste cannot end itself, and arrives as it is but for controls (V2, GIT-12)", async () => {
    const bytes = await recorder("paste");
    const texts: readonly (readonly [string, string])[] = [
      ["hello\x1b[201~\r!evil\r", "hello[201~!evil"],
      ["hello\u009b201~\rx", "hello201~x"],
      ["-x", "-x"],
      ["--dangerously-skip-permissions", "--dangerously-skip-permissions"],
      ["/clear", "/clear"],
      ["!cmd", "!cmd"],
      ["@file", "@file"],
      ["\x03\x04\x1a\x00\x7f", ""],
      ["foo;", "foo;"],
      ["a\r\nb\tc\n", "a\nb\tc\n"],
      [
        "#(touch canary) #{pane_id} $(touch canary) `x` \\n ☃ 👩‍👩‍👧",
        "#(touch canary) #{pane_id} $(touch canary) `x` \\n ☃ 👩‍👩‍👧",
      ],
      ["", ""],
    ];
    for (const [text] of texts) value(await tmux.paste("paste", text));
    const wanted = texts.map(([, text]) => (text === "" ? "" : pasted(text))).join("");
    await work.until(() => (bytes().length >= wanted.length ? true : null));
    expect(bytes()).toBe(wanted);
    expect(cli("list-buffers").stdout.toString()).toBe("");
    value(await tmux.kill("paste"));
  });

  test("2 MB in one paste, byte for byte (V4)", async () => {
    const bytes = await recorder("large");
    const text = Array.from({ length: 40_000 }, (_, index) =>
      `${index} ☃ 'q' "p" $(x)`.padEnd(50),
    ).join("\n");
    expect(Buffer.byteLength(text)).toBeGreaterThan(2_000_000);
    value(await tmux.paste("large", text));
    const wanted = pasted(text);
    await work.until(() => (bytes().length >= wanted.length ? true : null));
    expect(bytes() === wanted).toBe(true);
    value(await tmux.kill("large"));
  });

  test("many pastes at once stay whole, each in one piece", async () => {
    const bytes = await recorder("many");
    const texts = Array.from({ length: 20 }, (_, index) => `<${index}>`.repeat(500));
    const results = await Promise.all(texts.map((text) => tmux.paste("many", text)));
    expect(results.every((result) => result.ok)).toBe(true);
    const length = texts.map(pasted).join("").length;
    await work.until(() => (bytes().length >= length ? true : null));
    const pieces = bytes().split("\x1b[201~").slice(0, -1);
    expect(pieces.map((piece) => `${piece}\x1b[201~`).sort()).toEqual(texts.map(pasted).sort());
    value(await tmux.kill("many"));
  });

  test("keys by name; anything else is a bug", async () => {
    const bytes = await recorder("keys");
    value(await tmux.keys("keys", ["Escape"]));
    value(await tmux.keys("keys", ["C-u", "Enter", "Tab", "1", "BSpace"]));
    value(await tmux.keys("keys", []));
    await work.until(() => (bytes().length >= 6 ? true : null));
    expect(bytes()).toBe("\x1b\x15\r\t1\x7f");
    for (const key of ["hello", "rm -rf", ";", "-x", "", "Enter;", "#(touch canary)"]) {
      await expect(tmux.keys("keys", [key])).rejects.toThrow("name of a key");
    }
    value(await tmux.kill("keys"));
  });
});

describe("looking", () => {
  test("captures text, colours, size and history", async () => {
    await start(
      "look",
      `i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo "row $i"; done; printf '\\033[31mred\\033[0m ☃'; exec sleep 600`,
    );
    const shown = await work.until(async () => {
      const capture = value(await tmux.capture("look", { ansi: true, history: 0 }));
      return capture.text.includes("☃") ? capture : null;
    });
    expect(shown).toMatchObject({ columns: 90, rows: 25 });
    expect(shown.text).toContain("\x1b[31mred\x1b[39m ☃");
    expect(shown.text).not.toContain("row 1\n");
    const plain = value(await tmux.capture("look", { ansi: false, history: 100 }));
    expect(plain.text).toStartWith("row 1\nrow 2\n");
    expect(plain.text.trimEnd()).toEndWith("row 60\nred ☃");
    value(await tmux.kill("look"));
  });

  test("a person who attaches with another size, scrolls and splits changes nothing for us", async () => {
    const bytes = await recorder("watched");
    let painted: () => void = () => undefined;
    const attached = new Promise<void>((resolve) => {
      painted = resolve;
    });
    const person = Bun.spawn(["sh", "-c", tmux.attachCommand("watched")], {
      env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", TMUX: "/elsewhere,1,1" },
      terminal: { cols: 200, rows: 60, data: () => painted() },
    });
    await attached;
    await work.until(() => (cli("list-clients").stdout.length > 0 ? true : null));
    const before = value(await tmux.capture("watched", { ansi: false, history: 0 }));
    expect(before).toMatchObject({ columns: 90, rows: 25 });
    cli("copy-mode", "-t", "=watched:");
    value(await tmux.keys("watched", ["Enter"]));
    await work.until(() => (bytes() === "\r" ? true : null));
    const pane = value(await tmux.pane("watched"));
    cli("split-window", "-t", "=watched:", "sleep 600");
    expect(value(await tmux.pane("watched"))?.process).toEqual(pane!.process);
    value(await tmux.paste("watched", "for the agent"));
    await work.until(() => (bytes() === `\r${pasted("for the agent")}` ? true : null));
    value(await tmux.kill("watched"));
    await person.exited;
  });
});

describe("ending", () => {
  test("the end of a session is the end of its program, also of one that ignores the hang-up", async () => {
    const out = work.path("deaf.pid");
    const { pane } = await start(
      "deaf",
      `trap '' HUP TERM INT; (trap '' HUP; sleep 600) & echo $! >"$PIDS.new"; mv "$PIDS.new" "$PIDS"; while :; do sleep 600; done`,
      { env: { PIDS: out } },
    );
    await work.file(out);
    const child = Number(readFileSync(out, "utf8"));
    value(await tmux.kill("deaf"));
    await work.until(async () =>
      (await host.alive(pane.process)) || (await host.identify(child)) !== null ? null : true,
    );
    value(await tmux.kill("deaf"));
  });

  test("nothing is left when nothing is used; the server stays as long as one session does", async () => {
    await start("one", "exec sleep 600");
    await start("two", "exec sleep 600");
    const pid = () => Number(cli("display-message", "-p", "#{pid}").stdout.toString());
    const server = pid();
    value(await tmux.kill("one"));
    expect(pid()).toBe(server);
    value(await tmux.kill("two"));
    await work.until(async () => ((await host.identify(server)) === null ? true : null));
    expect(value(await tmux.list())).toEqual([]);
  });

  test("the tmux server is killed: sessions are lost, the next start works (PROC-01)", async () => {
    await start("gone", "exec sleep 600");
    const pid = Number(cli("display-message", "-p", "#{pid}").stdout.toString());
    process.kill(pid, "SIGKILL");
    await work.until(async () => ((await host.identify(pid)) === null ? true : null));
    expect(value(await tmux.pane("gone"))).toBeNull();
    expect(value(await tmux.list())).toEqual([]);
    expect(await tmux.paste("gone", "x")).toMatchObject({ fault: { code: "session_lost" } });
    expect((await start("gone", "exec sleep 600")).created).toBe(true);
    value(await tmux.kill("gone"));
  });
});

describe("outliving the server", () => {
  test("kill -9 of the server and of its whole group leaves the terminal and its program", async () => {
    const order: ServerOrder = {
      dataDir: work.dir,
      dir: work.path("session"),
      launch: { argv: ["/bin/sh", "-c", "exit 0"], cwd: "/", env: {} },
      tmux: { name: "stays", script: script("exec cat"), cwd: work.dir },
      halfLine: 0,
    };
    const server = Bun.spawn(
      [process.execPath, `${import.meta.dir}/testing/server.ts`, JSON.stringify(order)],
      { detached: true, stdout: "pipe", env: { ...process.env } },
    );
    await server.stdout.getReader().read();
    const pane = value(await tmux.pane("stays"));
    process.kill(-server.pid, "SIGKILL");
    await server.exited;
    expect(value(await tmux.pane("stays"))?.process).toEqual(pane!.process);
    value(await tmux.paste("stays", "still here"));
    await work.until(async () => {
      const shown = value(await tmux.capture("stays", { ansi: false, history: 0 }));
      return shown.text.includes("still here") ? true : null;
    });
    value(await tmux.kill("stays"));
  });
});

describe("other tmux (PROC-06)", () => {
  test("a person's own server with the same names is not ours, and stays as it is", async () => {
    const theirs = ["tmux", "-L", `user-${process.pid}`, "-f", "/dev/null"];
    const env = { PATH: process.env["PATH"] ?? "" };
    Bun.spawnSync([...theirs, "new-session", "-d", "-s", "mine", "sleep 600"], { env });
    await start("mine", "exec sleep 600");
    value(await tmux.kill("mine"));
    const sessions = Bun.spawnSync([...theirs, "list-sessions", "-F", "#{session_name}"], { env });
    expect(sessions.stdout.toString()).toBe("mine\n");
    Bun.spawnSync([...theirs, "kill-server"], { env });
    rmSync(`${dirname(socket)}/user-${process.pid}`, { force: true });
  });

  function fake(name: string, text: string): Host {
    const bin = work.path(`tmux-${name}`);
    writeFileSync(bin, `#!/bin/sh\n${text}\n`);
    chmodSync(bin, 0o755);
    return createHost({ dataDir: work.path(`data-${name}`), env: process.env, tmuxBin: bin });
  }

  test("absent, broken and too old: every call says so, with what to type", async () => {
    const absent = createHost({
      dataDir: work.dir,
      env: process.env,
      tmuxBin: work.path("none/tmux"),
    });
    for (const one of [absent, fake("old", "echo tmux 2.8"), fake("bad", "exit 1")]) {
      const faults = await Promise.all([
        one.tmux.available(),
        one.tmux.pane("a"),
        one.tmux.list(),
        one.tmux.kill("a"),
        one.tmux.paste("a", "x"),
        one.tmux.start({ name: "a", script: "/x", cwd: "/", env: {}, columns: 80, rows: 24 }),
      ]);
      for (const result of faults) {
        expect(result).toMatchObject({ ok: false, fault: { code: "tmux_missing" } });
      }
      expect(faults[0]?.ok ? "" : faults[0]?.fault.hint).toContain("nstall");
    }
    expect(existsSync(work.path("data-old"))).toBe(false);
  });

  test.each(["tmux 2.9", "tmux 3.5a", "tmux next-3.6", "tmux openbsd-7.5", "tmux master"])(
    "%s is taken",
    async (version) => {
      const one = fake(version.replaceAll(" ", "-"), `echo ${version}`);
      expect(await one.tmux.available()).toMatchObject({ ok: true });
    },
  );

  test("a tmux that fails for another reason is a fault with its words", async () => {
    const one = fake(
      "sick",
      `[ "$1" = -V ] && echo tmux 3.4 && exit; echo 'protocol version mismatch' >&2; exit 1`,
    );
    const result = await one.tmux.list();
    expect(result).toMatchObject({ ok: false, fault: { code: "host_failed" } });
    expect(result.ok ? "" : result.fault.message).toContain("protocol version mismatch");
  });
});

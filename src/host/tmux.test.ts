import { afterAll, describe, expect } from "bun:test";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createHost } from "./host.ts";
import { TmuxBench, tmuxTest, value } from "./testing/tmux-bench.ts";

const bench = new TmuxBench();
const { tmux, host, work } = bench;
afterAll(() => bench.remove());

describe("starting", () => {
  tmuxTest(
    "runs the script in the directory with exactly our environment; nothing of a name is run",
    async () => {
      const cwd = work.path("w #(touch canary) `touch canary` -x");
      mkdirSync(cwd);
      const out = work.path("seen");
      const started = value(
        await tmux.start({
          name: "env",
          script: bench.script(`env >"$OUT.env"; pwd >"$OUT.cwd"; tty; exec sleep 600`),
          cwd,
          env: { ...host.baseEnv(), OUT: out, LONG: "l'".repeat(20_000) },
          columns: 90,
          rows: 25,
        }),
      );
      expect(started.created).toBe(true);
      expect(started.pane.dead).toBeNull();
      expect(await host.identify(started.pane.process.pid)).toEqual(started.pane.process);
      expect((await work.text(`${out}.cwd`)).trimEnd()).toBe(cwd);
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
      expect(value(await tmux.capture("env", { ansi: false, history: 0 })).text).toMatch(
        /^\/dev\//,
      );
      // The launch holds the environment: it removed itself.
      expect(readdirSync(work.path("tmux"))).toEqual([]);
      for (const dir of [work.dir, cwd, bench.home]) {
        expect(readdirSync(dir)).not.toContain("canary");
      }
      value(await tmux.kill("env"));
    },
  );

  tmuxTest("twenty at once make one session", async () => {
    const note = work.path("ran");
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        bench.start("race", `echo x >>"$NOTE"; exec sleep 600`, { NOTE: note }),
      ),
    );
    expect(results.filter((result) => result.created)).toHaveLength(1);
    expect(new Set(results.map((result) => result.pane.process.pid)).size).toBe(1);
    await work.text(note);
    expect(readFileSync(note, "utf8")).toBe("x\n");
    expect(readdirSync(work.path("tmux"))).toEqual([]);
    value(await tmux.kill("race"));
  });

  tmuxTest("two servers at once make one session (the second one lost the race)", async () => {
    const other = createHost({ dataDir: work.dir, env: process.env });
    const path = bench.script("exec sleep 600");
    const results = await Promise.all(
      [host, other, host, other].map((one) =>
        one.tmux.start({ name: "two", script: path, cwd: "/", env: {}, columns: 80, rows: 24 }),
      ),
    );
    expect(results.map(value).filter((result) => result.created)).toHaveLength(1);
    value(await tmux.kill("two"));
  });

  tmuxTest("a directory that is not there is a fault, an odd name a bug", async () => {
    const options = {
      script: bench.script("true"),
      cwd: "/nonexistent",
      env: {},
      columns: 80,
      rows: 24,
    };
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

  tmuxTest("a program that ends at once is there with its status", async () => {
    await bench.start("quick", "exit 3");
    expect((await bench.dead("quick")).dead).toEqual({ code: 3, signal: null });
    await bench.start("killed", "kill -9 $$");
    expect((await bench.dead("killed")).dead).toEqual({ code: null, signal: "SIGKILL" });
    expect((await bench.dead("killed")).process.startTime).toBe("");
    expect(await tmux.paste("killed", "x")).toMatchObject({ fault: { code: "agent_exited" } });
    value(await tmux.kill("quick"));
    value(await tmux.kill("killed"));
  });

  tmuxTest("a program that ends while its child holds the terminal has ended", async () => {
    const out = work.path("holder.pid");
    const { pane } = await bench.start("holder", `sleep 600 & echo $! >"$PIDS"; exit 4`, {
      PIDS: out,
    });
    expect((await bench.dead("holder")).dead).toEqual({ code: 4, signal: null });
    expect(await tmux.paste("holder", "x")).toMatchObject({ fault: { code: "agent_exited" } });
    const child = Number(readFileSync(out, "utf8"));
    value(await tmux.kill("holder"));
    await work.until(async () => ((await host.identify(child)) === null ? true : null));
    expect(await host.alive(pane.process)).toBe(false);
  });

  tmuxTest("a dozen starts and ends of the only session never meet a dying server", async () => {
    for (let round = 0; round < 12; round += 1) {
      expect((await bench.start("again", "exec sleep 600")).created).toBe(true);
      value(await tmux.kill("again"));
    }
    expect(value(await tmux.list())).toEqual([]);
  });
});

describe("names are exact (V3)", () => {
  tmuxTest("a session is not found by its beginning, nor ended by it", async () => {
    await bench.start("task-12", "exec sleep 600");
    expect(value(await tmux.pane("task-1"))).toBeNull();
    expect(await tmux.paste("task-1", "x")).toMatchObject({ fault: { code: "session_lost" } });
    expect(await tmux.keys("task-1", ["Enter"])).toMatchObject({ fault: { code: "session_lost" } });
    expect(await tmux.capture("task-1", { ansi: false, history: 0 })).toMatchObject({ ok: false });
    value(await tmux.kill("task-1"));
    expect(value(await tmux.pane("task-12"))?.name).toBe("task-12");
    await bench.start("task-1", "exec sleep 600");
    const names = value(await tmux.list()).map((pane) => pane.name);
    expect(names.sort()).toEqual(["task-1", "task-12"]);
    value(await tmux.kill("task-1"));
    expect(value(await tmux.list()).map((pane) => pane.name)).toEqual(["task-12"]);
    value(await tmux.kill("task-12"));
  });
});

describe("ending", () => {
  tmuxTest(
    "the end of a session is the end of its program, also of one that ignores the hang-up",
    async () => {
      const out = work.path("deaf.pid");
      const { pane } = await bench.start(
        "deaf",
        `trap '' HUP TERM INT; (trap '' HUP; sleep 600) & echo $! >"$PIDS.new"; mv "$PIDS.new" "$PIDS"; while :; do sleep 600; done`,
        { PIDS: out },
      );
      await work.file(out);
      const child = Number(readFileSync(out, "utf8"));
      value(await tmux.kill("deaf"));
      await work.until(async () =>
        (await host.alive(pane.process)) || (await host.identify(child)) !== null ? null : true,
      );
      value(await tmux.kill("deaf"));
    },
  );

  tmuxTest(
    "nothing is left when nothing is used; the server stays as long as one session does",
    async () => {
      await bench.start("one", "exec sleep 600");
      await bench.start("two", "exec sleep 600");
      const pid = () => bench.serverPid();
      const server = pid();
      value(await tmux.kill("one"));
      expect(pid()).toBe(server);
      value(await tmux.kill("two"));
      await work.until(async () => ((await host.identify(server)) === null ? true : null));
      expect(value(await tmux.list())).toEqual([]);
    },
  );

  tmuxTest(
    "the tmux server is killed: sessions are lost, the next start works (PROC-01)",
    async () => {
      await bench.start("gone", "exec sleep 600");
      const pid = bench.serverPid();
      process.kill(pid, "SIGKILL");
      await work.until(async () => ((await host.identify(pid)) === null ? true : null));
      expect(value(await tmux.pane("gone"))).toBeNull();
      expect(value(await tmux.list())).toEqual([]);
      expect(await tmux.paste("gone", "x")).toMatchObject({ fault: { code: "session_lost" } });
      expect((await bench.start("gone", "exec sleep 600")).created).toBe(true);
      value(await tmux.kill("gone"));
    },
  );
});

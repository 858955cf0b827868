import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createHost } from "./host.ts";
import type { ServerOrder } from "./testing/server.ts";
import { TmuxBench, tmuxTest, value } from "./testing/tmux-bench.ts";
import type { Host } from "./types.ts";

const bench = new TmuxBench();
const { tmux, work } = bench;
afterAll(() => bench.remove());

describe("outliving the server", () => {
  tmuxTest(
    "kill -9 of the server and of its whole group leaves the terminal and its program",
    async () => {
      const order: ServerOrder = {
        dataDir: work.dir,
        dir: work.path("session"),
        launch: { argv: ["/bin/sh", "-c", "exit 0"], cwd: "/", env: {} },
        tmux: { name: "stays", script: bench.script("exec cat"), cwd: work.dir },
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
    },
  );
});

describe("other tmux (PROC-06)", () => {
  tmuxTest(
    "a person's own server with the same names is not ours, and stays as it is",
    async () => {
      const theirs = ["tmux", "-L", `user-${process.pid}`, "-f", "/dev/null"];
      const env = { PATH: process.env["PATH"] ?? "" };
      Bun.spawnSync([...theirs, "new-session", "-d", "-s", "mine", "sleep 600"], { env });
      await bench.start("mine", "exec sleep 600");
      value(await tmux.kill("mine"));
      const sessions = Bun.spawnSync([...theirs, "list-sessions", "-F", "#{session_name}"], {
        env,
      });
      expect(sessions.stdout.toString()).toBe("mine\n");
      Bun.spawnSync([...theirs, "kill-server"], { env });
      rmSync(`${dirname(bench.socket)}/user-${process.pid}`, { force: true });
    },
  );

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

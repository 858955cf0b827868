import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { startServer, type TestServer, token } from "../../test/security/support/server.ts";
import { columns } from "../contract/primitives.ts";
import { readArguments } from "./arguments.ts";
import { type Outcome, runCli } from "./main.ts";
import type { Shell } from "./shell.ts";
import { oneLine, table } from "./text.ts";
import { type CommandSpec, commandHelp, specs } from "./usage.ts";

let server: TestServer;
let browsed: string[];
beforeEach(() => {
  server = startServer();
  browsed = [];
});
afterEach(() => server.stop());

function cli(argv: readonly string[], more: Partial<Shell> = {}): Promise<Outcome> {
  return runCli(argv, {
    env: { AGETOR_DATA_DIR: server.dataDir },
    cwd: "/srv/repo",
    readStdin: async () => "from stdin",
    browse: (url) => {
      browsed.push(url);
      return true;
    },
    confirm: async () => null,
    ...more,
  });
}

async function exchange(url: string): Promise<Response> {
  return fetch(`${server.base}/auth/exchange`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code: /#code=(.+)$/m.exec(url)?.[1] }),
  });
}

describe("open", () => {
  test("opens a link with a code that works", async () => {
    const { stdout, exitCode } = await cli(["open"]);
    expect(exitCode).toBe(0);
    expect(browsed).toHaveLength(1);
    expect(browsed[0]).toStartWith(`${server.base}/#code=`);
    expect(stdout).toContain(browsed[0] ?? "nothing");
    expect(stdout).not.toContain(token);
    expect((await exchange(browsed[0] ?? "")).status).toBe(200);
  });

  test("only prints it when asked to, or when nothing may be opened", async () => {
    const quiet = { AGETOR_DATA_DIR: server.dataDir, AGETOR_NO_OPEN: "1" };
    for (const outcome of [await cli(["open", "--print"]), await cli(["open"], { env: quiet })]) {
      expect((await exchange(outcome.stdout)).status).toBe(200);
    }
    expect(browsed).toEqual([]);
  });
});

describe("tasks", () => {
  test("are added, with the folder one stands in, and listed", async () => {
    const added = await cli(["add", "Fix the bug", "--title", "Bug"]);
    expect(added).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("added: Bug") });
    const [task] = server.engine.stored.values();
    expect(task).toMatchObject({ prompt: "Fix the bug", title: "Bug", workdir: "/srv/repo" });
    const { stdout } = await cli(["list"]);
    expect(stdout).toBe(`${task?.id.slice(-8)}  backlog  –  fake  Bug\n`);
    expect(JSON.parse((await cli(["list", "--json"])).stdout)).toMatchObject([{ title: "Bug" }]);
    expect((await cli(["list", "--column", "done"])).stdout).toBe("No tasks.\n");
  });

  test("take their prompt from standard input, and another folder", async () => {
    await cli(["add", "-", "--dir", "../other"]);
    const [task] = server.engine.stored.values();
    expect(task).toMatchObject({ prompt: "from stdin", workdir: "/srv/other" });
  });

  test("are started by the end of their id", async () => {
    await cli(["add", "one"]);
    await cli(["add", "two"]);
    const [one] = [...server.engine.stored.keys()];
    const started = await cli(["start", one?.slice(-8).toLowerCase() ?? ""]);
    // The engine in memory starts nothing: what counts is that the right task was asked for.
    expect(started).toMatchObject({ exitCode: 1, stderr: "There is no such thing.\n" });
    expect(server.audited.at(-1)).toMatchObject({ path: `/tasks/${one}/start`, status: 404 });
  });

  test("that are not there, or not one, are said", async () => {
    await cli(["add", "one"]);
    expect(await cli(["start", "ZZZZZZ"])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('There is no task "ZZZZZZ".'),
    });
  });

  test("cannot write to the terminal with their title", async () => {
    await cli(["add", "x", "--title", "a\u001b[2Jb\u009b31m\u202ec"]);
    const { stdout } = await cli(["list"]);
    expect(stdout).toEndWith("  a [2Jb 31m c\n");
  });
});

describe("what is typed wrong", () => {
  test("is said in the words it was typed in, and nothing is added", async () => {
    const stdin = (text: string) => ({ readStdin: async () => text });
    for (const [argv, sentence, more] of [
      [["add", "-"], "What came from standard input is empty.", stdin(" \n")],
      [["add", "a", "--title", "x".repeat(301)], "--title is longer than 300 characters.", {}],
      [["add", "a", "--base", "x".repeat(10_001)], "--base is longer than 10000 characters.", {}],
      [["add", "-"], "What came from standard input is longer", stdin("x".repeat(2_000_001))],
    ] as const) {
      const { stderr, exitCode } = await cli(argv, more);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(sentence);
      expect(stderr).not.toContain("body");
    }
    expect(server.engine.stored.size).toBe(0);
  });

  test("a column that is none is answered with those there are", async () => {
    expect(await cli(["list", "--column", "foo"])).toMatchObject({
      exitCode: 2,
      stderr: `There is no column "foo".\nThe columns are ${columns.join(", ")}.\n`,
    });
  });

  test("a folder may be named from one's home", async () => {
    await cli(["add", "a", "--dir=~/code"], {
      env: { AGETOR_DATA_DIR: server.dataDir, HOME: "/home/me" },
    });
    expect([...server.engine.stored.values()]).toMatchObject([{ workdir: "/home/me/code" }]);
  });
});

describe("status", () => {
  test("says where the server is and what waits", async () => {
    const { stdout } = await cli(["status"]);
    expect(stdout).toContain(`Agetor 1.2.3, ${server.base}, process ${process.pid}`);
    expect(stdout).toContain("waiting for you  nothing");
    expect(JSON.parse((await cli(["status", "--json"])).stdout)).toMatchObject({
      running: true,
      port: server.port,
      counts: { backlog: 0 },
    });
  });

  test("says when there is no server", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "agetor-cli-"));
    const none = await cli(["status"], { env: { AGETOR_DATA_DIR: dataDir } });
    expect(none).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(dataDir) });
    rmSync(dataDir, { recursive: true });
  });

  test("CFG-01: never sends the token to a stranger on the port of a killed server", async () => {
    const seen: string[] = [];
    const stranger = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => {
        seen.push(request.headers.get("authorization") ?? "");
        return Response.json({ ok: true, app: "agetor", version: "1.2.3" });
      },
    });
    const dataDir = mkdtempSync(join(tmpdir(), "agetor-cli-"));
    const stale = { port: stranger.port, token, pid: 1, version: "1.2.3", startedAt: 1 };
    writeFileSync(join(dataDir, "agetor-core.json"), JSON.stringify(stale));
    for (const command of [["status"], ["open"], ["list"], ["add", "x"]]) {
      const { exitCode } = await cli(command, { env: { AGETOR_DATA_DIR: dataDir } });
      expect(exitCode).toBe(3);
    }
    expect(seen).toEqual([]);
    await stranger.stop(true);
    rmSync(dataDir, { recursive: true });
  });
});

describe("--data-dir", () => {
  const elsewhere = { AGETOR_DATA_DIR: "/nowhere" };

  test("finds the server that was started with it, from any folder", async () => {
    const { dataDir } = server;
    const asked = ["status", "--json", "--data-dir"];
    const [parent, name] = [dirname(dataDir), basename(dataDir)];
    for (const outcome of [
      await cli([...asked, dataDir], { env: elsewhere }),
      await cli(["status", "--json", `--data-dir=${dataDir}`], { env: elsewhere }),
      await cli([...asked, `./${name}`], { env: elsewhere, cwd: parent }),
      await cli([...asked, `~/${name}`], { env: { ...elsewhere, HOME: parent } }),
    ]) {
      expect(JSON.parse(outcome.stdout)).toMatchObject({ running: true, dataDir });
    }
  });

  test("is named to somebody whose server is not found", async () => {
    const none = await cli(["open", "--data-dir", "/nowhere/x"]);
    expect(none.exitCode).toBe(3);
    expect(none.stderr).toStartWith("No Agetor server is running for /nowhere/x.\n");
    expect(none.stderr).toContain("`--data-dir DIR`");
  });
});

describe("the command line", () => {
  test.each([
    [["open", "--nope"], '"open" has no option --nope.'],
    [["add"], '"add" needs PROMPT.'],
    [["add", ""], "PROMPT is empty."],
    [["add", "  \n "], "PROMPT is empty."],
    [["add", "a", "b"], '"add" takes one word; put quotes around it when it has spaces.'],
    [["add", "a", "--title", "  "], "--title needs a value."],
    [["add", "a", "--dir", "x", "--dir", "y"], "--dir is given twice."],
    [["start"], '"start" needs TASK.'],
    [["start", ""], "TASK is empty."],
    [["trust", ""], "DIR is empty."],
    [["trust", "a", "b"], '"trust" takes one word; put quotes around it when it has spaces.'],
    [["trust", "--yes=no"], "--yes takes no value."],
    [["status", "x"], '"status" takes no further words.'],
    [["open", "--nope=1"], '"open" has no option --nope.'],
    [["list", "-x"], '"list" has no option -x.'],
    [["list", "--column"], "--column needs a value."],
    [["list", "--column", "--json"], "--column needs a value."],
    [["open", "--data-dir="], "--data-dir needs a value."],
    [["open", "--print=yes"], "--print takes no value."],
  ])("%j is refused in a sentence, with the next step", async (argv, sentence) => {
    expect(await cli(argv)).toMatchObject({
      exitCode: 2,
      stderr: `${sentence}\n\`npm run agetor -- ${argv[0]} --help\` says what it takes.\n`,
    });
  });

  test.each([[["nonsense"]], [["__proto__"]], [["help", "nonsense"]], [["--version"]]])(
    "%j is no command",
    async (argv) => {
      expect(await cli(argv)).toMatchObject({
        exitCode: 2,
        stderr: `There is no command "${argv.at(-1)}".\n\`npm run agetor -- help\` lists what there is.\n`,
      });
    },
  );

  test.each([[[]], [["help"]], [["--help"]], [["-h"]]])("%j is help", async (argv) => {
    const outcome = await cli(argv);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: "" });
    for (const name of Object.keys(specs)) expect(outcome.stdout).toContain(`\n  agetor ${name}`);
    expect(outcome.stdout).toContain("Exit codes: 0 done,");
  });

  test.each(Object.entries<CommandSpec>(specs))(
    "%s says what it takes, however it is asked",
    async (name, { options, words }) => {
      const outcome = await cli([name, "--help"]);
      expect(outcome).toMatchObject({ exitCode: 0, stderr: "" });
      expect(outcome.stdout).toStartWith(["agetor", name, ...words].join(" "));
      for (const [option, { help }] of Object.entries(options)) {
        expect(outcome.stdout).toContain(`--${option}`);
        expect(outcome.stdout).toContain(help);
      }
      expect(await cli([name, "-h"])).toEqual(outcome);
      expect(await cli(["help", name])).toEqual(outcome);
    },
  );

  test("the help names every column", () => {
    for (const column of columns) expect(commandHelp("list")).toContain(column);
  });

  test("a prompt may begin with a dash after --", () => {
    expect(readArguments(["add", "--", "-x"])).toMatchObject({ value: { words: ["-x"] } });
  });
});

test("text is cut to whole characters, and columns stand below each other", () => {
  expect(oneLine("😀😀😀😀", 3)).toBe("😀😀…");
  expect(
    table([
      ["a", "b"],
      ["ccc", "d"],
    ]),
  ).toBe("a    b\nccc  d\n");
});

import { describe, expect, test } from "bun:test";
import { type OpenerPorts, type OpenRequest, openerOver, type Shown } from "./opener.ts";

interface Spawned {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
}

function machine(
  programs: readonly string[],
  more: { platform?: string; env?: OpenerPorts["env"]; shown?: Record<string, Shown> } = {},
): {
  open: (request: Partial<OpenRequest>) => unknown;
  run: (script: string) => Promise<unknown>;
  spawned: Spawned[];
  kept: string[];
} {
  const spawned: Spawned[] = [];
  const kept: string[] = [];
  const opener = openerOver({
    platform: more.platform ?? "linux",
    env: { DISPLAY: ":0", ...more.env },
    which: (name) => (programs.includes(name) ? `/usr/bin/${name.replace(/^.*\//, "")}` : null),
    spawn: (argv, { cwd, env }) => spawned.push({ argv, cwd, env }),
    keep: (script, folder) => {
      kept.push(script);
      return `${folder}/login.command`;
    },
    show: (argv, { cwd, env }) => {
      spawned.push({ argv, cwd, env });
      return Promise.resolve(more.shown?.[argv[0] ?? ""] ?? "running");
    },
  });
  const place = { app: "files", path: "/w/a b.ts", directory: "/w", line: null } as const;
  return {
    spawned,
    kept,
    open: (request) => opener.open({ ...place, ...request }),
    run: (script) => opener.run({ script, folder: "/d/tmp" }),
  };
}

const argvOf = ({ spawned }: { spawned: Spawned[] }) => spawned.map(({ argv }) => argv);

describe("files", () => {
  test("open as their folder: nothing is started by its type", () => {
    const linux = machine(["xdg-open"]);
    linux.open({});
    expect(argvOf(linux)).toEqual([["/usr/bin/xdg-open", "/w"]]);
  });

  test("are shown in their folder on a Mac, where opening an application would start it", () => {
    const mac = machine([], { platform: "darwin" });
    mac.open({ path: "/w/Evil.app", directory: "/w/Evil.app" });
    expect(argvOf(mac)).toEqual([["/usr/bin/open", "-R", "/w/Evil.app"]]);
  });
});

describe("the editor", () => {
  test.each([
    [["code"], {}, ["/usr/bin/code", "-g", "/w/a b.ts:7"]],
    [["zed"], {}, ["/usr/bin/zed", "/w/a b.ts:7"]],
    [["code", "subl"], { VISUAL: "subl -w" }, ["/usr/bin/subl", "-w", "/w/a b.ts:7"]],
    [["code", "vim"], { VISUAL: "vim" }, ["/usr/bin/code", "-g", "/w/a b.ts:7"]],
    [["/opt/bin/code"], { VISUAL: "/opt/bin/code" }, ["/usr/bin/code", "-g", "/w/a b.ts:7"]],
    [["code"], { VISUAL: "constructor" }, ["/usr/bin/code", "-g", "/w/a b.ts:7"]],
  ] as const)("with %j and %j runs %j", (programs, env, argv) => {
    const desk = machine(programs, { env });
    desk.open({ app: "editor", line: 7 });
    expect(argvOf(desk)).toEqual([argv]);
  });

  test("opens a file without a line too", () => {
    const desk = machine(["code"]);
    desk.open({ app: "editor" });
    expect(argvOf(desk)).toEqual([["/usr/bin/code", "/w/a b.ts"]]);
  });

  test("that is missing is said, with what to install", () => {
    expect(machine([]).open({ app: "editor" })).toMatchObject({
      ok: false,
      fault: { code: "host_failed", hint: expect.stringContaining("VISUAL") },
    });
  });
});

describe("the terminal", () => {
  test("starts in the folder, which is no argument", () => {
    const desk = machine(["xterm"]);
    desk.open({ app: "terminal" });
    expect(desk.spawned).toMatchObject([{ argv: ["/usr/bin/xterm"], cwd: "/w" }]);
  });
});

describe("a machine without a desktop", () => {
  test.each([
    { platform: "linux", env: { DISPLAY: undefined } },
    { platform: "darwin", env: { SSH_CONNECTION: "a b" } },
  ])("%j opens nothing and says the path", (more) => {
    const server = machine(["xdg-open", "code"], more);
    expect(server.open({})).toMatchObject({
      ok: false,
      fault: { code: "host_failed", hint: "Open it yourself: /w/a b.ts" },
    });
    expect(server.spawned).toEqual([]);
  });
});

test("no setting or token of ours goes along", () => {
  const desk = machine(["xdg-open"], { env: { AGETOR_API_TOKEN: "secret", PATH: "/bin" } });
  desk.open({});
  expect(desk.spawned[0]?.env).toEqual({ DISPLAY: ":0", PATH: "/bin" });
});

test("a program that cannot be started is a fault, not a throw", () => {
  const opener = openerOver({
    platform: "linux",
    env: { DISPLAY: ":0" },
    which: () => "/usr/bin/xdg-open",
    spawn: () => {
      throw new Error("ENOENT");
    },
    keep: () => "/w/login.command",
    show: () => Promise.resolve("failed"),
  });
  const opened = opener.open({ app: "files", path: "/w", directory: "/w", line: null });
  expect(opened).toMatchObject({ ok: false, fault: { code: "host_failed" } });
});

describe("a script in a terminal", () => {
  test.each([
    ["linux", "x-terminal-emulator", ["/usr/bin/x-terminal-emulator", "-e", "/bin/sh"]],
    ["linux", "gnome-terminal", ["/usr/bin/gnome-terminal", "--", "/bin/sh"]],
    ["linux", "kitty", ["/usr/bin/kitty", "/bin/sh"]],
    ["linux", "wezterm", ["/usr/bin/wezterm", "start", "--", "/bin/sh"]],
    ["darwin", "", ["/usr/bin/open", "-a", "Terminal"]],
  ])("on %s with %s runs %j", async (platform, program, argv) => {
    const desk = machine([program], { platform });
    expect(await desk.run("true\n")).toMatchObject({ ok: true });
    expect(argvOf(desk)).toEqual([[...argv, "/d/tmp/login.command"]]);
    expect(desk.kept).toEqual(["true\n"]);
  });

  test("runs in the person's own terminal first, when it is one that is known", async () => {
    const programs = ["gnome-terminal", "foot", "/opt/alacritty"];
    const ran = async (own: string): Promise<string | undefined> => {
      const desk = machine(programs, { env: { TERMINAL: own } });
      await desk.run("true\n");
      return desk.spawned[0]?.argv[0];
    };
    expect(await ran("foot")).toBe("/usr/bin/foot");
    expect(await ran("/opt/alacritty")).toBe("/usr/bin/alacritty");
    expect(await ran("my-own")).toBe("/usr/bin/gnome-terminal");
    expect(await ran("constructor")).toBe("/usr/bin/gnome-terminal");
  });

  test("goes to the next terminal when one cannot start, but never to two", async () => {
    const programs = ["gnome-terminal", "xterm"];
    const broken = machine(programs, { shown: { "/usr/bin/gnome-terminal": "failed" } });
    expect(await broken.run("true\n")).toMatchObject({ ok: true });
    expect(argvOf(broken).map(([program]) => program)).toEqual([
      "/usr/bin/gnome-terminal",
      "/usr/bin/xterm",
    ]);
    const slow = machine(programs, { shown: { "/usr/bin/gnome-terminal": "unknown" } });
    expect(await slow.run("true\n")).toMatchObject({ ok: false });
    expect(slow.spawned).toHaveLength(1);
  });

  test("is not even written where no window can be opened", async () => {
    const alone = machine(["xterm"], { env: { DISPLAY: undefined } });
    const bare = machine([]);
    const remote = machine([], { platform: "darwin", env: { SSH_CONNECTION: "1" } });
    for (const desk of [alone, bare, remote]) {
      expect(await desk.run("true\n")).toMatchObject({ ok: false, fault: { code: "host_failed" } });
      expect([desk.spawned, desk.kept]).toEqual([[], []]);
    }
  });
});

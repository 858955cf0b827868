import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { which } from "./programs.mjs";
import { Stamp } from "./stamp.mjs";
import { planInstall } from "./system.mjs";

let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agetor-system-"));
  mkdirSync(join(dir, "bin"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const program = (name: string, body = ""): void => {
  const file = join(dir, "bin", name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
};

const has =
  (...programs: string[]) =>
  (name: string) =>
    programs.includes(name);

describe("what can be done", () => {
  test("at a terminal it asks, with sudo unless root", () => {
    const situation = { root: false, terminal: true, has: has("dnf", "sudo") };
    expect(planInstall(["tmux"], situation)).toEqual({
      how: "ask",
      commands: [["sudo", "dnf", "install", "-y", "tmux"]],
      asRoot: false,
    });
    expect(planInstall(["tmux"], { ...situation, root: true })).toMatchObject({
      how: "ask",
      commands: [["dnf", "install", "-y", "tmux"]],
    });
  });

  test("root without a terminal installs by itself", () => {
    const situation = { root: true, terminal: false, has: has("apt-get") };
    expect(planInstall(["git", "tmux"], situation)).toEqual({
      how: "install",
      commands: [
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", "git", "tmux"],
      ],
      asRoot: false,
    });
  });

  test("anybody else is told the command", () => {
    const situation = { root: false, terminal: false, has: has("apk", "sudo") };
    expect(planInstall(["tmux"], situation)).toEqual({
      how: "tell",
      commands: [["sudo", "apk", "add", "tmux"]],
      asRoot: false,
    });
    expect(planInstall(["tmux"], { ...situation, has: has() })).toBeNull();
  });

  test("a sudo that is not there is not told of", () => {
    for (const terminal of [true, false]) {
      const situation = { root: false, terminal, has: has("apk") };
      expect(planInstall(["tmux"], situation)).toEqual({
        how: "tell",
        commands: [["apk", "add", "tmux"]],
        asRoot: true,
      });
    }
  });

  test("Homebrew is never run as root", () => {
    const situation = { root: true, terminal: true, has: has("brew") };
    expect(planInstall(["tmux"], situation)).toMatchObject({ how: "tell" });
    expect(planInstall(["tmux"], { ...situation, root: false })).toMatchObject({ how: "ask" });
  });

  test("a program is found on PATH only when it can be run", () => {
    program("tool");
    writeFileSync(join(dir, "bin/text"), "");
    mkdirSync(join(dir, "bin/folder"));
    const path = `/nowhere:${join(dir, "bin")}`;
    expect(which(["missing", "tool"], path)).toBe(join(dir, "bin/tool"));
    expect(which(["text", "folder"], path)).toBeNull();
  });
});

describe("without a terminal", () => {
  /** What is said on a machine that has nothing but the programs in our own folder. */
  async function start({ root }: { root: boolean }): Promise<string> {
    const code = `
      const { ensureSystemPrograms } = await import(${JSON.stringify(join(import.meta.dir, "system.mjs"))});
      const { which } = await import(${JSON.stringify(join(import.meta.dir, "programs.mjs"))});
      const has = (name) => which([name]) !== null;
      await ensureSystemPrograms({ root: ${root}, terminal: false, has }, ${JSON.stringify(join(dir, "declined"))});`;
    const child = Bun.spawn([process.execPath, "-e", code], {
      env: { PATH: join(dir, "bin"), HOME: dir, DIR: dir },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = await new Response(child.stderr).text();
    expect(await child.exited).toBe(0);
    return said;
  }

  const command = "apt-get update && apt-get install -y --no-install-recommends git tmux";
  const without =
    "agetor: without git, the board opens, but no task can start.\n" +
    "agetor: without tmux, Claude Code cannot run in its terminal; Codex and the sample task need no tmux.\n";

  test("root gets what is missing, and is told the command", async () => {
    program(
      "apt-get",
      `echo "$@" >>"$DIR/calls"; [ "$1" = update ] || for p in git tmux; do /bin/ln -s /bin/sh "$DIR/bin/$p"; done`,
    );
    expect(await start({ root: true })).toBe(`agetor: installing git and tmux: ${command}\n`);
    expect(await Bun.file(join(dir, "calls")).text()).toBe(
      "update\ninstall -y --no-install-recommends git tmux\n",
    );
    expect(await start({ root: true })).toBe("");
  });

  test("an installer that fails is told with its cause, the command and what works", async () => {
    program(
      "apt-get",
      `if [ "$1" = update ]; then
        echo "Ign:1 http://mirror.invalid bookworm InRelease"
        echo "W: Failed to fetch http://mirror.invalid  Temporary failure resolving" >&2
      else echo "E: Unable to locate package git" >&2; exit 100; fi`,
    );
    expect(await start({ root: true })).toBe(
      `agetor: installing git and tmux: ${command}\n` +
        "agetor: `apt-get install -y --no-install-recommends git tmux` failed.\n" +
        "W: Failed to fetch http://mirror.invalid  Temporary failure resolving\n" +
        "E: Unable to locate package git\n" +
        `agetor: git and tmux not found. To install: ${command}\n${without}`,
    );
  });

  test("anybody else is told the command that works there", async () => {
    program("apt-get", `: >"$DIR/called"`);
    expect(await start({ root: false })).toBe(
      `agetor: git and tmux not found. To install, as root: ${command}\n${without}`,
    );
    program("sudo");
    program("git");
    expect(await start({ root: false })).toBe(
      "agetor: tmux not found. To install: sudo apt-get update && sudo apt-get install -y --no-install-recommends tmux\n" +
        without.split("\n").slice(1).join("\n"),
    );
    expect(existsSync(join(dir, "called"))).toBe(false);
  });

  test("what was once declined is not installed, but still named", async () => {
    program("apt-get", `: >"$DIR/called"`);
    new Stamp(join(dir, "declined")).set("git and tmux");
    expect(await start({ root: true })).toBe(
      `agetor: git and tmux not found. To install: ${command}\n${without}`,
    );
    expect(existsSync(join(dir, "called"))).toBe(false);
  });

  test("with no installer that we know it says what is missing", async () => {
    expect(await start({ root: true })).toBe(
      `agetor: git and tmux not found. Install with your system's package manager.\n${without}`,
    );
  });
});

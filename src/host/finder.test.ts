import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Finder } from "./finder.ts";
import { LoginPath } from "./login-path.ts";
import { Workspace } from "./testing/workspace.ts";

/** Made-up homes of people who start the server from their desktop. */
const work = new Workspace();
afterAll(() => work.remove());

function program(path: string, script = "true"): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

let homes = 0;
function person(shell: string | null, rc: string, path = "/usr/bin:/bin") {
  homes += 1;
  const home = work.path(`home-${homes}`);
  mkdirSync(home);
  for (const name of [".profile", ".bash_profile"]) writeFileSync(join(home, name), rc);
  const env = { HOME: home, PATH: path, ...(shell === null ? {} : { SHELL: shell }) };
  const login = new LoginPath(env, { limitMs: 2_000 });
  return { home, env, login, finder: new Finder(env, login) };
}

describe("the PATH of the person's login shell", () => {
  test("counts where the server's own has nothing of theirs, whatever an rc file prints", async () => {
    const tools = work.path("tools");
    const agent = program(join(tools, "agent-a"));
    const rc = `echo PATH=/wrong; export PATH="${tools}:relative:$PATH"; trap 'echo bye' EXIT\n`;
    const { finder } = person("/bin/bash", rc);
    expect(finder.pathEnv()["PATH"]).toBe("/usr/bin:/bin");
    expect(await finder.find("agent-a")).toMatchObject({ path: agent, real: agent });
    const folders = finder.pathEnv()["PATH"]?.split(":") ?? [];
    expect(folders[0]).toBe(tools);
    expect(folders).not.toContain("relative");
    expect(folders).not.toContain("/wrong");
    expect(folders.filter((folder) => folder === "/usr/bin")).toEqual(["/usr/bin"]);
  });

  test("is asked once, and not at all for what is in a PATH of the person's", async () => {
    const asked = work.path("asked");
    const rc = `echo x >> ${asked}\n`;
    const own = work.path("own");
    const agent = program(join(own, "agent-b"));
    const { finder } = person("/bin/bash", rc, `${own}:/usr/bin:/bin`);
    expect((await finder.find("agent-b")).path).toBe(agent);
    expect(existsSync(asked)).toBe(false);
    await Promise.all([finder.find("agent-none"), finder.find("agent-none")]);
    expect((await Bun.file(asked).text()).trim()).toBe("x");
    expect(finder.pathEnv()["PATH"]).toBe(`${own}:/usr/bin:/bin`);
  });

  test.each([
    ["hangs", "sleep 60\n"],
    ["asks something", "read -r answer < /dev/tty; read -r answer\n"],
    ["ends by itself", "exit 3\n"],
    ["prints without end", "yes\n"],
  ])("an rc file that %s is not waited for, and what is installed is found", async (_, rc) => {
    const { home, env } = person("/bin/bash", rc);
    const agent = program(join(home, ".local/bin/agent-c"));
    const began = performance.now();
    const finder = new Finder(env, new LoginPath(env, { limitMs: 300 }));
    expect((await finder.find("agent-c")).path).toBe(agent);
    expect(performance.now() - began).toBeLessThan(2_500);
  });

  test.each([null, "/bin/false", "relative/bash", "/usr/bin/vi"])(
    "nothing is asked of the shell %p",
    async (shell) => {
      const { login } = person(shell, "");
      expect(Array.isArray(await login.folders())).toBe(true);
      if (shell !== null) expect(await login.folders()).toEqual([]);
    },
  );
});

test("what installers made is found in any home, and the places are named when it is not", async () => {
  const { home, finder } = person("/bin/false", "");
  writeFileSync(join(home, ".npmrc"), `registry=x\nprefix=\${HOME}/npm-own\n`);
  const places = [
    ".local/bin",
    ".claude/local",
    ".claude/local/node_modules/.bin",
    "npm-own/bin",
    ".bun/bin",
    ".volta/bin",
    ".asdf/shims",
    ".local/share/mise/shims",
    ".nvm/versions/node/v22.1.0/bin",
    ".local/share/fnm/aliases/default/bin",
    ".local/share/fnm/node-versions/v22.1.0/installation/bin",
    "Library/Application Support/fnm/node-versions/v22.1.0/installation/bin",
    ".local/share/mise/installs/node/22.1.0/bin",
    ".volta/tools/image/node/22.1.0/bin",
  ];
  for (const [index, place] of places.entries()) {
    const agent = program(join(home, place, `agent-${index}`));
    expect((await finder.find(`agent-${index}`)).path).toBe(agent);
  }
  const { path, looked } = await finder.find("agent-none");
  expect(path).toBeNull();
  expect(looked).toEqual(
    expect.arrayContaining(places.map((place) => join(home, place, "agent-none"))),
  );
  expect(looked).toContain("/opt/homebrew/bin/agent-none");
  expect(looked).toContain("/home/linuxbrew/.linuxbrew/bin/agent-none");
});

describe("behind the shim of a version manager", () => {
  const real = program(work.path("installs/1.0/bin/agent-s"));

  test.each(["volta-shim", "mise"])("%s is the program that its manager names", async (shim) => {
    const { home, finder } = person("/bin/false", "");
    // The manager answers from the person's home, not from a folder that comes with a repository.
    const which = `test "$1 $2 $(pwd)" = "which agent-s ${home}" && echo ${real}`;
    const manager = join(home, "manager");
    program(join(manager, shim), which);
    program(join(manager, "volta"), which);
    const bin = join(home, shim === "mise" ? ".local/share/mise/shims" : ".volta/bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(join(manager, shim), join(bin, "agent-s"));
    expect(await finder.find("agent-s")).toMatchObject({ path: join(bin, "agent-s"), real });
  });

  test("asdf's script is too; one whose manager does not say stays what it is", async () => {
    const { home, finder } = person("/bin/false", "");
    program(join(home, ".asdf/bin/asdf"), `test "$2" = agent-s && echo ${real}`);
    const exec = 'exec asdf exec "agent-s" "$@"';
    program(join(home, ".asdf/shims/agent-s"), exec);
    const other = program(join(home, ".asdf/shims/agent-t"), exec);
    expect((await finder.find("agent-s")).real).toBe(real);
    expect((await finder.find("agent-t")).real).toBe(other);
  });
});

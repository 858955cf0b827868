import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileExists, TestServer } from "../support/server.ts";

/** "Log in" from the press to the program in the window; only the window itself is a stand-in. */
const root = mkdtempSync(join(tmpdir(), "agetor-login-"));
const bin = join(root, "bin");
const seen = join(root, "seen");
let server: TestServer;

function program(name: string, script: string): string {
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A terminal that shows what runs in it to a file: nobody presses Enter, it ends with its input. */
const terminal = 'shift\n"$@" < /dev/null > "$0.screen" 2>&1\nmv "$0.screen" "$0.shown"';

beforeAll(async () => {
  mkdirSync(bin);
  mkdirSync(seen);
  // The home folder of the server, where the login runs.
  mkdirSync(join(root, "home"));
  // The only folder of programs: no terminal of this machine is ever opened.
  for (const name of ["git", "sh", "rm", "mv"]) {
    symlinkSync(Bun.which(name) ?? `/bin/${name}`, join(bin, name));
  }
  const env = { DISPLAY: ":0", AGETOR_CLAUDE_DRIVER: "", PATH: bin };
  server = await TestServer.start({ dataDir: join(root, "data"), env });
  for (const [id, kind] of [
    ["claude-b", "claude-code"],
    ["codex-b", "codex"],
  ] as const) {
    const said = 'printf "%s|%s|%s" "$CLAUDE_CONFIG_DIR" "$CODEX_HOME" "$*"';
    const path = program(id, `case "$*" in *login) ${said} > ${seen}/${id}; exit 3;; esac`);
    const body = { id, kind, label: `It's $(${id})`, ownHome: true, bin: path };
    expect((await server.client.post("/harnesses", body)).status).toBe(201);
  }
}, 60_000);

afterAll(async () => {
  await server.dispose();
  rmSync(root, { recursive: true, force: true });
});

async function press(id: string): Promise<{ command: string; opened: boolean }> {
  const reply = await server.client.post<{ command: string; opened: boolean }>(
    `/harnesses/${id}/login`,
  );
  expect(reply.status).toBe(200);
  return reply.body;
}

const left = () => readdirSync(join(root, "data", "tmp")).filter((name) => /^login/.test(name));

test("where no terminal starts, the command is there to copy and nothing is left", async () => {
  program("x-terminal-emulator", "echo cannot open display >&2; exit 1");
  program("xterm", "exit 1");
  const { command, opened } = await press("claude-b");
  expect(opened).toBe(false);
  expect(command).toContain(`CLAUDE_CONFIG_DIR='${join(root, "data/harnesses/claude-b")}'`);
  expect(left()).toEqual([]);
});

test("a terminal runs the account's own login, after one that could not start", async () => {
  program("x-terminal-emulator", "exit 1");
  const xterm = program("xterm", terminal);
  for (const [id, homes, words] of [
    ["claude-b", (home: string) => `${home}|`, "auth login"],
    ["codex-b", (home: string) => `|${home}`, "login"],
  ] as const) {
    rmSync(`${xterm}.shown`, { force: true });
    expect((await press(id)).opened).toBe(true);
    await fileExists(`${xterm}.shown`);
    const home = join(root, "data/harnesses", id);
    expect(readFileSync(join(seen, id), "utf8")).toBe(`${homes(home)}|${words}`);
    const screen = readFileSync(`${xterm}.shown`, "utf8");
    expect(screen).toStartWith(`Logging in: It's $(${id})\n`);
    // A login that fails at once leaves its reason on the screen, until the person has read it.
    expect(screen).toContain("The login ended with exit code 3.\n");
    expect(screen).toEndWith("You can close this window now, or press Enter. ");
    expect(left()).toEqual([]);
  }
});

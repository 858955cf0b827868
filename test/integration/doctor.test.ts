import { afterEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Doctor, DoctorCheck } from "../../src/contract/doctor.ts";
import { TestServer } from "../support/server.ts";

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "agetor-doctor-"));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A program that answers as a CLI of another day would. */
function program(dir: string, name: string, script: string): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function server(env: Record<string, string>): Promise<TestServer> {
  const made = await TestServer.start({ env: { AGETOR_CLAUDE_DRIVER: "", ...env } });
  cleanups.push(() => made.dispose());
  return made;
}

async function look(of: TestServer, query = ""): Promise<Doctor> {
  const reply = await of.client.get<{ doctor: Doctor }>(`/doctor${query}`);
  expect([reply.status, reply.body]).toEqual([200, reply.body]);
  return reply.body.doctor;
}

function check(doctor: Doctor, id: string): DoctorCheck {
  const found = doctor.checks.find((one) => one.id === id);
  if (found === undefined) {
    throw new Error(`no ${id} in ${doctor.checks.map((one) => one.id).join(", ")}`);
  }
  return found;
}

const oldClaude = `case "$1" in
  --version) echo "1.0.44 (Claude Code)" ;;
  auth) echo '{"loggedIn":true,"email":"ada.lovelace@example.org"}' ;;
esac`;
const loggedOut = `case "$1" in
  --version) echo "2.1.330 (Claude Code)" ;;
  auth) echo '{"loggedIn":false}'; exit 1 ;;
esac`;

test("an old CLI, a broken one and a missing tmux are each said with the way out", async () => {
  const dir = folder();
  const made = await server({
    AGETOR_CLAUDE_BIN: program(dir, "claude", oldClaude),
    AGETOR_CODEX_BIN: program(dir, "codex", "echo 'cannot open shared object' >&2; exit 127"),
    AGETOR_TMUX_BIN: join(dir, "no-tmux"),
  });
  const doctor = await look(made);
  expect(check(doctor, "agent:claude-code")).toMatchObject({
    status: "warn",
    detail: "1.0.44, ada.lovelace@example.org",
    fix: { kind: "action", action: "probe", harnessId: "claude-code" },
  });
  expect(check(doctor, "agent:claude-code").more).toContain("2.1.330");
  expect(check(doctor, "agent:codex")).toMatchObject({
    status: "fail",
    fix: { kind: "command", command: expect.stringMatching(/^npm install -g .*@openai\/codex$/) },
  });
  expect(check(doctor, "agent:codex").detail).toContain("cannot open shared object");
  expect(check(doctor, "tmux")).toMatchObject({ status: "fail" });
  expect(check(doctor, "git").status).toBe("pass");
  for (const id of ["data", "port"]) expect([id, check(doctor, id).status]).toEqual([id, "pass"]);
  expect(doctor.checks.map(({ id }) => id)).not.toContain("agent:fake");
});

test("what was mended is seen when it is looked at again", async () => {
  const dir = folder();
  const path = program(dir, "claude", loggedOut);
  const made = await server({ AGETOR_CLAUDE_BIN: path, PATH: `${dir}:${process.env["PATH"]}` });
  expect(check(await look(made), "agent:claude-code")).toMatchObject({
    status: "warn",
    detail: "2.1.330, not signed in",
    fix: { kind: "action", action: "login" },
  });
  const fine = loggedOut.replace("false", "true").replace("; exit 1", "");
  program(dir, "claude", `test -e ${join(dir, "broken")} && exit 1\n${fine}`);
  expect(check(await look(made), "agent:claude-code").status).toBe("pass");
  writeFileSync(join(dir, "broken"), "");
  // A good answer is remembered while the same program is there, unless a fresh one is asked for.
  expect(check(await look(made), "agent:claude-code").status).toBe("pass");
  expect(check(await look(made, "?fresh=true"), "agent:claude-code").status).toBe("fail");
  chmodSync(made.dataDir, 0o755);
  expect(check(await look(made), "data")).toMatchObject({
    status: "warn",
    fix: { kind: "command", command: `chmod 700 '${made.dataDir}'` },
  });
});

test("an agent that nobody installed is optional once another one works", async () => {
  const dir = folder();
  const empty = join(dir, "empty");
  mkdirSync(empty);
  const codex = join(dir, "nowhere", "codex");
  const both = { AGETOR_CODEX_BIN: codex, AGETOR_CLAUDE_BIN: join(dir, "nowhere", "claude") };
  const none = check(await look(await server(both)), "agent:codex");
  expect([none.status, none.detail]).toEqual(["warn", "Not installed"]);
  expect(none.more).toContain(codex);
  const claude = program(dir, "claude", oldClaude);
  const one = check(
    await look(await server({ ...both, AGETOR_CLAUDE_BIN: claude })),
    "agent:codex",
  );
  expect([one.status, one.detail]).toEqual(["off", "Not installed, optional"]);
});

test("the report can be shown to anyone", async () => {
  const dir = folder();
  const made = await server({ AGETOR_CLAUDE_BIN: program(dir, "claude", oldClaude) });
  const response = await fetch(`${made.client.base}/doctor/report`, {
    headers: { authorization: `Bearer ${made.client.token}` },
  });
  const text = await response.text();
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(text).toMatch(/^Agetor \d+\.\d+\.\d+, /);
  expect(text).toContain("warn  Claude Code: 1.0.44, <address>");
  expect(text).toContain("pass  git: ");
  expect(text).toContain("<data>, private to you");
  for (const secret of [made.client.token, made.dataDir, "ada.lovelace"]) {
    expect(text).not.toContain(secret);
  }
});

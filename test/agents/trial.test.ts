import { afterEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProbeProgress, ProbeReport } from "../../src/contract/doctor.ts";
import { TestServer } from "../support/server.ts";
import { claudeBinary } from "./claude-lab.ts";
import { codexBinary } from "./codex-lab.ts";

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server on a machine without accounts, with the real CLIs or stand-ins for them. */
async function server(env: Record<string, string>): Promise<TestServer> {
  const made = await TestServer.start({ env: { AGETOR_CLAUDE_DRIVER: "", ...env } });
  cleanups.push(() => made.dispose());
  return made;
}

async function probe(on: TestServer, harnessId: string) {
  return on.client.post<{ report: ProbeReport; code: string }>("/doctor/probe", { harnessId });
}

function probing(on: TestServer) {
  return on.client.get<{ progress: ProbeProgress | null }>("/doctor/probe");
}

/** A trial, and every number of known facts that was seen while it went on. */
async function watched(on: TestServer, harnessId: string) {
  let going = true;
  const asked = probe(on, harnessId).finally(() => {
    going = false;
  });
  const counts: number[] = [];
  while (going) {
    const { progress } = (await probing(on)).body;
    const count = progress?.facts.filter(({ holds }) => holds !== null).length;
    if (count !== undefined && count !== counts.at(-1)) counts.push(count);
  }
  return { reply: await asked, counts };
}

const broken = ({ facts }: ProbeReport) => facts.filter(({ holds }) => holds !== true);

for (const [id, variable, binary] of [
  ["claude-code", "AGETOR_CLAUDE_BIN", claudeBinary],
  ["codex", "AGETOR_CODEX_BIN", codexBinary],
] as const) {
  test(`every fact of ${id} holds in a trial without an account, and nothing is left of it`, async () => {
    const made = await server({ [variable]: binary() });
    const { reply, counts } = await watched(made, id);
    expect([reply.status, reply.body]).toEqual([200, reply.body]);
    const { report } = reply.body;
    // Each fact is told as soon as it is known, and none is taken back.
    expect(counts).toEqual([...counts].sort());
    expect(counts.filter((count) => count > 0 && count < 8).length).toBeGreaterThanOrEqual(3);
    expect((await probing(made)).body.progress).toBeNull();
    expect(report.harnessId).toBe(id);
    expect(report.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(broken(report)).toEqual([]);
    expect(report.facts).toHaveLength(8);
    const left = ["tmp", "sessions"].flatMap((name) => readdirSync(join(made.dataDir, name)));
    expect(left).toEqual([]);
    // It is no task, and no session of one.
    const { body } = await made.client.get<{ tasks: unknown[] }>("/tasks");
    expect(body.tasks).toEqual([]);
  });
}

test("a CLI that no longer does what is relied on is told fact by fact", async () => {
  const dir = mkdtempSync(join(tmpdir(), "agetor-trial-"));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "claude");
  // It starts, and ends before it has taken a message.
  writeFileSync(
    path,
    `#!/bin/sh
case "$1" in
  --version) echo "9.0.0 (Claude Code)"; exit 0 ;;
  auth) echo '{"loggedIn":true}'; exit 0 ;;
esac
exit 3
`,
  );
  chmodSync(path, 0o755);
  const made = await server({ AGETOR_CLAUDE_BIN: path });
  const { body } = await probe(made, "claude-code");
  expect(body.report.version).toBe("9.0.0");
  const holds = Object.fromEntries(body.report.facts.map((fact) => [fact.id, fact.holds]));
  expect(holds).toEqual({
    start: true,
    echo: false,
    ask: null,
    answer: null,
    words: null,
    end: null,
    stop: null,
    close: true,
  });
  expect(body.report.facts.find(({ id }) => id === "echo")?.detail).toContain("ended");
});

test("what cannot be tried is said before anything is started", async () => {
  const made = await server({ AGETOR_CODEX_BIN: "/nowhere/codex" });
  const missing = await probe(made, "codex");
  expect([missing.status, missing.body.code]).toEqual([422, "agent_unavailable"]);
  const scripted = await probe(made, "fake");
  expect([scripted.status, scripted.body.code]).toEqual([400, "invalid_request"]);
  expect((await probe(made, "nobody")).status).toBe(404);
});

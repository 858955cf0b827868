import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HarnessTest } from "../../src/contract/doctor.ts";
import type { AgentStatus, Harness, HarnessTemplate } from "../../src/contract/harness.ts";
import { madeUpClaude, program } from "../support/cli.ts";
import { makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";

/** Harnesses and their accounts over the API, with made-up programs. */
let root: string;
let server: TestServer;
const at = (...names: string[]) => join(root, ...names);
const dataDir = () => at("data");

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "agetor-accounts-")));
  madeUpClaude(at("path", "claude"), "2.1.1");
  madeUpClaude(at("by-environment", "claude"), "2.1.2");
  madeUpClaude(at("by-harness", "claude"), "2.1.330");
  mkdirSync(at("home", ".claude"), { recursive: true });
  writeFileSync(at("home", ".claude", "who"), "home@example.test");
  server = await TestServer.start({ dataDir: dataDir(), env: environment({}) });
});

afterAll(async () => {
  await server.dispose();
  rmSync(root, { recursive: true, force: true });
});

function environment(more: Readonly<Record<string, string>>): Record<string, string> {
  const path = `${at("path")}:${process.env["PATH"] ?? ""}`;
  // As if from afar: a Mac would open a terminal for a login.
  const here = { PATH: path, SHELL: "/bin/sh", SSH_CONNECTION: "test" };
  return { AGETOR_CLAUDE_DRIVER: "", ...here, ...more };
}

const create = (body: object) => server.client.post<{ harness: Harness }>("/harnesses", body);
const patch = (id: string, body: object) =>
  server.client.call<{ harness: Harness }>("PATCH", `/harnesses/${id}`, body);

async function added(id: string, more: object = {}): Promise<Harness> {
  const { status, body } = await create({
    id,
    kind: "claude-code",
    label: `Claude ${id}`,
    ...more,
  });
  expect([status, body]).toEqual([201, body]);
  return body.harness;
}

async function tested(id: string): Promise<HarnessTest> {
  const { status, body } = await server.client.post<{ test: HarnessTest }>(`/harnesses/${id}/test`);
  expect(status).toBe(200);
  return body.test;
}

async function status(id: string): Promise<AgentStatus> {
  const { body } = await server.client.get<{ agents: AgentStatus[] }>("/agents");
  const found = body.agents.find(({ harnessId }) => harnessId === id);
  if (found === undefined) throw new Error(`no ${id} in ${JSON.stringify(body)}`);
  return found;
}

describe("a harness of one's own", () => {
  test("begins with a template of its kind", async () => {
    const { body } = await server.client.get<{ templates: HarnessTemplate[] }>(
      "/harness-templates",
    );
    const own = body.templates.filter(({ ownHome }) => ownHome).map(({ id }) => id);
    expect(own).toContain("claude-account");
    expect(own).toContain("codex-account");
    const { id, label, description, ...settings } = body.templates[0] as HarnessTemplate;
    expect([id, label, description].every((text) => text.length > 0)).toBe(true);
    expect((await create({ id: "from-template", label, ...settings })).status).toBe(201);
  });

  test("has a config home of its own where it is asked for, for its owner alone", async () => {
    const { home } = await added("own", { ownHome: true });
    expect(home).toBe(join(dataDir(), "harnesses", "own"));
    expect(statSync(home ?? "").mode & 0o777).toBe(0o700);
    rmSync(home ?? "", { recursive: true });
    expect(await tested("own")).toMatchObject({ ok: false, loggedIn: false, home });
    expect(existsSync(home ?? "")).toBe(true);
    expect((await patch("own", { ownHome: false })).body.harness.home).toBeNull();
    expect((await patch("own", { ownHome: true })).body.harness.home).toBe(home);
    expect((await patch("own", { label: "Renamed" })).body.harness.home).toBe(home);
  });

  test("takes nothing that would be looked up in the folder it works in", async () => {
    await added("fixed");
    for (const body of [
      { home: "accounts/x" },
      { home: "/elsewhere", ownHome: true },
      { bin: "./claude" },
      { bin: "tools/claude" },
      { env: { HOME: "home" } },
      { env: { CLAUDE_CONFIG_DIR: "../x" } },
    ]) {
      expect([body, (await patch("fixed", body)).status]).toEqual([body, 400]);
    }
    const { harness } = (await patch("fixed", { home: "~/other/", bin: "claude" })).body;
    expect([harness.home, harness.bin]).toEqual([at("home", "other"), "claude"]);
  });

  test("is not removed while tasks use it, and its login is put aside when it goes", async () => {
    const repo = makeRepo();
    await server.client.trust(repo);
    const { home } = await added("leaving", { ownHome: true });
    writeFileSync(join(home ?? "", "who"), "leaving@example.test");
    const made = await server.client.post<{ task: { id: string } }>("/tasks", {
      ...{ workdir: repo, prompt: "wait", agent: "leaving" },
    });
    const refused = await server.client.call("DELETE", "/harnesses/leaving");
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { code: "harness_in_use", details: { taskIds: [made.body.task.id] } },
    ]);
    await server.client.call("DELETE", `/tasks/${made.body.task.id}`);
    expect((await server.client.call("DELETE", "/harnesses/leaving")).status).toBe(200);
    expect(existsSync(home ?? "")).toBe(false);
    const removed = readdirSync(join(dataDir(), "harnesses", ".removed"));
    expect(removed.map((name) => name.split("@")[0])).toEqual(["leaving"]);
    await added("leaving", { ownHome: true });
    expect(await tested("leaving")).toMatchObject({ loggedIn: false, account: null });
    // One that another harness was given as well stays with it.
    writeFileSync(join(home ?? "", "who"), "lent@example.test");
    await added("borrower", { home });
    expect((await server.client.call("DELETE", "/harnesses/leaving")).status).toBe(200);
    expect(await tested("borrower")).toMatchObject({ account: "lent@example.test" });
  });
});

describe("an account", () => {
  test("belongs to one config home, and a shared one is said", async () => {
    await added("mine", { ownHome: true });
    await added("other", { ownHome: true });
    await added("shared");
    writeFileSync(join(dataDir(), "harnesses", "mine", "who"), "mine@example.test");
    writeFileSync(join(dataDir(), "harnesses", "other", "who"), "other@example.test");
    const accounts = await Promise.all(["mine", "other", "shared", "claude-code"].map(status));
    expect(accounts.map(({ account }) => account)).toEqual([
      "mine@example.test",
      "other@example.test",
      "home@example.test",
      "home@example.test",
    ]);
    expect((await tested("mine")).sharesHomeWith).toEqual([]);
    const both = await tested("shared");
    expect(both.home).toBe(at("home", ".claude"));
    expect(both.sharesHomeWith).toContain("claude-code");
    expect((await patch("shared", { env: { HOME: at("elsewhere") } })).status).toBe(200);
    expect(await tested("shared")).toMatchObject({
      ...{ loggedIn: false, sharesHomeWith: [], home: at("elsewhere", ".claude") },
    });
  });

  test("is logged in to by a command that names it, also where no window can be opened", async () => {
    const key = { ANTHROPIC_API_KEY: "sk-secret-of-this-test", LANG: "it's" };
    const { home } = await added("in", {
      ownHome: true,
      env: key,
      bin: at("by-harness", "claude"),
    });
    const login = (id: string) => server.client.post(`/harnesses/${id}/login`);
    expect((await login("in")).body).toEqual({
      command: `LANG='it'\\''s' CLAUDE_CONFIG_DIR='${home}' ${at("by-harness", "claude")} auth login`,
      opened: false,
    });
    expect((await login("claude-code")).body).toMatchObject({
      command: `env -u CLAUDE_CONFIG_DIR ${at("path", "claude")} auth login`,
    });
    expect(existsSync(join(dataDir(), "tmp"))).toBe(false);
    expect(await login("fake")).toMatchObject({ status: 400 });
    await patch("in", { bin: "no-such-claude" });
    expect(await login("in")).toMatchObject({ status: 422, body: { code: "agent_unavailable" } });
  });
});

describe("the program", () => {
  test("is the harness's, else the environment's, else the usual one", async () => {
    await added("chosen", { bin: at("by-harness", "claude") });
    expect((await status("claude-code")).version).toBe("2.1.1");
    expect((await status("chosen")).version).toBe("2.1.330");
    await server.stop();
    const bin = { AGETOR_CLAUDE_BIN: at("by-environment", "claude") };
    server = await server.restart({ env: environment(bin) });
    expect((await status("claude-code")).version).toBe("2.1.2");
    expect((await status("chosen")).version).toBe("2.1.330");
    expect((await patch("chosen", { bin: null })).status).toBe(200);
    expect((await status("chosen")).version).toBe("2.1.2");
    await server.stop();
    server = await server.restart({ env: environment({}) });
  });

  test("is looked at anew when another one stands in its place (TRUST-05)", async () => {
    const path = madeUpClaude(at("replaced", "claude"), "2.1.330");
    await added("replaced", { bin: path });
    expect((await status("replaced")).version).toBe("2.1.330");
    madeUpClaude(path, "2.1.331");
    expect((await status("replaced")).version).toBe("2.1.331");
  });

  test("that is missing, old or broken is named by where, which and why", async () => {
    await added("missing", { bin: "no-such-claude" });
    const missing = await tested("missing");
    expect(missing).toMatchObject({ ok: false, path: null, version: null, models: 0 });
    expect(missing.looked).toContain(at("path", "no-such-claude"));
    expect(missing.hint).toContain("npm install");
    await added("old", { bin: madeUpClaude(at("old", "claude"), "1.0.3") });
    expect(await tested("old")).toMatchObject({
      ...{ ok: true, version: "1.0.3", models: 2 },
      reason: expect.stringContaining("1.0.3"),
    });
    const ancient = 'test "$1" = --version && echo "0.2.9 (Claude Code)" || exit 1';
    await added("ancient", { bin: program(at("ancient", "claude"), ancient) });
    expect(await tested("ancient")).toMatchObject({
      ...{ ok: false, version: "0.2.9", loggedIn: null },
      reason: expect.stringContaining("0.2.9"),
    });
    const broken = 'echo "Illegal instruction" >&2; exit 132';
    await added("broken", { bin: program(at("broken", "claude"), broken) });
    expect(await tested("broken")).toMatchObject({
      ...{ ok: false, path: at("broken", "claude"), version: null },
      reason: expect.stringContaining("Illegal instruction"),
    });
  });

  test("that a session was started with is recorded with it", async () => {
    const repo = makeRepo();
    await server.client.trust(repo);
    const { task, run } = await server.client.startFake(repo, "say: hello");
    await server.client.ended(task.id, run.id);
    const store = new Database(join(dataDir(), "agetor.sqlite"), { readonly: true });
    const row = store
      .query<{ program: string }, [string]>("SELECT program FROM session WHERE task_id = ?")
      .get(task.id);
    store.close();
    expect(JSON.parse(row?.program ?? "null")).toEqual({
      ...{ path: realpathSync(process.execPath), version: "1.0.0", home: null },
    });
  });
});

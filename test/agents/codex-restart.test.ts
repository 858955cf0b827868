import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scripted } from "../fakes/openai/script.ts";
import { codexSuite, drafted, type Lab } from "./codex-lab.ts";

let lab: Lab;
const { driver, bin, sessions, start } = codexSuite((made) => {
  lab = made;
});

describe("a server that dies", () => {
  test("loses nothing of a turn and doubles nothing, drafts included", async () => {
    const { store, release, play } = await start();
    await play("m1", [
      [{ say: "First." }, { shell: "sleep 0.3; echo tool" }],
      [
        { say: "A draft that ", chunk: 5, unfinished: true },
        { gate: "restart" },
        { say: "Third." },
      ],
    ]);
    await store.seen(() =>
      Object.values(drafted(store.drafts)).includes("A draft that ") ? true : null,
    );
    release();
    store.drafts.length = 0;
    // Codex goes on while nobody reads.
    lab.fake.open("restart");
    await lab.fake.request((it) => it.prompt.includes("A draft that"));
    const session = await sessions.attach(store);
    expect((await store.ended(1)).outcome).toEqual({ kind: "succeeded" });
    expect(store.texts()).toEqual(["First.", "A draft that ", "Third."]);
    expect(store.transcript("tool.call")).toHaveLength(1);
    expect(store.transcript("tool.result")).toMatchObject([{ output: "tool\n" }]);
    expect(await session.deliver({ id: "m2", text: "on" }, { retry: false })).toEqual({
      kind: "delivered",
    });
    expect((await store.ended(2)).outcome).toEqual({ kind: "succeeded" });
    expect(store.of("turn-started").map((it) => it.messageId)).toEqual(["m1", "m2"]);
  });

  test("shows the whole of an open draft again", async () => {
    const { store, release, play } = await start();
    await play("m1", [
      [{ say: "Before." }, { shell: "sleep 0.2" }],
      [{ say: "Not yet whole", chunk: 2, unfinished: true }, { hang: true }],
    ]);
    const shown = (): true | null =>
      Object.values(drafted(store.drafts)).includes("Not yet whole") ? true : null;
    await store.seen(shown);
    release();
    store.drafts.length = 0;
    const session = await sessions.attach(store);
    await store.seen(shown);
    await session.interrupt();
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    expect(store.texts()).toEqual(["Before.", "Not yet whole"]);
  });

  test("does not send a message twice that its predecessor sent", async () => {
    const { store, release, play } = await start();
    await play("m1", [[{ say: "Once." }]]);
    await store.ended(1);
    release();
    const asked = lab.fake.requests.length;
    const session = await sessions.attach(store);
    const text = scripted([[{ say: "Once." }]]);
    expect(await session.deliver({ id: "m1", text }, { retry: true })).toEqual({
      kind: "delivered",
    });
    // A message that never left is sent, once.
    expect(await session.deliver({ id: "m2", text }, { retry: true })).toEqual({
      kind: "delivered",
    });
    await store.ended(2);
    expect(store.texts()).toEqual(["Once.", "Once."]);
    expect(lab.fake.requests.length).toBe(asked + 1);
  });
});

describe("an agent that dies", () => {
  test("says how it ended, and its thread goes on in a new process", async () => {
    const { store, session, play } = await start();
    await play("m1", [[{ say: "Half", chunk: 1, unfinished: true }, { hang: true }]]);
    await store.seen(() => store.drafts.find((it) => it.kind === "text"));
    process.kill(session.ref.process!.pid, "SIGKILL");
    const exit = await store.seen(() => store.of("exited")[0]);
    expect(exit).toMatchObject({ signal: "SIGKILL", expected: false });
    expect(store.transcript("assistant.text").at(-1)).toMatchObject({ partial: true });
    expect(await session.deliver({ id: "no", text: "x" }, { retry: false })).toMatchObject({
      kind: "not-delivered",
    });

    const resume = store.ref!.agentSessionId!;
    const next = await start({ resume });
    await next.play("m2", [[{ say: "Back." }]]);
    await next.store.ended(1);
    expect(next.store.transcript("session.started")).toMatchObject([
      { sessionRef: resume, resumed: true, mode: "auto" },
    ]);
    expect(next.store.texts()).toEqual(["Back."]);
    // What its predecessor may have begun is never begun again unasked.
    const again = await next.session.deliver({ id: "m1", text: "x" }, { retry: true });
    expect(again).toMatchObject({ kind: "uncertain", fault: { code: "delivery_uncertain" } });
  });

  test("is followed by a new generation in the same session directory", async () => {
    const { store, request, session, release, play } = await start();
    await play("m1", [[{ say: "One." }]]);
    await store.ended(1);
    process.kill(session.ref.process!.pid, "SIGKILL");
    await store.seen(() => store.of("exited")[0]);
    release();
    const resume = session.ref.agentSessionId;
    const again = await driver.open({ ...request, resume }, store.io(lab.host).io);
    if (!again.ok) throw new Error(again.fault.message);
    const next = again.value;
    expect(next.ref.data["generation"]).toBe(2);
    await next.deliver({ id: "m2", text: scripted([[{ say: "Two." }]]) }, { retry: false });
    await store.ended(2);
    expect(store.texts()).toEqual(["One.", "Two."]);
    expect(store.transcript("usage.updated").at(-1)!.usage.outputTokens).toBe(20);
    await next.close();
  });

  test("is found by a second try of the same start", async () => {
    const { store, request, session, release } = await start();
    release();
    const again = await driver.open(request, store.io(lab.host).io);
    if (!again.ok) throw new Error(again.fault.message);
    expect(again.value.ref.process).toEqual(session.ref.process);
    expect(again.value.ref.agentSessionId).toBe(session.ref.agentSessionId);
    await again.value.close();
  });

  test("is found dead by the next server, with all it said", async () => {
    const { store, session, release, play } = await start();
    await play("m1", [[{ say: "Half", chunk: 1, unfinished: true }, { hang: true }]]);
    // It comes letter by letter: all of it must have been said before its end.
    await store.seen(() => {
      const said = store.drafts.filter((it) => it.kind === "text").map((it) => it.text ?? "");
      return said.join("").includes("Half") ? true : null;
    });
    const agent = session.ref.process!;
    release();
    process.kill(agent.pid, "SIGKILL");
    await lab.host.directory(join(session.ref.dir, "g1")).waitExit(AbortSignal.timeout(10_000));
    const found = await driver.attach(store.ref!, store.io(lab.host).io);
    expect(found).toMatchObject({ kind: "gone", why: "exited" });
    expect(store.of("exited")).toHaveLength(1);
    expect(store.texts()).toEqual(["Half"]);
    expect(await driver.attach(store.ref!, store.io(lab.host).io)).toMatchObject({ kind: "gone" });
    expect(store.of("exited")).toHaveLength(1);
  });

  test("is ended by the sweep when no row knows it", async () => {
    const { session, release } = await start();
    const sessions = join(lab.root, "sessions");
    const { sessionId, process: agent } = session.ref;
    expect(await driver.sweep(new Set([sessionId]), lab.host, sessions)).toEqual([]);
    release();
    expect(await driver.sweep(new Set(), lab.host, sessions)).toEqual([sessionId]);
    expect(await lab.host.alive(agent!)).toBe(false);
  });
});

describe("the sandbox", () => {
  test("auto commits in the worktree and can plant nothing that our own git would run", async () => {
    const { store, play } = await start();
    const gitDir = join(lab.main, ".git/worktrees/wt");
    const guarded = [
      join(lab.main, ".git/hooks/post-commit"),
      join(lab.main, ".git/config"),
      join(gitDir, "commondir"),
      join(gitDir, "gitdir"),
      join(gitDir, "config.worktree"),
      join(lab.worktree, ".git"),
      join(lab.root, "outside"),
    ];
    const before = guarded.map((path) => (existsSync(path) ? readFileSync(path, "utf8") : null));
    const commit = "echo work > w.txt && git add -A && git commit -qm two";
    const plant = guarded.map(
      (path) => `(echo x >> ${path}) 2>&-; (echo x > t && mv -f t ${path}) 2>&-; rm -f t`,
    );
    await play("m1", [
      [{ shell: `${commit}; git log -1 --format=%s; sleep 0.3` }],
      [{ shell: `${plant.join("; ")}; git config core.fsmonitor x; git status --short; true` }],
      [{ shell: `echo again > w.txt && git commit -qam three; git status --short` }],
      [{ say: "Done." }],
    ]);
    await store.ended(1);
    expect(lab.git(lab.worktree, "log", "--format=%s")).toBe("three\ntwo\none");
    expect(lab.git(lab.worktree, "status", "--short")).toBe("");
    const after = guarded.map((path) => (existsSync(path) ? readFileSync(path, "utf8") : null));
    expect(after).toEqual(before);
  });

  test("auto keeps to its sandbox whatever the account's config says", async () => {
    const config = join(lab.home, "config.toml");
    const outside = join(lab.root, "outside-config");
    const text = await Bun.file(config).text();
    writeFileSync(config, `sandbox_mode = "danger-full-access"\n${text}`);
    const { store, play } = await start();
    await play("m1", [[{ shell: `echo x > ${outside}; sleep 0.3` }], [{ say: "Done." }]]);
    await store.ended(1);
    lab.config(lab.fake.baseUrl);
    expect(store.transcript("session.started")[0]!.mode).toBe("auto");
    expect(existsSync(outside)).toBe(false);
  });

  test("bypass has none", async () => {
    const { store, play } = await start({ mode: "bypass" });
    const outside = join(lab.root, "outside-bypass");
    await play("m1", [[{ shell: `echo x > ${outside}` }], [{ say: "Done." }]]);
    await store.ended(1);
    expect(store.transcript("session.started")[0]!.mode).toBe("bypass");
    expect(existsSync(outside)).toBe(true);
  });

  test("is tried before a start; a mode that is not offered is refused", async () => {
    const request = await lab.request(driver, bin);
    expect(await driver.preflight(request, lab.host)).toBeNull();
    const unknown = { ...request, mode: "yolo" };
    expect(await driver.preflight(unknown, lab.host)).toMatchObject({ code: "mode_unavailable" });
    const broken = join(lab.root, "no-sandbox");
    writeFileSync(broken, "#!/bin/sh\necho 'bwrap: Creating new namespace failed' >&2\nexit 1\n", {
      mode: 0o755,
    });
    expect(await driver.preflight({ ...request, bin: broken }, lab.host)).toMatchObject({
      code: "sandbox_unavailable",
      message: expect.stringContaining("Creating new namespace failed"),
    });
    const bypass = { ...request, bin: broken, mode: "bypass" };
    expect(await driver.preflight(bypass, lab.host)).toBeNull();
  });
});

import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCodexDriver } from "../../src/agents/codex/driver.ts";
import { scripted } from "../fakes/openai/script.ts";
import { startFakeOpenAi } from "../fakes/openai/server.ts";
import { codexSuite, type Lab } from "./codex-lab.ts";

let lab: Lab;
const { sessions } = codexSuite((made) => {
  lab = made;
}, oldCodex);

/** A Codex from before the app-server: the real one behind a door that does not know the word. */
function oldCodex({ root }: Lab, real: string): string {
  const old = join(root, "old-codex");
  const refusal = `echo "error: unrecognized subcommand 'app-server'" >&2; exit 2`;
  writeFileSync(old, `#!/bin/sh\n[ "$1" = app-server ] && { ${refusal}; }\nexec "${real}" "$@"\n`, {
    mode: 0o755,
  });
  return old;
}

describe("a Codex without an app-server", () => {
  test("runs a turn, says what is lost, and goes on in the same thread", async () => {
    const { store, session, play } = await sessions.start({ model: "gpt-5.5", effort: "high" });
    expect(store.of("notice").map((it) => it.notice.code)).toEqual(["codex_exec_fallback"]);
    await play("m1", [
      [{ say: "I look." }, { shell: "sleep 0.3; echo one" }],
      [
        {
          plan: [
            { step: "Look", status: "completed" },
            { step: "Go", status: "pending" },
          ],
        },
      ],
      [{ patch: "*** Begin Patch\n*** Update File: a.txt\n@@\n-hello\n+hi\n*** End Patch\n" }],
      [{ say: "Done." }],
    ]);
    expect((await store.ended(1)).outcome).toEqual({ kind: "succeeded" });
    expect(store.of("turn-started").map((it) => it.messageId)).toEqual(["m1"]);
    expect(store.texts()).toEqual(["I look.", "Done."]);
    expect(store.transcript("tool.call").map((it) => [it.kind, it.title])).toEqual([
      ["execute", "sleep 0.3; echo one"],
      ["edit", "a.txt"],
    ]);
    expect(store.transcript("tool.result")[0]).toMatchObject({ output: "one\n", exitCode: 0 });
    expect(store.transcript("todos.updated")).toHaveLength(1);
    expect(lab.fake.requests.at(-1)!.body.reasoning?.effort).toBe("high");
    const thread = store.transcript("session.started")[0]!.sessionRef;
    await store.seen(() => (store.ref?.agentSessionId === thread ? true : null));

    await play("m2", [[{ shell: "echo x > written && sleep 0.3" }], [{ say: "Second." }]]);
    expect((await store.ended(2)).outcome).toEqual({ kind: "succeeded" });
    expect(store.transcript("session.started")).toHaveLength(1);
    // The sandbox is the same in the resumed process, and its run counts its own tokens.
    expect(await Bun.file(join(lab.worktree, "written")).text()).toBe("x\n");
    expect(store.transcript("usage.updated").at(-1)!.usage.outputTokens).toBe(40);
    expect(JSON.stringify(lab.fake.requests.at(-1)!.body.input)).toContain("I look.");
    expect(session.ref.data["generation"]).toBe(2);
    expect(store.transcript("raw")).toEqual([]);
  });

  test("hands every prompt over byte for byte", async () => {
    const { store, send } = await sessions.start();
    const prompts = [
      "--help",
      "!ls",
      "/x",
      "a\r\n$(touch pwned) ' \" \\ 🙂\n\n",
      "y\n".repeat(100_000),
    ];
    for (const [index, prompt] of prompts.entries()) {
      await send(`p${index}`, prompt);
      await store.ended(index + 1);
      expect(lab.fake.requests.at(-1)!.prompt).toBe(prompt);
    }
  });

  test("an interrupt ends the turn and its command", async () => {
    const { store, session, play } = await sessions.start();
    await play("m1", [[{ shell: "echo up; exec sleep 43210" }]]);
    await store.seen(() => store.transcript("tool.call")[0]);
    expect(await session.interrupt()).toEqual({ ok: true, value: null });
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    expect(store.transcript("tool.result").map((it) => it.status)).toEqual(["failed"]);
    await lab.gone("sleep 43210");
    await play("m2", [[{ say: "Again." }]]);
    expect((await store.ended(2)).outcome).toEqual({ kind: "succeeded" });
  });

  test("commits in the worktree", async () => {
    const { store, play } = await sessions.start();
    const commit = "echo e > e.txt && git add -A && git commit -qm exec && sleep 0.3";
    await play("m1", [[{ shell: commit }], [{ say: "Done." }]]);
    await store.ended(1);
    expect(lab.git(lab.worktree, "log", "-1", "--format=%s")).toBe("exec");
  });

  test("a refusal of the model ends the turn with its reason", async () => {
    const { store, play } = await sessions.start();
    const error = { error: { type: "invalid_api_key", message: "no" } };
    await play(
      "m1",
      Array.from({ length: 6 }, () => [{ http: 401, body: error }]),
    );
    expect((await store.ended(1)).outcome).toMatchObject({
      kind: "failed",
      fault: { code: "not_logged_in" },
    });
  });

  test("a network that stays away ends the turn", async () => {
    const gone = await startFakeOpenAi();
    await gone.close();
    lab.config(gone.baseUrl);
    const impatient = createCodexDriver({ noticeMs: 1, giveUpMs: 300 });
    const { store, send } = await sessions.start({}, impatient);
    await send("m1", "hello");
    const end = await store.ended(1);
    lab.config(lab.fake.baseUrl);
    expect(end.outcome).toMatchObject({ kind: "failed", fault: { code: "network_lost" } });
  });

  test("a killed process ends only its turn", async () => {
    const { store, session, play } = await sessions.start();
    await play("m1", [[{ say: "x" }, { hang: true }]]);
    process.kill(session.ref.process!.pid, "SIGKILL");
    expect((await store.ended(1)).outcome).toMatchObject({
      kind: "failed",
      fault: { code: "agent_exited" },
    });
    expect(store.of("exited")).toEqual([]);
    await play("m2", [[{ say: "Back." }]]);
    expect((await store.ended(2)).outcome).toEqual({ kind: "succeeded" });
  });

  test("is taken up in the middle of a turn, and nothing is sent twice", async () => {
    const { store, release, play } = await sessions.start();
    const script = [
      [{ say: "First." }, { shell: "sleep 0.2" }],
      [{ gate: "exec" }, { say: "Last." }],
    ];
    await play("m1", script);
    await store.seen(() => store.transcript("assistant.text")[0]);
    release();
    lab.fake.open("exec");
    const session = await sessions.attach(store);
    const text = scripted(script);
    expect(await session.deliver({ id: "m1", text }, { retry: true })).toEqual({
      kind: "delivered",
    });
    expect((await store.ended(1)).outcome).toEqual({ kind: "succeeded" });
    expect(store.texts()).toEqual(["First.", "Last."]);
    expect(lab.fake.requests.filter((it) => it.prompt === text)).toHaveLength(2);
  });

  test("is taken up between two turns", async () => {
    const { store, release, play } = await sessions.start();
    await play("m1", [[{ say: "One." }]]);
    await store.ended(1);
    release();
    const session = await sessions.attach(store);
    const delivery = await session.deliver({ id: "m2", text: "on" }, { retry: true });
    expect(delivery).toEqual({ kind: "delivered" });
    expect((await store.ended(2)).outcome).toEqual({ kind: "succeeded" });
    expect(store.texts()).toEqual(["One.", "ok"]);
  });
});

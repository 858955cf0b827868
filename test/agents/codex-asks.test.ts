import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { InteractionAnswer } from "../../src/contract/interaction.ts";
import { ok } from "../../src/contract/result.ts";
import { scripted } from "../fakes/openai/script.ts";
import { type Asked, answer, asked, codexSuite, type Lab, type Store } from "./codex-lab.ts";

let lab: Lab;
const { sessions, start } = codexSuite((made) => {
  lab = made;
});

const allow: InteractionAnswer = { kind: "approval", decision: "allow" };
const deny: InteractionAnswer = { kind: "approval", decision: "deny" };

const closed = (store: Store, { ref }: Asked): Promise<unknown> =>
  store.seen(() => store.of("no-longer-asked").find((it) => it.ref === ref));

const inTree = (name: string): string => join(lab.worktree, name);

/** What the model was told last. */
const told = (): string => JSON.stringify(lab.fake.requests.at(-1)!.body.input);

describe("a command that must be allowed", () => {
  test("runs once when it is, and never when it is not; the reason reaches the model", async () => {
    const { store, session, play } = await start({ mode: "ask" });
    await play("m1", [
      [{ shell: "echo one >> yes.txt; git add yes.txt; git commit -qm yes; sleep 0.3" }],
      [{ shell: "echo two >> no.txt; sleep 0.3" }],
      [{ say: "Done." }],
    ]);
    const first = await asked(store, 1);
    expect(first.ref).toBe("g1:0");
    expect(first.request).toMatchObject({
      kind: "approval",
      toolName: "shell",
      cwd: lab.worktree,
      diff: null,
      editable: false,
    });
    expect(existsSync(inTree("yes.txt"))).toBe(false);
    const twice = await Promise.all([answer(session, first, allow), answer(session, first, allow)]);
    expect(twice).toEqual([ok("accepted"), ok("accepted")]);
    await closed(store, first);
    expect(await answer(session, first, allow)).toEqual(ok("late"));
    const second = await asked(store, 2);
    const why = { ...deny, reason: "Use the other folder." } as InteractionAnswer;
    expect(await answer(session, second, why)).toEqual(ok("accepted"));
    expect((await store.ended(1)).outcome).toEqual({ kind: "succeeded" });
    expect(readFileSync(inTree("yes.txt"), "utf8")).toBe("one\n");
    expect(lab.git(lab.worktree, "log", "-1", "--format=%s")).toBe("yes");
    expect(existsSync(inTree("no.txt"))).toBe(false);
    expect(store.transcript("tool.result").map((it) => it.status)).toEqual(["succeeded", "denied"]);
    expect(told()).toContain("Use the other folder.");
    expect(store.of("asked")).toHaveLength(2);
    expect(existsSync(join(lab.home, "rules"))).toBe(false);
  });

  test("is not run when the turn is stopped meanwhile", async () => {
    const { store, session, play } = await start({ mode: "ask" });
    await play("m1", [[{ shell: "echo x > stopped.txt" }], [{ say: "no" }]]);
    const question = await asked(store, 1);
    expect(await session.interrupt()).toEqual(ok(null));
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    await closed(store, question);
    expect(await answer(session, question, allow)).toEqual(ok("late"));
    await play("m2", [[{ say: "On." }]]);
    expect((await store.ended(2)).outcome).toEqual({ kind: "succeeded" });
    expect(existsSync(inTree("stopped.txt"))).toBe(false);
  });

  test("still waits for the next server, asks nothing twice, and runs once", async () => {
    const { store, release, play } = await start({ mode: "ask" });
    await play("m1", [[{ shell: "echo x >> later.txt; sleep 0.3" }], [{ say: "Done." }]]);
    const question = await asked(store, 1);
    release();
    const session = await sessions.attach(store);
    expect(store.of("asked")).toHaveLength(1);
    expect(await answer(session, question, allow)).toEqual(ok("accepted"));
    await store.ended(1);
    expect(readFileSync(inTree("later.txt"), "utf8")).toBe("x\n");
    expect(store.of("asked")).toHaveLength(1);
  });

  test("is asked no more when the agent dies", async () => {
    const { store, session, play } = await start({ mode: "ask" });
    await play("m1", [[{ shell: "echo x > dead.txt" }]]);
    const question = await asked(store, 1);
    process.kill(session.ref.process!.pid, "SIGKILL");
    expect(await closed(store, question)).toMatchObject({ why: "The agent ended." });
    await store.seen(() => store.of("exited")[0]);
    expect(await answer(session, question, allow)).toEqual(ok("late"));
  });
});

describe("a change of a file", () => {
  const patch = (name: string) =>
    `*** Begin Patch\n*** Add File: ${name}\n+new\n*** End Patch\n` as const;

  test("is asked with its diff, also by a later server", async () => {
    const { store, release, play } = await start({ mode: "ask" });
    await play("m1", [[{ patch: patch("p1.txt") }], [{ patch: patch("p2.txt") }], [{ say: "." }]]);
    const first = await asked(store, 1);
    expect(first.request).toMatchObject({
      toolName: "apply_patch",
      title: "p1.txt",
      diff: [{ path: "p1.txt", kind: "add", patch: "@@ -0,0 +1 @@\n+new\n", additions: 1 }],
    });
    release();
    const session = await sessions.attach(store);
    await answer(session, first, allow);
    await answer(session, await asked(store, 2), deny);
    await store.ended(1);
    expect(existsSync(inTree("p1.txt"))).toBe(true);
    expect(existsSync(inTree("p2.txt"))).toBe(false);
  });

  test("is not asked in acceptEdits, where leaving the sandbox is", async () => {
    const outside = join(lab.root, "outside-accept");
    const { store, session, play } = await start({ mode: "acceptEdits" });
    const args = { sandbox_permissions: "require_escalated", justification: "To look." };
    await play("m1", [
      [{ patch: patch("p3.txt") }],
      [{ shell: "git add p3.txt && git commit -qm p3" }],
      [{ shell: `echo x > ${outside}; sleep 0.3`, args }],
      [{ say: "." }],
    ]);
    const question = await asked(store, 1);
    expect(question.request).toMatchObject({ toolName: "shell", reason: "To look." });
    expect(existsSync(inTree("p3.txt"))).toBe(true);
    await answer(session, question, allow);
    await store.ended(1);
    expect(existsSync(outside)).toBe(true);
    expect(lab.git(lab.worktree, "log", "-1", "--format=%s")).toBe("p3");
    expect(store.of("asked")).toHaveLength(1);
  });
});

describe("the settings of a task", () => {
  test("hold from the next message on, over every pair of sandboxes", async () => {
    const { store, session } = await start({ mode: "bypass" });
    const run = async (mode: string, count: number): Promise<string> => {
      const outside = join(lab.root, `outside-${mode}-${count}`);
      const inside = `in-${mode}-${count}.txt`;
      const shell = `(echo x > ${inside}) 2>&-; (echo x > ${outside}) 2>&-; sleep 0.3; true`;
      const text = scripted([[{ shell }], [{ say: "." }]]);
      const settings = { mode, model: null, effort: count === 2 ? "high" : null };
      const delivery = await session.deliver({ id: `m${count}`, text }, { retry: false, settings });
      expect(delivery).toEqual({ kind: "delivered" });
      if (mode === "ask") await answer(session, await asked(store, 1), deny);
      await store.ended(count);
      return `${mode} ${existsSync(inTree(inside))} ${existsSync(outside)}`;
    };
    expect(await run("bypass", 1)).toBe("bypass true true");
    expect(await run("auto", 2)).toBe("auto true false");
    expect(lab.fake.requests.at(-1)!.body.reasoning?.effort).toBe("high");
    expect(await run("plan", 3)).toBe("plan false false");
    expect(lab.fake.requests.at(-1)!.body.reasoning?.effort).not.toBe("high");
    expect(await run("ask", 4)).toBe("ask false false");
    expect(await run("bypass", 5)).toBe("bypass true true");
    expect(session.ref.data["mode"]).toBe("bypass");
    const settings = { mode: "yolo", model: null, effort: null };
    expect(
      await session.deliver({ id: "m6", text: "x" }, { retry: false, settings }),
    ).toMatchObject({ kind: "not-delivered", fault: { code: "mode_unavailable" } });
  });
});

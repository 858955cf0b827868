import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { InteractionAnswer } from "../../src/contract/interaction.ts";
import { ok } from "../../src/contract/result.ts";
import { type Script, scripted } from "../fakes/openai/script.ts";
import { answer, asked, codexSuite, type Lab } from "./codex-lab.ts";

let lab: Lab;
const { sessions, start } = codexSuite((made) => {
  lab = made;
});

const told = (): string => JSON.stringify(lab.fake.requests.at(-1)!.body.input);

const question = {
  id: "db",
  header: "Store",
  question: "Which database?",
  options: [
    { label: "SQLite", description: "One file." },
    { label: "Postgres", description: "A server." },
  ],
};

describe("a question", () => {
  test("of ask_user waits over a restart and is answered once, also in a resumed thread", async () => {
    const { store, release, play } = await start();
    const call = { call: "ask_user", args: { question: "Go on?", choices: ["Yes", "No"] } };
    await play("m1", [[call], [{ say: "Fine." }]]);
    const first = await asked(store, 1);
    expect(first.request).toEqual({
      ...{ kind: "question", question: "Go on?", choices: ["Yes", "No"] },
      ...{ multi: false, allowText: false },
    });
    release();
    const session = await sessions.attach(store);
    expect(store.of("asked")).toHaveLength(1);
    const given: InteractionAnswer = { kind: "question", selected: ["Yes"] };
    expect(await answer(session, first, given)).toEqual(ok("accepted"));
    await store.ended(1);
    expect(store.transcript("tool.result")).toMatchObject([{ output: "Yes" }]);
    expect(store.of("no-longer-asked")).toHaveLength(1);
    expect(await answer(session, first, given)).toEqual(ok("late"));
    await session.close();

    const next = await start({ resume: session.ref.agentSessionId });
    await next.play("m2", [[{ call: "ask_user", args: {} }], [call], [{ say: "." }]]);
    const again = await asked(next.store, 1);
    await answer(next.session, again, given);
    await next.store.ended(1);
    expect(next.store.transcript("tool.result").map((it) => it.status)).toEqual([
      "failed",
      "succeeded",
    ]);
  });

  test("of plan mode takes choices and words of one's own", async () => {
    const { store, session, play } = await start({ mode: "plan" });
    const questions = [question, { ...question, id: "name", question: "What name?" }];
    await play("m1", [[{ call: "request_user_input", args: { questions } }], [{ say: "Fine." }]]);
    const first = await asked(store, 1);
    expect(first.request).toMatchObject({
      kind: "ask_questions",
      questions: [
        { question: "Which database?", header: "Store", options: [{ label: "SQLite" }, {}] },
        { question: "What name?" },
      ],
    });
    await answer(session, first, {
      kind: "ask_questions",
      answers: [{ selected: ["Postgres"] }, { selected: [], custom: "Gamma" }],
    });
    expect((await store.ended(1)).outcome).toEqual({ kind: "succeeded" });
    expect(told()).toContain("Postgres");
    expect(told()).toContain("Gamma");
    expect(store.of("notice")).toEqual([]);
  });

  test("of an MCP server is a form; its tool is asked before", async () => {
    const forms = join(import.meta.dir, "codex-forms.ts");
    const servers = `[mcp_servers.forms]\ncommand = ${JSON.stringify(process.execPath)}\nargs = [${JSON.stringify(forms)}]\n`;
    lab.config(lab.fake.baseUrl, servers);
    const { store, session, play } = await start({ mode: "ask" });
    lab.config(lab.fake.baseUrl);
    const call = { call: "form", namespace: "mcp__forms", args: { a: 1 } };
    await play("m1", [[call], [call], [{ say: "Fine." }]]);
    const approval = await asked(store, 1);
    expect(approval.request).toMatchObject({
      kind: "approval",
      toolName: "mcp__forms__form",
      toolInput: { arguments: { a: 1 } },
    });
    await answer(session, approval, { kind: "approval", decision: "allow" });
    const form = await asked(store, 2);
    if (form.request.kind !== "ask_questions") throw new Error(form.request.kind);
    const given: Record<string, { selected: string[]; custom?: string }> = {
      color: { selected: ["red"] },
      size: { selected: ["l"] },
      tags: { selected: ["a", "b"] },
      sure: { selected: ["Yes"] },
      count: { selected: [], custom: "3" },
      note: { selected: ["Leave it out"] },
    };
    const answers = form.request.questions.map((it) => given[it.header]!);
    await answer(session, form, { kind: "ask_questions", answers });
    const second = await asked(store, 3);
    await answer(session, second, { kind: "approval", decision: "deny" });
    await store.ended(1);
    const [filled, refused] = store.transcript("tool.result");
    expect(JSON.parse(filled!.output)).toEqual({
      action: "accept",
      content: { color: "red", size: "l", tags: ["a", "b"], sure: true, count: 3 },
    });
    expect(refused).toMatchObject({ status: "failed" });
  });
});

describe("a plan", () => {
  const plan = (text: string): Script => [
    [{ say: `Here.\n<proposed_plan>\n${text}\n</proposed_plan>\n` }],
  ];
  const approve: InteractionAnswer = { kind: "plan_approval", choice: "approve_implement" };
  const build = (file: string): Script => [
    [{ shell: `echo x > ${file}; sleep 0.3` }],
    [{ say: "." }],
  ];

  test("holds its run until it is answered: revised, then carried out", async () => {
    const { store, session, release, play } = await start({ mode: "plan" });
    await play("m1", plan("# One"));
    const first = await asked(store, 1);
    expect(first.request).toEqual({ kind: "plan_approval", plan: "# One\n" });
    expect(store.of("turn-ended")).toEqual([]);
    const revision = `Make it two.\n${scripted(plan("# Two"))}`;
    await answer(session, first, { kind: "plan_approval", choice: "reject", revision });
    const second = await asked(store, 2);
    expect(second.request).toEqual({ kind: "plan_approval", plan: "# Two\n" });
    release();
    const later = await sessions.attach(store);
    const given = { ...approve, revision: scripted(build("built.txt")) } as InteractionAnswer;
    const twice = await Promise.all([answer(later, second, given), answer(later, second, given)]);
    expect(twice).toEqual([ok("accepted"), ok("accepted")]);
    expect((await store.ended(1)).outcome).toEqual({ kind: "succeeded" });
    expect(existsSync(join(lab.worktree, "built.txt"))).toBe(true);
    expect(store.transcript("user.message").map((it) => it.text.split("\n")[0])).toEqual([
      expect.stringContaining("@@script"),
      "Make it two.",
      "Implement the plan.",
    ]);
    // What follows is work, until somebody wants a plan again.
    const say = async (id: string, mode: string, script: Script): Promise<void> => {
      const settings = { mode, model: null, effort: null };
      await later.deliver({ id, text: scripted(script) }, { retry: false, settings });
    };
    await say("m2", "auto", build("more.txt"));
    await store.ended(2);
    expect(existsSync(join(lab.worktree, "more.txt"))).toBe(true);
    await say("m3", "plan", plan("# Three"));
    expect((await asked(store, 3)).request).toEqual({ kind: "plan_approval", plan: "# Three\n" });
  });

  test("that is approved with questions asks before it acts", async () => {
    const { store, session, play } = await start({ mode: "plan" });
    await play("m1", plan("# Ask"));
    const revision = scripted(build("asked.txt"));
    await answer(session, await asked(store, 1), {
      ...{ kind: "plan_approval", choice: "approve_ask", revision },
    });
    const approval = await asked(store, 2);
    expect(approval.request.kind).toBe("approval");
    await answer(session, approval, { kind: "approval", decision: "allow" });
    await store.ended(1);
    expect(existsSync(join(lab.worktree, "asked.txt"))).toBe(true);
  });

  test("that is stopped ends its run, and the next message plans anew", async () => {
    const { store, session, play } = await start({ mode: "plan" });
    await play("m1", plan("# Stop"));
    const first = await asked(store, 1);
    expect(await session.interrupt()).toEqual(ok(null));
    expect((await store.ended(1)).outcome).toEqual({ kind: "cancelled" });
    expect(store.of("no-longer-asked")).toMatchObject([{ ref: first.ref, why: "Stopped" }]);
    expect(await answer(session, first, approve)).toEqual(ok("late"));
    await play("m2", plan("# Anew"));
    expect((await asked(store, 2)).request).toMatchObject({ plan: "# Anew\n" });
  });
});

describe("words into a turn", () => {
  test("join it, once, and are refused while it waits or when it is over", async () => {
    const { store, session, release, play } = await start({ mode: "ask" });
    await play("m1", [[{ say: "Half", unfinished: true }, { gate: "go" }], [{ say: "Never." }]]);
    await store.seen(() => store.drafts.find((it) => it.kind === "text"));
    const said = { id: "s1", text: scripted([[], [{ shell: "echo x" }], [{ say: "Steered." }]]) };
    expect(await session.steer!(said)).toEqual({ kind: "delivered" });
    release();
    const later = await sessions.attach(store);
    expect(await later.steer!(said)).toEqual({ kind: "delivered" });
    lab.fake.open("go");
    const approval = await asked(store, 1);
    expect(await later.steer!({ id: "s2", text: "x" })).toMatchObject({ kind: "not-delivered" });
    await answer(later, approval, { kind: "approval", decision: "deny" });
    await store.ended(1);
    expect(store.texts().at(-1)).toBe("Steered.");
    expect(store.transcript("user.message").map((it) => it.messageId)).toEqual(["m1", "s1"]);
    expect(await later.steer!({ id: "s3", text: "x" })).toMatchObject({ kind: "not-delivered" });
    expect(store.of("turn-ended")).toHaveLength(1);
    // What was heard in the turn before is not said again as a message of its own.
    expect(await later.deliver(said, { retry: true })).toEqual({ kind: "delivered" });
    expect((await store.ended(2)).outcome).toEqual({ kind: "succeeded" });
    expect(store.transcript("user.message")).toHaveLength(2);
  });
});

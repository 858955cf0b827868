import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createClaudeDriver } from "../../src/agents/claude/driver.ts";
import type { OpenRequest, ResolvedHarness, Session } from "../../src/agents/driver.ts";
import { claudeBinary, Lab, opened } from "./claude-lab.ts";

const driver = createClaudeDriver();
const bin = claudeBinary();
let lab: Lab;
let open: Session[] = [];

beforeAll(() => {
  lab = Lab.make();
});

afterEach(async () => {
  const all = open;
  open = [];
  for (const session of all) await session.close();
});

afterAll(() => lab.close());

interface Start extends Partial<OpenRequest> {
  readonly text?: string;
  readonly harness?: ResolvedHarness;
}

/** A session with its store, its first message delivered; it is closed when the test is over. */
async function start({ text = "text: hello", harness, ...more }: Start = {}) {
  const request = await lab.request(driver, harness ?? lab.harness(bin), {
    firstMessage: { id: "m1", text },
    ...more,
  });
  const store = lab.store(request);
  const { io, release: letGo } = store.io(lab.host);
  const session = await opened(driver, request, io);
  open.push(session);
  const release = (): void => {
    letGo();
    open = open.filter((it) => it !== session);
  };
  const send = (id: string, words: string, retry = false) =>
    session.deliver({ id, text: words }, { retry });
  return { store, request, session, release, send, first: () => send("m1", text) };
}

describe("a turn", () => {
  test("streams text, thoughts, tools with diffs and usage", async () => {
    const { store, first } = await start({
      text: [
        "thinking: let me see",
        "text: I look **around**.",
        `tool: Read {"file_path":"${lab.worktree}/README.md"}`,
        "next",
        'tool: Bash {"command":"echo hi; exit 3","description":"List"}',
        "next",
        `tool: Edit {"file_path":"${lab.worktree}/README.md","old_string":"line 2","new_string":"line two"}`,
        `tool: Write {"file_path":"${lab.worktree}/new.txt","content":"one\\ntwo\\n"}`,
        "next",
        "text: Done.",
      ].join("\n"),
    });
    expect(await first()).toEqual({ kind: "delivered" });
    const end = await store.ended(1);
    expect(end.outcome).toEqual({ kind: "succeeded" });
    console.log(JSON.stringify(store.items, null, 1).slice(0, 12000), store.logs, store.again);
  });
});

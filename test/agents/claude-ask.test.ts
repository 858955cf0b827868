import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { data, Office } from "./claude-office.ts";

let office: Office;

beforeAll(async () => {
  office = await Office.make();
}, 60_000);

afterAll(() => office.close(), 60_000);

const touch = (file: string) => `tool: Bash {"command":"touch ${file}","description":"Make it"}`;

describe("a permission on the card", () => {
  test("is allowed, and the tool runs", async () => {
    const job = await office.start("ask", touch("allowed.txt"), "next", "text: thanks");
    const asked = await job.asked("approval");
    expect(asked).toMatchObject({
      toolName: "Bash",
      toolInput: { command: "touch allowed.txt", description: "Make it" },
      title: "touch allowed.txt",
      reason: "Make it",
      cwd: await job.worktree(),
      editable: true,
    });
    expect(await job.task()).toMatchObject({ column: "blocked" });
    expect(await job.has("allowed.txt")).toBe(false);
    expect(await job.answer(asked, { decision: "allow" })).toBe(200);
    await job.ended();
    expect(await job.has("allowed.txt")).toBe(true);
    expect(await job.task()).toMatchObject({ column: "review", runStatus: "succeeded" });
  }, 60_000);

  test("is denied, and Claude learns why", async () => {
    const job = await office.start("ask", touch("denied.txt"), "next", "text: fine");
    const asked = await job.asked("approval");
    await job.answer(asked, { decision: "deny", reason: "Use another name." });
    const [result] = data(await job.ended(), "tool.result");
    expect(result).toMatchObject({ status: "denied" });
    expect(result?.output).toContain("Use another name.");
    expect(await job.has("denied.txt")).toBe(false);
  }, 60_000);

  test("is allowed with a change", async () => {
    const job = await office.start("ask", touch("as-asked.txt"), "next", "text: fine");
    const asked = await job.asked("approval");
    await job.answer(asked, { decision: "allow", updatedInput: { command: "touch changed.txt" } });
    await job.ended();
    expect([await job.has("as-asked.txt"), await job.has("changed.txt")]).toEqual([false, true]);
  }, 60_000);

  test("is remembered for the same call of this task, and for nothing else", async () => {
    const job = await office.start(
      "ask",
      touch("a.txt"),
      "next",
      touch("a.txt"),
      "next",
      touch("b.txt"),
      "next",
      "text: done",
    );
    const first = await job.asked("approval");
    await job.answer(first, { decision: "allow", remember: true });
    const second = await job.asked("approval");
    expect(second.title).toBe("touch b.txt");
    await job.answer(second, { decision: "deny" });
    const results = data(await job.ended(), "tool.result").map(({ status }) => status);
    expect(results).toEqual(["succeeded", "succeeded", "denied"]);
  }, 60_000);

  test("shows what an edit would change", async () => {
    const job = await office.start("ask", "text: hello");
    await job.ended();
    const readme = join(await job.worktree(), "README.md");
    const edit = { file_path: readme, old_string: "line 2\nline 3", new_string: "line 2\nline 4" };
    await job.say(
      `tool: Read {"file_path":"${readme}"}`,
      "next",
      `tool: Edit ${JSON.stringify(edit)}`,
      "next",
      "text: edited",
    );
    const asked = await job.asked("approval");
    expect(asked.diff).toEqual([
      {
        path: "README.md",
        kind: "update",
        patch: "@@ -1,2 +1,2 @@\n line 2\n-line 3\n+line 4\n",
        additions: 1,
        deletions: 1,
      },
    ]);
    await job.answer(asked, { decision: "allow" });
    await job.ended();
    expect(readFileSync(readme, "utf8")).toContain("line 4");
  }, 60_000);
});

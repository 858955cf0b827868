import { afterAll, beforeAll, expect, test } from "bun:test";
import { realpathSync } from "node:fs";
import { type Outcome, runCli } from "../../src/cli/main.ts";
import type { Shell } from "../../src/cli/shell.ts";
import type { Task } from "../../src/contract/task.ts";
import { git, makeRepo } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.dispose());

function cli(argv: readonly string[], more: Partial<Shell> = {}): Promise<Outcome> {
  return runCli([...argv, "--data-dir", server.dataDir], {
    env: {},
    cwd: "/",
    readStdin: async () => "",
    browse: () => false,
    confirm: async () => null,
    ...more,
  });
}

/** A repository that configures agents, by its real path. */
function repository(): string {
  return realpathSync(makeRepo({ "CLAUDE.md": "hi\n", ".claude/settings.json": "{}\n" }));
}

async function tasks(repo: string): Promise<readonly Task[]> {
  const query = new URLSearchParams({ workdir: repo });
  return (await server.client.get<{ tasks: Task[] }>(`/tasks?${query}`)).body.tasks;
}

test("a start in a new repository shows what configures agents there, and the command to trust it", async () => {
  const repo = repository();
  const start = ["add", "say: hi", "--agent", "fake", "--dir", repo, "--start"];
  const refused = await cli(start);
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(refused.stderr).toContain("  CLAUDE.md\n");
  expect(refused.stderr).toContain("  .claude/settings.json\n");
  const command = refused.stderr.trimEnd().split("\n").at(-1) ?? "";
  expect(command).toBe(`  npm run agetor -- trust ${repo} --data-dir ${server.dataDir}`);
  expect(await tasks(repo)).toEqual([]);

  // Nobody at a terminal, then somebody who does not want to.
  const unasked = await cli(["trust", repo]);
  expect(unasked.exitCode).toBe(1);
  expect(unasked.stderr).toContain("add --yes");
  expect(unasked.stderr).toContain("  CLAUDE.md\n");
  const declined = await cli(["trust", repo], { confirm: async () => false });
  expect(declined).toMatchObject({
    exitCode: 1,
    stderr: `Nothing has changed: agents may not run in ${repo}.\n`,
  });
  expect((await cli(start)).exitCode).toBe(1);

  let question = "";
  const agreed = await cli(["trust"], {
    cwd: repo,
    confirm: async (asked) => {
      question = asked;
      return true;
    },
  });
  expect(agreed).toMatchObject({ exitCode: 0, stdout: `Agents may run in ${repo} now.\n` });
  expect(question).toContain("  CLAUDE.md\n");
  expect(question).toEndWith(`Let agents run in ${repo}? [y/N] `);
  expect(await cli(start)).toMatchObject({ exitCode: 0, stderr: "" });
  const again = await cli(["trust", repo]);
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("already") });
});

test("--yes trusts without asking, and says what", async () => {
  const repo = repository();
  const made = await cli(["add", "say: hi", "--agent", "fake", "--dir", repo, "--json"]);
  const { task } = JSON.parse(made.stdout) as { task: Task };
  expect(await cli(["start", task.id])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(`agetor -- trust ${repo} `),
  });
  const trusted = await cli(["trust", repo, "--yes"]);
  expect(trusted).toMatchObject({ exitCode: 0, stderr: "" });
  expect(trusted.stdout).toContain("  CLAUDE.md\n");
  expect(await cli(["start", task.id.slice(-8)])).toMatchObject({ exitCode: 0 });
});

test("a task from another commit is not sent to trust what is checked out", async () => {
  const repo = repository();
  const old = git(repo, "rev-parse", "HEAD").trim();
  git(repo, "rm", "-q", "CLAUDE.md");
  git(repo, "commit", "-qm", "Without");
  const argv = ["add", "say: hi", "--agent", "fake", "--dir", repo, "--start", "--base", old];
  const refused = await cli(argv);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain("on the board");
  expect(refused.stderr).toContain("  CLAUDE.md\n");
});

test("an agent that is none is answered with those there are", async () => {
  const repo = repository();
  for (const agent of ["nope", "No such"]) {
    expect(await cli(["add", "x", "--dir", repo, "--agent", agent])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        new RegExp(`^There is no agent "${agent}"\\.\nThere are .*claude-code.*\\.\n$`),
      ),
    });
  }
});

test("what else cannot be says what it is and what to do", async () => {
  const repo = repository();
  for (const argv of [
    ["add", "x", "--dir", "/nowhere"],
    ["add", "x", "--dir", repo, "--base", "nope"],
    ["trust", "/nowhere"],
    ["start", "01HZZZZZZZZZZZZZZZZZZZZZZ9"],
    ["start", "zzzzzz"],
  ]) {
    const { stderr, exitCode } = await cli(argv);
    expect([argv, exitCode]).toEqual([argv, 1]);
    // A sentence and a next step, in nobody's words but the person's.
    expect(stderr.trim().split("\n").length).toBeGreaterThanOrEqual(2);
    expect(stderr).not.toMatch(/GET \/|POST \/|is not valid:/);
  }
});

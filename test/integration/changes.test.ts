import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChangedFile, Changes, FileLines, TaskCommit } from "../../src/contract/changes.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { git, makeRepo, writeFiles } from "../support/repo.ts";
import { TestServer } from "../support/server.ts";

let server: TestServer;
let repo: string;

beforeAll(async () => {
  server = await TestServer.start();
  repo = makeRepo({ "README.md": "# Test\n", "src/a.txt": "1\n2\n3\n", ".gitignore": "*.log\n" });
  await server.client.trust(repo);
});

afterAll(() => server.dispose());

/** Runs a script to its end and answers the run. */
async function play(
  task: Task | null,
  script: string,
  more = {},
): Promise<{ task: Task; run: Run }> {
  const { client } = server;
  if (task === null) {
    const started = await client.startFake(repo, script, more);
    await client.ended(started.task.id, started.run.id);
    return { task: await client.task(started.task.id), run: started.run };
  }
  const path = `/runs/${task.runId}/input`;
  const { body } = await client.post<{ run: Run }>(path, { text: script });
  await client.ended(task.id, body.run.id);
  return { task: await client.task(task.id), run: body.run };
}

type Query = Readonly<Record<string, string>>;

function ask<T>(task: { id: string }, what: string, query: Query = {}) {
  return server.client.get<T>(`/tasks/${task.id}/${what}?${new URLSearchParams(query)}`);
}

async function changes(task: { id: string }, query: Query = {}): Promise<Changes> {
  const { status, body } = await ask<{ changes: Changes }>(task, "changes", query);
  expect([status, body]).toEqual([200, body]);
  return body.changes;
}

async function names(task: { id: string }, query: Query = {}): Promise<string[]> {
  return (await changes(task, query)).files.map((file) => file.path);
}

async function refusal(task: { id: string }, what: string, query: Query): Promise<unknown> {
  const { status, body } = await ask<{ code: string }>(task, what, query);
  return [status, body.code];
}

/** The bytes of a route that answers none but bytes. */
function bytes(task: { id: string }, what: string, query: URLSearchParams | Query) {
  return fetch(
    `${server.client.base}/tasks/${task.id}/changes/${what}?${new URLSearchParams(query)}`,
    {
      headers: { authorization: `Bearer ${server.client.token}` },
    },
  );
}

describe("the scopes of a task", () => {
  test("base, uncommitted, each turn, since the review, and each commit", async () => {
    const first = await play(null, "write: one.txt | 1\nwrite: src/a.txt | changed");
    let task = first.task;
    const worktree = task.worktreePath ?? "";
    const base = await changes(task);
    expect(base).toMatchObject({
      scope: "base",
      from: { label: "main", sha: task.baseSha, at: null },
      to: { label: "now", sha: null, at: null },
      baseSha: task.baseSha,
      headSha: task.baseSha,
      additions: 2,
      deletions: 3,
      truncated: false,
    });
    expect(base.files.map((file) => [file.path, file.status])).toEqual([
      ["one.txt", "untracked"],
      ["src/a.txt", "modified"],
    ]);
    // Nothing was reviewed yet, so everything is to be.
    expect(await changes(task, { scope: "review" })).toEqual({ ...base, scope: "review" });
    const reviewed = await server.client.post<{ reviewedAt: number }>(`/tasks/${task.id}/reviewed`);
    expect(reviewed.status).toBe(200);
    expect(await changes(task, { scope: "review" })).toMatchObject({
      from: { label: "your last review", at: reviewed.body.reviewedAt },
      to: { label: "now" },
      files: [],
    });

    const commit = "run: git -c user.name=A -c user.email=a@x.test commit -qm 'Take it all' -a";
    const second = await play(task, `${commit}\nwrite: two.txt | 2\nwrite: x.log | ignored`);
    task = second.task;
    expect(await names(task)).toEqual(["one.txt", "src/a.txt", "two.txt"]);
    const uncommitted = await changes(task, { scope: "uncommitted" });
    expect(uncommitted.files.map((file) => file.path)).toEqual(["one.txt", "two.txt"]);
    expect(uncommitted.from.label).toBe(`${uncommitted.headSha.slice(0, 8)} Take it all`);
    expect(await names(task, { scope: "review" })).toEqual(["two.txt"]);

    const third = await play(task, "write: one.txt | other\nrun: rm two.txt");
    task = third.task;
    expect(await names(task, { scope: "turn" })).toEqual(["one.txt", "two.txt"]);
    // A person changes something between two turns: it belongs to none.
    writeFileSync(join(worktree, "mine.txt"), "by hand\n");
    const fourth = await play(task, "write: four.txt | 4");
    task = fourth.task;
    const turns = await Promise.all(
      [first, second, third, fourth].map(({ run }) =>
        changes(task, { scope: "turn", run: run.id }),
      ),
    );
    expect(turns.map((one) => one.files.map((file) => [file.path, file.status]))).toEqual([
      [
        ["one.txt", "added"],
        ["src/a.txt", "modified"],
      ],
      [["two.txt", "added"]],
      [
        ["one.txt", "modified"],
        ["two.txt", "deleted"],
      ],
      [["four.txt", "added"]],
    ]);
    expect(turns.map((one) => [one.from.label, one.to.label])).toEqual([
      ["before turn 1", "after turn 1"],
      ["before turn 2", "after turn 2"],
      ["before turn 3", "after turn 3"],
      ["before turn 4", "after turn 4"],
    ]);
    expect(turns[2]?.to.at).toBeGreaterThanOrEqual(turns[2]?.from.at ?? Number.NaN);
    expect(await changes(task, { scope: "turn" })).toEqual(turns[3] as Changes);
    expect(await names(task, { scope: "review" })).toEqual(["four.txt", "mine.txt", "one.txt"]);

    const { body } = await ask<{ commits: TaskCommit[] }>(task, "commits");
    expect(body.commits).toMatchObject([{ subject: "Take it all", author: "A", files: 1 }]);
    const sha = body.commits[0]?.sha ?? "";
    const one = await changes(task, { scope: "commit", commit: sha });
    expect(one.files.map((file) => file.path)).toEqual(["src/a.txt"]);
    expect(one).toMatchObject({
      from: { label: task.baseSha?.slice(0, 8), sha: task.baseSha },
      to: { label: `${sha.slice(0, 8)} Take it all`, sha, at: body.commits[0]?.at },
    });
  });

  test("a turn that is under way goes up to now", async () => {
    const go = join(repo, "..", "go");
    const started = await server.client.startFake(repo, `write: a.txt | 1\nuntil: ${go}`);
    await server.client.events(`/tasks/${started.task.id}/events`, (e) => e.type === "tool.result");
    const under = await changes(started.task, { scope: "turn" });
    expect(under).toMatchObject({ from: { label: "before turn 1" }, to: { label: "now" } });
    expect(under.files.map((file) => file.path)).toEqual(["a.txt"]);
    writeFileSync(go, "");
    await server.client.ended(started.task.id, started.run.id);
    expect((await changes(started.task, { scope: "turn" })).to.label).toBe("after turn 1");
  });

  test("what is asked wrongly is refused, what is not this task's is not found", async () => {
    const { task } = await play(null, "say: nothing");
    const other = await play(null, "write: b.txt | 1");
    const foreign = git(repo, "rev-parse", "HEAD");
    const wrong: [Query, unknown][] = [
      [{ scope: "all" }, [400, "invalid_request"]],
      [{ scope: "commit" }, [400, "invalid_request"]],
      [{ scope: "commit", commit: "HEAD" }, [400, "invalid_request"]],
      [{ scope: "commit", commit: "--output=x" }, [400, "invalid_request"]],
      [{ scope: "commit", commit: foreign }, [404, "not_found"]],
      [{ scope: "commit", commit: "0".repeat(40) }, [404, "not_found"]],
      [{ scope: "turn", run: other.run.id }, [404, "not_found"]],
      [{ scope: "turn", run: "01HN0SVCHRVN00000000000000" }, [404, "not_found"]],
      [{ whitespace: "some" }, [400, "invalid_request"]],
      [{ nothing: "known" }, [400, "invalid_request"]],
    ];
    for (const [query, expected] of wrong) {
      expect([query, await refusal(task, "changes", query)]).toEqual([query, expected]);
    }
    const unknown = { id: "01HN0SVCHTASK0000000000000" };
    for (const what of ["changes", "commits", "changes/file?path=a"]) {
      expect((await server.client.get(`/tasks/${unknown.id}/${what}`)).status).toBe(404);
    }
    expect((await server.client.post(`/tasks/${unknown.id}/reviewed`)).status).toBe(404);
  });

  test("before its first start a task has no changes, no turns, nothing to review", async () => {
    const body = { prompt: "later", workdir: repo, agent: "fake" };
    const { task } = (await server.client.post<{ task: Task }>("/tasks", body)).body;
    for (const scope of ["base", "uncommitted", "review"]) {
      expect(await changes(task, { scope })).toMatchObject({
        files: [],
        to: { label: "not started" },
      });
    }
    expect(await refusal(task, "changes", { scope: "turn" })).toEqual([404, "not_found"]);
    expect((await ask<{ commits: [] }>(task, "commits")).body).toEqual({ commits: [] });
    expect((await server.client.post(`/tasks/${task.id}/reviewed`)).status).toBe(409);
    expect(await (await bytes(task, "patch", {})).text()).toBe("");
  });

  test("of a task in the person's own checkout", async () => {
    const own = makeRepo({ "a.txt": "1\n", "sub/b.txt": "1\n" });
    await server.client.trust(own);
    const workdir = join(own, "sub");
    const more = { workdir, isolation: "none" };
    const { task } = await play(null, "write: b.txt | 2\nrun: git add -A", more);
    expect(task.worktreePath).toBeNull();
    expect(await names(task)).toEqual(["sub/b.txt"]);
    expect(await names(task, { scope: "uncommitted" })).toEqual(["sub/b.txt"]);
    expect(await refusal(task, "changes", { scope: "turn" })).toEqual([404, "not_found"]);
    git(own, "commit", "-qm", "mine");
    writeFileSync(join(own, "new.txt"), "1\n");
    const { commits } = (await ask<{ commits: TaskCommit[] }>(task, "commits")).body;
    expect(commits.map((commit) => commit.subject)).toEqual(["mine"]);
    expect(await names(task, { scope: "commit", commit: commits[0]?.sha ?? "" })).toEqual([
      "sub/b.txt",
    ]);
    expect((await server.client.post(`/tasks/${task.id}/reviewed`)).status).toBe(200);
    writeFileSync(join(own, "a.txt"), "2\n");
    expect(await names(task, { scope: "review" })).toEqual(["a.txt"]);
    // A plain folder has nothing to compare with.
    const folder = join(own, "..", "plain");
    mkdirSync(folder);
    await server.client.trust(folder);
    const plain = await play(null, "say: hi", { workdir: folder, isolation: "none" });
    expect(await refusal(plain.task, "changes", {})).toEqual([422, "not_a_repository"]);
  });

  test("a person at work in the worktree: committed, rebased, switched, deleted (GIT-22)", async () => {
    const { task, run } = await play(null, "write: a.txt | 1");
    const worktree = task.worktreePath ?? "";
    git(worktree, "add", "-A");
    git(worktree, "commit", "-qm", "by hand");
    expect(await names(task, { scope: "uncommitted" })).toEqual([]);
    writeFiles(repo, { "main.txt": "m\n" });
    git(repo, "add", "-A");
    git(repo, "commit", "-qm", "main moved");
    git(worktree, "rebase", "-q", "main");
    expect(await names(task)).toEqual(["a.txt", "main.txt"]);
    git(worktree, "switch", "-qc", "elsewhere");
    const { headSha } = await changes(task);
    expect(headSha).toBe(git(worktree, "rev-parse", "HEAD"));
    const turn = await changes(task, { scope: "turn", run: run.id });
    expect(turn.files.map((file) => file.path)).toEqual(["a.txt"]);
    rmSync(worktree, { recursive: true });
    expect(await refusal(task, "changes", {})).toEqual([422, "repo_gone"]);
    // What is stored is still there to be read.
    expect(await changes(task, { scope: "turn", run: run.id })).toEqual({
      ...turn,
      headSha: turn.to.sha ?? "",
    });
    const { commits } = (await ask<{ commits: TaskCommit[] }>(task, "commits")).body;
    expect(commits.map((commit) => commit.subject)).toEqual(["by hand", "main moved"]);
  });
});

describe("one file", () => {
  test("its whole patch, its lines, its picture, and all of it as a patch", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const own = makeRepo({ "a.txt": "1\n2\n3\n" });
    writeFileSync(join(own, "pic.png"), Buffer.concat([png, Buffer.from("old")]));
    git(own, "add", "-A");
    git(own, "commit", "-qm", "pic");
    await server.client.trust(own);
    const { task } = await play(null, "write: a.txt | 1\\ntwo\\n3\\n4", { workdir: own });
    const worktree = task.worktreePath ?? "";
    writeFileSync(join(worktree, "pic.png"), png);
    writeFileSync(join(worktree, "new.png"), png);
    writeFileSync(join(worktree, "evil.png"), "<svg onload='alert(1)'/>");
    writeFileSync(join(worktree, "evil.svg"), "<svg onload='alert(1)'/>");
    const query = { path: "a.txt" };
    const { file } = (await ask<{ file: ChangedFile }>(task, "changes/file", query)).body;
    expect(file).toEqual((await changes(task)).files[0] as ChangedFile);
    const lines = await ask<{ lines: FileLines }>(task, "changes/lines", {
      ...query,
      ...{ side: "new", start: "2", end: "3" },
    });
    expect(lines.body.lines).toEqual({ start: 2, lines: ["two", "3"], total: 4 });
    for (const bad of [{ start: "0" }, { start: "x" }, { side: "both" }, { path: "" }]) {
      const asked = { path: "a.txt", side: "new", start: "1", end: "1", ...bad };
      expect(await refusal(task, "changes/lines", asked)).toEqual([400, "invalid_request"]);
    }

    const picture = await bytes(task, "content", { path: "pic.png", side: "new" });
    expect(Buffer.from(await picture.arrayBuffer()).equals(png)).toBe(true);
    expect(Object.fromEntries(picture.headers)).toMatchObject({
      "content-type": "image/png",
      "x-content-type-options": "nosniff",
      "content-disposition": 'attachment; filename="image-new"',
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
    const policy = picture.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("sandbox");
    const before = await bytes(task, "content", { path: "pic.png", side: "old" });
    expect((await before.arrayBuffer()).byteLength).toBe(png.length + 3);
    for (const [path, status] of [
      ["evil.png", 415],
      ["evil.svg", 415],
      ["a.txt", 415],
      ["nothing.png", 404],
    ] as const) {
      const answer = await bytes(task, "content", { path, side: "new" });
      expect([path, answer.status]).toEqual([path, status]);
    }

    const whole = await bytes(task, "patch", {});
    expect(whole.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(whole.headers.get("x-content-type-options")).toBe("nosniff");
    writeFileSync(join(own, "..", "p.patch"), new Uint8Array(await whole.arrayBuffer()));
    git(own, "apply", "--index", join(own, "..", "p.patch"));
    git(worktree, "add", "-A");
    expect(git(own, "write-tree")).toBe(git(worktree, "write-tree"));
    const some = new URLSearchParams([
      ["path", "new.png"],
      ["path", "a.txt"],
    ]);
    const text = await (await bytes(task, "patch", some)).text();
    expect(text.match(/^diff --git /gm)).toHaveLength(2);
    expect((await bytes(task, "patch", { path: "no.txt" })).status).toBe(404);
  });

  test("nothing outside of the worktree is read, whatever the path (GIT-20, HTTP-15)", async () => {
    const { task } = await play(null, "write: dir/secret.png | x");
    const worktree = task.worktreePath ?? "";
    const outside = join(repo, "..", "outside");
    mkdirSync(outside);
    const png = Buffer.from("89504e470d0a1a0a00", "hex");
    writeFileSync(join(outside, "secret.png"), png);
    writeFileSync(join(worktree, "x.log"), png);
    symlinkSync(join(outside, "secret.png"), join(worktree, "link.png"));
    renameSync(join(worktree, "dir"), join(worktree, "was"));
    symlinkSync(outside, join(worktree, "dir"));
    const paths = [
      "link.png",
      "dir/secret.png",
      "../outside/secret.png",
      "was/../../../../outside/secret.png",
      join(outside, "secret.png"),
      "x.log",
      ".git",
      "a\0b.png",
    ];
    for (const path of paths) {
      for (const side of ["old", "new"]) {
        const content = await bytes(task, "content", { path, side });
        expect([path, side, content.status < 400]).toEqual([path, side, false]);
        const asked = { path, side, start: "1", end: "9" };
        const { body } = await ask(task, "changes/lines", asked);
        // A link shows the text of its target, as the diff does, never what is there.
        expect(JSON.stringify(body)).not.toContain("PNG");
      }
    }
    expect(JSON.stringify(await changes(task))).not.toContain("PNG");
  });
});

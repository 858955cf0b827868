import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ulid } from "ulid";
import type { Landing } from "../../src/contract/landing.ts";
import type { Run } from "../../src/contract/run.ts";
import type { Task } from "../../src/contract/task.ts";
import { git } from "../support/repo.ts";
import { fileExists } from "../support/server.ts";
import { noticesIn, Yard } from "../support/yard.ts";

let yard: Yard;
beforeEach(async () => {
  yard = await Yard.open();
  const home = join(yard.server.dataDir, "..", "home");
  mkdirSync(home, { recursive: true });
  const person = "[user]\n\tname = Pat Person\n\temail = pat@example.test\n";
  writeFileSync(join(home, ".gitconfig"), person);
});
afterEach(() => yard.dispose());

interface Refusal {
  readonly code: string;
  readonly error: string;
  readonly hint: string;
  readonly details: { readonly output?: string } | null;
}

/** A pre-commit that says who it is, starts a child, and waits for `go`. */
function hook(): void {
  const path = join(yard.repo, ".git", "hooks", "pre-commit");
  const child = `( while :; do sleep 0.05; done ) & echo $! > ${yard.at("child")}`;
  const body = `[ -e ${yard.at("pass")} ] && exit 0
echo "checking types"
echo touched > by-hook.txt
${child}
echo $$ > ${yard.at("hook")}
${yard.until("go")}
kill $(cat ${yard.at("child")})`;
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

/** A task in review whose commit has come as far as its hook. */
async function committing() {
  hook();
  const { task, run } = await yard.client.startFake(yard.repo, "write: a.txt | one");
  await yard.client.ended(task.id, run.id);
  const now = await yard.client.task(task.id);
  const commit = yard.client.post<Refusal>(`/tasks/${task.id}/commit`, {
    message: "feat: one\n\nBecause.",
    hooks: true,
  });
  // The ones of a server that is killed have no answer.
  commit.catch(() => undefined);
  await fileExists(yard.at("hook"));
  return { task: now, commit, id: task.id };
}

async function landing(id: string): Promise<Landing> {
  const reply = await yard.client.get<{ landing: Landing }>(`/tasks/${id}/landing`);
  expect(reply.status).toBe(200);
  return reply.body.landing;
}

/** Asks until it stands as wished. */
async function standing(id: string, wish: (now: Landing) => boolean): Promise<Landing> {
  for (;;) {
    const now = await landing(id);
    if (wish(now)) return now;
  }
}

const head = (task: Task) => git(yard.repo, "rev-parse", task.branch ?? "");
const records = () => {
  const folder = join(yard.server.dataDir, "hooks");
  return existsSync(folder) ? readdirSync(folder) : [];
};
const gone = () => [yard.runs("hook"), yard.runs("child")];

describe("while the hooks of a commit run", () => {
  test("it is told at once to whoever asks, nothing else begins, and a stop ends all of it", async () => {
    const { task, commit, id } = await committing();
    const during = await standing(id, (now) => now.hookCommit?.output !== "");
    expect(during.hookCommit).toMatchObject({
      state: "running",
      subject: "feat: one",
      output: "checking types",
      sha: null,
      fault: null,
    });
    expect(during.blockers[0]).toMatchObject({ code: "running", fix: { action: "stop-or-wait" } });
    expect(during.next?.action).toBe("stop-or-wait");
    expect(records()).toEqual([`${id}.json`]);
    for (const [what, body] of [
      ["commit", { message: "Another", hooks: true }],
      ["commit", { message: "Another" }],
      ["rebase", {}],
      ["merge", { how: "squash" }],
    ] as const) {
      const refused = await yard.client.post<Refusal>(`/tasks/${id}/${what}`, body);
      expect([refused.status, refused.body.code]).toEqual([409, "already_running"]);
      expect(refused.body.error).toContain("hooks");
    }
    // What else is read of the task's files is not held up either.
    expect((await yard.client.get(`/tasks/${id}/suggestions`)).status).toBe(200);
    expect((await yard.client.get(`/tasks/${id}/changes?scope=review`)).status).toBe(200);

    const key = { "idempotency-key": ulid() };
    const stop = await yard.client.post<{ hookCommit: Landing["hookCommit"] }>(
      `/tasks/${id}/commit/stop`,
      {},
      key,
    );
    expect(stop.status).toBe(200);
    expect(stop.body.hookCommit).toMatchObject({ state: "stopped", sha: null });
    expect(await yard.client.post(`/tasks/${id}/commit/stop`, {}, key)).toEqual(stop as never);
    const answer = await commit;
    expect([answer.status, answer.body.code]).toEqual([422, "cancelled"]);
    expect(answer.body.error).toBe("Stopped: the commit was not made.");
    expect(answer.body.hint).toBe("What the hooks changed in the files is still there.");
    expect(answer.body.details?.output).toBe("checking types");
    expect(gone()).toEqual([false, false]);
    expect(records()).toEqual([]);
    expect(head(task)).toBe(task.baseSha ?? "");
    expect(existsSync(join(task.worktreePath ?? "", "by-hook.txt"))).toBe(true);
    const after = await landing(id);
    expect(after.hookCommit).toMatchObject({ state: "stopped", fault: { code: "cancelled" } });
    expect(after).toMatchObject({ next: { action: "commit" }, dirtyFiles: 2 });

    const late = await yard.client.post<Refusal>(`/tasks/${id}/commit/stop`);
    expect([late.status, late.body.code]).toEqual([422, "not_running"]);
    yard.let("pass");
    const again = await yard.client.post<{ commit: { sha: string } }>(`/tasks/${id}/commit`, {
      message: "feat: one",
      hooks: true,
    });
    expect(again.status).toBe(200);
    expect(head(task)).toBe(again.body.commit.sha);
    const made = (await landing(id)).hookCommit;
    expect(made).toMatchObject({ state: "made", sha: again.body.commit.sha });
    // One that came to no hooks is told to who asked for it, and to nobody else.
    const nothing = { message: "Nothing", hooks: true };
    const empty = await yard.client.post<Refusal>(`/tasks/${id}/commit`, nothing);
    expect([empty.status, empty.body.code]).toEqual([409, "conflict"]);
    expect((await landing(id)).hookCommit).toBeNull();
  });

  test("a message waits for them and its card says why; stopped, it waits no more; else it goes on", async () => {
    const { task, commit, id } = await committing();
    const say = async (text: string) => {
      const input = `/tasks/${id}/runs`;
      const [last] = (await yard.client.get<{ runs: Run[] }>(input)).body.runs;
      const reply = await yard.client.post<{ run: Run }>(`/runs/${last?.id}/input`, { text });
      expect(reply.status).toBe(202);
      return reply.body.run;
    };
    const first = await say("say: never");
    const waits = (now: Task) => now.live?.verb === "Waiting";
    const waiting = await yard.client.until(id, waits);
    expect(waiting.live?.object).toBe("for the commit’s hooks to end");
    expect(waiting.phase?.kind).toBe("preparing");
    await yard.client.post(`/runs/${first.id}/cancel`);
    await yard.client.ended(id, first.id);
    expect(gone()).toEqual([true, true]);
    const second = await say("say: at last");
    await yard.client.until(id, (now) => now.runId === second.id && waits(now));
    yard.let("go");
    expect((await commit).status).toBe(200);
    const events = await yard.client.ended(id, second.id);
    const said = events.filter(({ type }) => type === "assistant.text");
    expect(JSON.stringify(said)).toContain("at last");
    expect(JSON.stringify(said)).not.toContain("never");
    expect((await yard.client.task(id)).live).toBeNull();
    expect(head(task)).not.toBe(task.baseSha ?? "");
    // The agent has worked since: how that commit came out is no news any more.
    expect((await landing(id)).hookCommit).toBeNull();
  });

  test("the task is deleted: they are ended first, and nothing is kept waiting", async () => {
    const { commit, id } = await committing();
    const reply = await yard.client.call("DELETE", `/tasks/${id}`);
    expect(reply.status).toBe(200);
    expect((await commit).body.code).toBe("cancelled");
    expect(gone()).toEqual([false, false]);
  });
});

describe("a server that is gone while hooks run", () => {
  test("killed: the next one ends what is left of them and says so; the branch stays", async () => {
    const { task, id } = await committing();
    await yard.server.kill();
    expect(gone()).toEqual([true, true]);
    yard.server = await yard.server.restart();
    const seen = await yard.client.events(
      "/events?after=0",
      (event) => event.type === "notice" && event.taskId === id,
    );
    const notice = noticesIn(seen).at(-1);
    expect(notice).toMatchObject({ level: "warning", code: "hooks_cut_short" });
    expect(notice?.message).toContain("“feat: one”");
    expect(gone()).toEqual([false, false]);
    expect(records()).toEqual([]);
    expect(head(task)).toBe(task.baseSha ?? "");
    expect((await landing(id)).hookCommit).toBeNull();
    yard.let("pass");
    const body = { message: "feat: one", hooks: true };
    expect((await yard.client.post(`/tasks/${id}/commit`, body)).status).toBe(200);
    expect(head(task)).not.toBe(task.baseSha ?? "");
  });

  test("told to end: it ends them itself", async () => {
    const { task } = await committing();
    expect(await yard.server.stop()).toBe(0);
    expect(gone()).toEqual([false, false]);
    expect(records()).toEqual([]);
    expect(head(task)).toBe(task.baseSha ?? "");
  });
});

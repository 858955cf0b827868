import { expect, test } from "bun:test";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../agents/driver.ts";
import type { PullRequest } from "../contract/landing.ts";
import { introduce, startFree } from "../git/testing/landing.ts";
import { sandbox, script } from "../git/testing/sandbox.ts";
import { createHost } from "../host/host.ts";
import { tempStore } from "../store/testing/harness.ts";
import { aTask } from "../store/testing/records.ts";
import { Core } from "./core.ts";
import { Hub } from "./hub.ts";
import { PullRequests } from "./pull-requests.ts";

/** A clock whose alarms a test lets go off. */
function alarmClock() {
  const alarms: { readonly ms: number; readonly run: () => void }[] = [];
  const { promise: set, resolve } = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => 1_700_000_000_000,
    monotonic: () => 0,
    after: (ms, run) => {
      alarms.push({ ms, run });
      if (alarms.length === 2) resolve();
      return () => undefined;
    },
  };
  return { clock, alarms, again: set };
}

const seen: PullRequest = {
  forge: "gh",
  number: 7,
  url: "https://github.com/owner/name/pull/7",
  title: "Title",
  state: "open",
  checks: { passed: 0, failed: 0, pending: 1 },
  review: "none",
  updatedAt: 1,
};

test("open requests of cards in review are read again each minute, and no others", async () => {
  using box = sandbox();
  introduce(box);
  using store = tempStore();
  const { repo, task } = await startFree(box);
  box.sh(repo, "remote", "add", "origin", "git@github.com:owner/name.git");
  const log = join(box.root, "gh.log");
  const answer = {
    number: 7,
    url: seen.url,
    title: "Title",
    state: "MERGED",
    isDraft: false,
    updatedAt: "2026-01-02T03:04:05Z",
  };
  const gh = `echo "$*" >> ${log}; cat > /dev/null; echo '${JSON.stringify(answer)}'`;
  chmodSync(script(join(box.root, "bin/gh"), gh), 0o755);
  writeFileSync(log, "");
  const env = { HOME: box.home, PATH: `${join(box.root, "bin")}:${process.env["PATH"]}` };
  const place = { commonDir: task.commonDir, worktreePath: task.path, branch: task.branch };
  const common = { ...place, baseSha: task.baseSha, pullRequest: seen };
  store.transact((tx) => {
    tx.putTask(aTask(task.id, { ...common, column: "review" }));
    tx.putTask(aTask("01JD0000000000000000000008", { ...common, column: "done" }));
    tx.putTask(
      aTask("01JD0000000000000000000009", { ...common, column: "review", pullRequest: null }),
    );
  });
  const { clock, alarms, again } = alarmClock();
  const deps = {
    store,
    git: box.withGit({ env }),
    host: createHost({ dataDir: box.dataDir, env }),
    drivers: new Map(),
    clock,
    newId: () => "",
    dataDir: box.dataDir,
    overrides: {},
    log: () => undefined,
    bridge: { argv: [process.execPath] as const, socket: "", mcpUrl: () => "" },
  };
  const requests = new PullRequests(new Core(deps, new Hub(store, () => [])));
  requests.begin();
  expect(alarms.map(({ ms }) => ms)).toEqual([60_000]);
  alarms[0]?.run();
  await again;
  expect(store.task(task.id)?.pullRequest).toMatchObject({ number: 7, state: "merged" });
  expect(readFileSync(log, "utf8").trim().split("\n")).toEqual([
    "pr view 7 --repo github.com/owner/name --json number,url,title,state,isDraft,statusCheckRollup,reviewDecision,updatedAt",
  ]);
  requests.stop();
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fault } from "../../contract/fault.ts";
import { err, ok } from "../../contract/result.ts";
import { Processes } from "../../host/process.ts";
import type { ProcessRef } from "../../host/types.ts";
import { doing, introduce, startFree, status } from "../testing/landing.ts";
import { codeOf, type Sandbox, sandbox, script, unwrap } from "../testing/sandbox.ts";
import type { HookMinder } from "./types.ts";

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
  introduce(box);
});
afterEach(() => box[Symbol.dispose]());

const hooked = { message: "Do it", paths: null, hooks: true };
const processes = new Processes();

/** Minds hooks as the engine does, and resolves `said` as soon as they have printed a line with it. */
function minder() {
  const abort = new AbortController();
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  const told: string[] = [];
  let heard = "";
  let leader: ProcessRef | null = null;
  const mind: HookMinder = {
    signal: abort.signal,
    began: async (pid) => {
      leader = await processes.identify(pid);
      told.push("began");
      return ok(null);
    },
    printed: (text) => {
      heard += text;
      for (const one of waiting) if (heard.includes(one.text)) one.resolve();
    },
    end: async () => {
      if (leader !== null) await processes.end(leader, "SIGINT", 20_000);
    },
    over: async () => void told.push("over"),
  };
  const said = (text: string): Promise<string> =>
    new Promise((resolve) => {
      waiting.push({ text, resolve: () => resolve(heard) });
      if (heard.includes(text)) resolve(heard);
    });
  return { mind, said, told, stop: () => abort.abort(), leader: () => leader };
}

describe("hooks that are minded", () => {
  test("end with all they started when they are stopped; the branch stays, and it can be tried again", async () => {
    const { repo, task, site } = await startFree(box);
    const wait = join(box.root, "wait");
    const tidied = join(box.root, "tidied");
    script(
      join(repo, ".git/hooks/pre-commit"),
      // As pre-commit does: what Ctrl-C means is heard, and what was set aside is put back.
      `[ -e ${wait} ] && exit 0
trap 'touch ${tidied}; exit 130' INT
echo changed > by-hook.txt
sh -c 'echo "child $$ hook $PPID"; exec sleep 600'`,
    );
    box.write(task.path, { "a.txt": "1\n" });
    const { mind, said, told, stop, leader } = minder();
    const going = box.git.landing.commit(site, doing(), hooked, mind);
    const [, child, hook] = /child (\d+) hook (\d+)/.exec(await said("\n")) ?? [];
    expect(await processes.identify(Number(child))).not.toBeNull();
    // Whoever asks how it stands is not kept waiting.
    expect(unwrap(await box.git.landing.standing(site, "main")).dirty).toContain("by-hook.txt");
    stop();
    expect(codeOf(await going)).toBe("cancelled");
    const ref = leader();
    if (ref === null) throw new Error("nobody was told of the process");
    for (const pid of [child, hook, ref.pid]) {
      expect(await processes.identify(Number(pid))).toBeNull();
    }
    expect(existsSync(tidied)).toBe(true);
    expect(told).toEqual(["began", "over"]);
    expect(box.sh(task.path, "rev-parse", "agetor/t0")).toBe(task.baseSha);
    expect(status(box, task.path)).toEqual([" M a.txt", "?? by-hook.txt"]);
    box.write(box.root, { wait: "" });
    const made = unwrap(await box.git.landing.commit(site, doing(), hooked, minder().mind));
    expect(box.sh(task.path, "rev-parse", "agetor/t0")).toBe(made.sha);
    expect(status(box, task.path)).toEqual([]);
  });

  test("begin only when their process has been written down", async () => {
    const { repo, task, site } = await startFree(box);
    const ran = join(box.root, "ran");
    script(join(repo, ".git/hooks/pre-commit"), `touch ${ran}`);
    box.write(task.path, { "a.txt": "1\n" });
    const { mind, leader } = minder();
    const full = err(fault("disk_full", "The disk is full."));
    const began = async (pid: number) => {
      await mind.began(pid);
      return full;
    };
    const refused = await box.git.landing.commit(site, doing(), hooked, { ...mind, began });
    expect(codeOf(refused)).toBe("disk_full");
    const ref = leader();
    expect(ref === null ? null : await processes.alive(ref)).toBe(false);
    expect(existsSync(ran)).toBe(false);
    expect(box.sh(task.path, "rev-parse", "HEAD")).toBe(task.baseSha);
  });

  test("get the message whole; one that refuses is quoted by its last words", async () => {
    const { repo, task, site } = await startFree(box);
    const seen = join(box.root, "seen");
    script(join(repo, ".git/hooks/commit-msg"), `cat "$1" > ${seen}`);
    box.write(task.path, { "a.txt": "1\n" });
    const message = "Say é\n\nThe body,\nwith lines.";
    const wish = { ...hooked, message };
    unwrap(await box.git.landing.commit(site, doing(), wish, minder().mind));
    expect(readFileSync(seen, "utf8")).toBe(`${message}\n`);
    const noise =
      "i=0; while [ $i -lt 3000 ]; do echo 'a line of forty characters, or nearly'; i=$((i+1)); done";
    script(join(repo, ".git/hooks/pre-commit"), `${noise}; echo 'the reason'; exit 1`);
    box.write(task.path, { "a.txt": "2\n" });
    const refused = await box.git.landing.commit(site, doing(), hooked, minder().mind);
    expect(codeOf(refused)).toBe("hook_failed");
    expect(JSON.stringify(refused)).toContain('the reason"');
  });

  test("a branch that was switched meanwhile gets no commit that was made for another", async () => {
    const { repo, task, site } = await startFree(box);
    script(
      join(repo, ".git/hooks/pre-commit"),
      `unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE GIT_OBJECT_DIRECTORY; git -C ${task.path} switch -qc other >&2`,
    );
    box.write(task.path, { "a.txt": "1\n" });
    const refused = await box.git.landing.commit(site, doing(), hooked, minder().mind);
    expect(codeOf(refused)).toBe("conflict");
    expect(box.sh(repo, "rev-parse", "agetor/t0", "other")).toBe(
      `${task.baseSha}\n${task.baseSha}`,
    );
    expect(status(box, task.path)).toEqual([" M a.txt"]);
  });
});

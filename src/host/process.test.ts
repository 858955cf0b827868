import { afterAll, describe, expect, test } from "bun:test";
import { Processes, type ProcessTable, procTable, psTable } from "./process.ts";
import { Workspace } from "./testing/workspace.ts";

const work = new Workspace();
afterAll(() => work.remove());

const hasProc = process.platform === "linux";

/** A group leader with one child in its group; both ignore SIGTERM when told so. */
async function group(ignoreTerm = false) {
  const ready = work.path(`ready-${crypto.randomUUID()}`);
  const trap = ignoreTerm ? "trap '' TERM; " : "";
  const leader = Bun.spawn(["sh", "-c", `${trap}sleep 600 & echo $! >"$0"; wait`, ready], {
    detached: true,
    stdio: ["ignore", "ignore", "ignore"],
  });
  const child = Number(await work.text(ready));
  return { leader, child };
}

describe("naming a process", () => {
  test("is stable for one process and different for another", async () => {
    const processes = new Processes();
    const first = await processes.identify(process.pid);
    expect(first).not.toBeNull();
    expect(await processes.identify(process.pid)).toEqual(first!);
    expect(await new Processes().alive(first!)).toBe(true);
    expect(await processes.identify(0)).toBeNull();
    expect(await processes.identify(-1)).toBeNull();
  });

  test("knows an ended process, and one of another boot, as gone", async () => {
    const processes = new Processes();
    const child = Bun.spawn(["sleep", "600"]);
    const ref = (await processes.identify(child.pid))!;
    expect(await processes.alive({ ...ref, bootId: "another" })).toBe(false);
    child.kill("SIGKILL");
    await child.exited;
    expect(await processes.alive(ref)).toBe(false);
    expect(await processes.identify(child.pid)).toBeNull();
  });

  test.skipIf(!hasProc)("a zombie is not alive, PROC-02 (Linux only)", async () => {
    const processes = new Processes();
    // The parent never waits: its child stays a zombie as long as the parent lives.
    const parent = Bun.spawn(["sh", "-c", "sleep 0 & echo $!; exec sleep 600"], {
      stdout: "pipe",
    });
    const reader = parent.stdout.getReader();
    const zombie = Number(new TextDecoder().decode((await reader.read()).value));
    const row = await work.until(async () => {
      const seen = await procTable().row(zombie);
      return seen?.zombie ? seen : null;
    });
    expect(await processes.identify(zombie)).toBeNull();
    const ref = { pid: zombie, startTime: row.startTime, bootId: await processes.bootId() };
    expect(await processes.alive(ref)).toBe(false);
    parent.kill("SIGKILL");
    await parent.exited;
  });

  test.skipIf(!hasProc)(
    "a process whose name has parentheses and spaces is read right (Linux only)",
    async () => {
      const odd = work.path("a) S 1 (b");
      await Bun.write(odd, "#!/bin/sh\nread x\n");
      const { chmodSync } = await import("node:fs");
      chmodSync(odd, 0o755);
      const child = Bun.spawn([odd], { stdin: "pipe", detached: true });
      const row = await work.until(async () => {
        const seen = await procTable().row(child.pid);
        return seen?.group === child.pid ? seen : null;
      });
      expect(row.startTime).toMatch(/^\d+$/);
      expect(row.session).toBe(child.pid);
      child.kill("SIGKILL");
      await child.exited;
    },
  );
});

describe("where there is no /proc", () => {
  const noBoot = (table: ProcessTable): ProcessTable => ({ ...table, bootId: async () => "boot" });

  test.skipIf(Bun.which("ps") === null)("ps tells the same story (needs ps)", async () => {
    const processes = new Processes(noBoot(psTable()));
    const { leader, child } = await group();
    const ref = (await processes.identify(leader.pid))!;
    expect(ref.startTime).toMatch(/^\w{3} \w{3} \d{1,2} \d\d:\d\d:\d\d \d{4}$/);
    expect(await processes.alive(ref)).toBe(true);
    const all = await processes.identifyAll([leader.pid, child, 1 << 28]);
    expect([...all.keys()].sort()).toEqual([leader.pid, child].sort());
    expect((await processes.members(ref)).map((row) => row.pid).sort()).toEqual(
      [leader.pid, child].sort(),
    );
    expect(await processes.signalGroup(ref, "SIGKILL")).toBe(true);
    await leader.exited;
    await work.until(async () => ((await processes.members(ref)).length === 0 ? true : null));
    expect(await processes.alive(ref)).toBe(false);
  });
});

describe("signalling a group", () => {
  test("ends the leader and its children", async () => {
    const processes = new Processes();
    const { leader, child } = await group();
    const ref = (await processes.identify(leader.pid))!;
    expect(await processes.signalGroup(ref, "SIGKILL")).toBe(true);
    await leader.exited;
    await work.until(async () => ((await processes.identify(child)) === null ? true : null));
    expect(await processes.signalGroup(ref, "SIGKILL")).toBe(false);
  });

  test("refuses a reused pid, another boot, an unread start time and a mere member (PROC-03)", async () => {
    const processes = new Processes();
    const { leader, child } = await group();
    const ref = (await processes.identify(leader.pid))!;
    for (const wrong of [
      { ...ref, startTime: "1" },
      { ...ref, startTime: "" },
      { ...ref, bootId: "another" },
      (await processes.identify(child))!,
    ]) {
      expect(await processes.signalGroup(wrong, "SIGKILL")).toBe(false);
    }
    expect(await processes.members({ ...ref, startTime: "1" })).toEqual([]);
    expect(await processes.signalMembers({ ...ref, startTime: "1" }, "SIGKILL")).toBe(false);
    expect(await processes.alive(ref)).toBe(true);
    await processes.signalGroup(ref, "SIGKILL");
    await leader.exited;
  });

  test("finds the group's members behind a dead leader", async () => {
    const processes = new Processes();
    const { leader, child } = await group();
    const ref = (await processes.identify(leader.pid))!;
    leader.kill("SIGKILL");
    await leader.exited;
    expect(await processes.signalGroup(ref, "SIGTERM")).toBe(false);
    expect((await processes.members(ref)).map((row) => row.pid)).toEqual([child]);
    expect(await processes.signalMembers(ref, "SIGKILL")).toBe(true);
    await work.until(async () => ((await processes.members(ref)).length === 0 ? true : null));
  });
});

describe("ending what a program left", () => {
  test("politely, and what does not hear that by force; a reused pid is left alone", async () => {
    const processes = new Processes();
    const polite = await group();
    const deaf = await group(true);
    const refs = await processes.identifyAll([polite.leader.pid, deaf.leader.pid]);
    const [one, other] = [refs.get(polite.leader.pid), refs.get(deaf.leader.pid)];
    if (one === undefined || other === undefined) throw new Error("they do not run");
    expect(await processes.end({ ...one, startTime: "1" }, "SIGTERM", 20_000)).toEqual([]);
    expect(await processes.alive(one)).toBe(true);
    expect(await processes.end(one, "SIGTERM", 20_000)).toEqual([]);
    await polite.leader.exited;
    expect(polite.leader.signalCode).toBe("SIGTERM");
    expect(await processes.end(other, "SIGTERM", 50)).toEqual([]);
    await deaf.leader.exited;
    expect(deaf.leader.signalCode).toBe("SIGKILL");
    for (const { child } of [polite, deaf]) expect(await processes.identify(child)).toBeNull();
  });
});

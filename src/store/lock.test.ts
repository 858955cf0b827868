import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { opened, program, refused, tempDir } from "./testing/harness.ts";

describe("one server per data folder", () => {
  test("a second process is refused at once with the pid; kill -9 frees the folder", async () => {
    using dir = tempDir();
    const first = await program("hold.ts", dir.path);
    expect(await first.line()).toBe("open");

    const fault = refused(dir.path);
    expect(fault.code).toBe("locked");
    expect(fault.message).toContain(`pid ${first.child.pid}`);
    expect(fault.hint).toContain(`npm run agetor -- open --data-dir ${dir.path}`);
    expect(fault.hint).toContain("--data-dir DIR (or AGETOR_DATA_DIR)");
    expect(fault.details).toEqual({ reason: "in-use", pid: first.child.pid });

    first.child.kill("SIGKILL");
    await first.child.exited;
    opened(dir.path).close();
  });

  test("a stopped (hung) server keeps its folder", async () => {
    using dir = tempDir();
    const first = await program("hold.ts", dir.path);
    expect(await first.line()).toBe("open");
    first.child.kill("SIGSTOP");
    expect(refused(dir.path).details?.["pid"]).toBe(first.child.pid);
    first.child.kill("SIGKILL");
    await first.child.exited;
  });

  test("a second store in the same process is refused and does not loosen the first", async () => {
    using dir = tempDir();
    const first = opened(dir.path);
    expect(refused(dir.path).details?.["pid"]).toBe(process.pid);
    first.backup();
    const other = await program("hold.ts", dir.path);
    expect(JSON.parse((await other.line()) ?? "")).toMatchObject({ code: "locked" });
    expect(await other.child.exited).toBe(3);
    first.close();
  });

  test("closing frees the folder for the next one", async () => {
    using dir = tempDir();
    const first = await program("hold.ts", dir.path);
    expect(await first.line()).toBe("open");
    await first.child.stdin.end();
    expect(await first.child.exited).toBe(0);
    expect(existsSync(join(dir.path, "lock.pid"))).toBe(false);
    opened(dir.path).close();
  });

  test("the pid of a process that is gone is not named", () => {
    using dir = tempDir();
    const first = opened(dir.path);
    writeFileSync(join(dir.path, "lock.pid"), "not a pid");
    const fault = refused(dir.path);
    expect(fault.details).toEqual({ reason: "in-use", pid: null });
    first.close();
  });

  test("a damaged lock file is named", () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "lock.db"), "x".repeat(5000));
    expect(refused(dir.path).message).toContain("lock.db");
  });
});

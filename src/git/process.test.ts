import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { isAlive } from "./process.ts";

test("a process is alive until it has ended", async () => {
  expect(isAlive(process.pid)).toBe(true);
  const child = spawn("true", { stdio: "ignore" });
  await new Promise((resolve) => child.once("exit", resolve));
  expect(isAlive(child.pid ?? 0)).toBe(false);
});

test.skipIf(!existsSync("/proc/self/stat"))(
  "one that has ended and whose parent does not look is not alive (Linux only)",
  async () => {
    // The parent takes another program on, which waits for no child.
    const script = "sleep 0 & echo $!; exec sleep 600";
    const parent = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    const [said] = (await new Promise<readonly Buffer[]>((resolve) =>
      parent.stdout.once("data", (...data: Buffer[]) => resolve(data)),
    )) as readonly Buffer[];
    const pid = Number(String(said).trim());
    try {
      while (isAlive(pid)) await Bun.sleep(5);
      // It is still in the table.
      expect(process.kill(pid, 0)).toBe(true);
    } finally {
      parent.kill("SIGKILL");
    }
  },
);

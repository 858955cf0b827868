import { afterEach, expect, test } from "bun:test";
import { endCommands } from "./children.ts";

const linux = process.platform === "linux";
const started: Bun.Subprocess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** A command as Codex leaves it: in a session of its own, marked with its thread. */
async function command(thread: string) {
  const child = Bun.spawn(["sh", "-c", "sleep 600 & echo up; wait"], {
    env: { ...process.env, CODEX_THREAD_ID: thread },
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  started.push(child);
  // Who has spoken is past its exec, so its environment is its own.
  await child.stdout.getReader().read();
  return child;
}

test.skipIf(!linux)(
  "ends the commands of one thread, with what they started (Linux only)",
  async () => {
    const mine = await command("thread-1");
    const other = await command("thread-10");
    expect(await endCommands("thread-1")).toBe(1);
    await mine.exited;
    expect(mine.signalCode).toBe("SIGKILL");
    expect(other.exitCode ?? other.signalCode).toBeNull();
  },
);

test("without a thread there is nothing to end", async () => {
  expect(await endCommands(null)).toBe(0);
});

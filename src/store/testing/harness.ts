import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault } from "../../contract/fault.ts";
import { type OpenOptions, openStore } from "../open.ts";
import type { Store } from "../types.ts";

/** A folder that is gone after `using` ends its block. */
export function tempDir(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "agetor-store-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export const testClock = { now: () => 1_700_000_000_000 };

export type TestStore = Store & { readonly dir: string; [Symbol.dispose](): void };

/** A fresh store in a temporary folder, closed and removed at the end of the block. */
export function tempStore(): TestStore {
  const dir = tempDir();
  const store = opened(dir.path);
  return {
    ...store,
    dir: dir.path,
    [Symbol.dispose]() {
      store.close();
      dir[Symbol.dispose]();
    },
  };
}

export function opened(dataDir: string, more: Partial<OpenOptions> = {}): Store {
  const store = openStore({ dataDir, clock: testClock, ...more });
  if (!store.ok) throw new Error(`${store.fault.message} ${store.fault.hint}`);
  return store.value;
}

/** Opens a store that must not open; answers why. */
export function refused(dataDir: string, more: Partial<OpenOptions> = {}): Fault {
  const store = openStore({ dataDir, clock: testClock, ...more });
  if (!store.ok) return store.fault;
  store.value.close();
  throw new Error("the store opened");
}

export function sha256(path: string): Promise<string> {
  return Bun.file(path)
    .arrayBuffer()
    .then((bytes) => new Bun.CryptoHasher("sha256").update(bytes).digest("hex"));
}

/**
 * Starts a program of this folder under Bun with the data folder as argument and answers it with
 * its first line of output.
 */
export async function program(name: "hold.ts" | "insert.ts", dataDir: string) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, name), dataDir], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  /** The next whole line, or null at the end. */
  async function line(): Promise<string | null> {
    for (;;) {
      const end = buffer.indexOf("\n");
      if (end >= 0) {
        const text = buffer.slice(0, end);
        buffer = buffer.slice(end + 1);
        return text;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      buffer += decoder.decode(value, { stream: true });
    }
  }
  return { child, line };
}

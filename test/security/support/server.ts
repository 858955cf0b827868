import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AuditEntry } from "../../../src/http/handler.ts";
import type { OpenRequest } from "../../../src/http/opener.ts";
import { type Listening, listen } from "../../../src/http/server.ts";
import { MemoryEngine } from "./memory-engine.ts";

export const token = `test-${"t".repeat(40)}`;

/** The files of a board as the build leaves them. */
const board = {
  "index.html": "<!doctype html><html><head><title>A</title></head><body></body></html>",
  "assets/app-1a2b.js": "export {};",
  "assets/app-1a2b.js.gz": Bun.gzipSync("export {};"),
  "favicon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
};

export interface TestServer {
  readonly engine: MemoryEngine;
  readonly listening: Listening;
  readonly port: number;
  readonly base: string;
  readonly dataDir: string;
  readonly webRoot: string;
  readonly audited: AuditEntry[];
  readonly reported: unknown[];
  /** What the opener was asked to open. */
  readonly opened: OpenRequest[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Resolves when no more than `count` requests and streams are in progress. */
  pendingAtMost(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** A really listening server over an engine in memory. */
export function startServer(
  options: { pingMs?: number; idleSeconds?: number; built?: boolean } = {},
): TestServer {
  const home = mkdtempSync(join(tmpdir(), "agetor-http-"));
  const dataDir = join(home, "data");
  const webRoot = join(home, "web");
  mkdirSync(dataDir, { mode: 0o700 });
  if (options.built !== false) {
    for (const [name, content] of Object.entries(board)) {
      mkdirSync(dirname(join(webRoot, name)), { recursive: true });
      writeFileSync(join(webRoot, name), content);
    }
  }
  const engine = new MemoryEngine(token);
  const audited: AuditEntry[] = [];
  const reported: unknown[] = [];
  const opened: OpenRequest[] = [];
  const listening = listen({
    engine,
    mcp: engine.mcp,
    port: 0,
    dataDir,
    token,
    info: { version: "1.2.3", commit: null, startedAt: 1, platform: "test", runtime: "bun" },
    home,
    cwd: home,
    env: {},
    webRoot,
    opener: {
      open: (request) => {
        opened.push(request);
        return { ok: true, value: { opened: true } };
      },
      run: () => Promise.resolve({ ok: true, value: { opened: true } }),
    },
    audit: (entry) => audited.push(entry),
    report: (error) => reported.push(error),
    ...(options.pingMs === undefined ? {} : { pingMs: options.pingMs }),
    ...(options.idleSeconds === undefined ? {} : { idleSeconds: options.idleSeconds }),
  });
  if (!listening.ok) throw new Error(listening.fault.message);
  const { port } = listening.value;
  const base = `http://127.0.0.1:${port}`;
  return {
    engine,
    listening: listening.value,
    port,
    base,
    dataDir,
    webRoot,
    audited,
    reported,
    opened,
    fetch: (path, init) =>
      fetch(base + path, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...init?.headers },
      }),
    pendingAtMost: (count) =>
      new Promise((resolve) => {
        const look = setInterval(() => {
          if (listening.value.pending() > count) return;
          clearInterval(look);
          resolve();
        }, 10);
      }),
    async stop() {
      await listening.value.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

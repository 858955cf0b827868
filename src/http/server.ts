import { chmodSync, lstatSync, rmSync } from "node:fs";
import { err, ok, type Result } from "../contract/result.ts";
import type { Engine, Info } from "../engine/api.ts";
import { lastPort, removeCoreFile, writeCoreFile } from "./core-file.ts";
import type { AgentDoor } from "./endpoint.ts";
import { type AuditEntry, createHandler, type Handler } from "./handler.ts";
import { createMemo } from "./memo.ts";
import type { Opener } from "./opener.ts";
import type { Door, Peer } from "./peer.ts";
import { socketPathFor } from "./socket-path.ts";
import { createPages } from "./static.ts";
import { createStreamSet } from "./stream-set.ts";

export interface ListenOptions {
  readonly engine: Engine;
  readonly mcp: AgentDoor;
  /** 0 = any free port, the last one of this data directory if it is still free. */
  readonly port: number;
  /** Nothing but this is accepted; it is an option so that the refusal can be seen. */
  readonly hostname?: string;
  readonly dataDir: string;
  /** The launch token, for `agetor-core.json`. */
  readonly token: string;
  readonly info: Omit<Info, "port" | "dataDir">;
  readonly home: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder the board was built into. */
  readonly webRoot: string;
  readonly opener: Opener;
  readonly audit: (entry: AuditEntry) => void;
  readonly report: (error: unknown, where: string) => void;
  readonly pingMs?: number;
  /** After this many seconds without a byte a connection that nobody waits on is ended. */
  readonly idleSeconds?: number;
}

export interface Listening {
  readonly port: number;
  readonly socket: string;
  /** A fresh URL that lets one browser in, once, within 60 s. */
  url(): string;
  /** Requests and streams in progress, for leak tests. */
  pending(): number;
  /** Ends every connection and gives up port, socket and `agetor-core.json`. */
  stop(): Promise<void>;
}

/** Why the server cannot listen: for the person who starts it. */
export interface ListenFault {
  readonly code: "not_loopback" | "port_in_use" | "socket_failed" | "listen_failed";
  readonly message: string;
  readonly hint: string;
}

/** Room for our own answer to a body that is too large: beyond this Bun refuses by itself. */
const neverReached = Number.MAX_SAFE_INTEGER;

/** Listens on 127.0.0.1 and on the unix socket, with one handler, and says so in the core file. */
export function listen(options: ListenOptions): Result<Listening, ListenFault> {
  const { hostname = "127.0.0.1", dataDir, engine, info, token, env } = options;
  if (hostname !== "127.0.0.1") {
    return failed(
      "not_loopback",
      `Agetor does not listen on ${hostname}.`,
      "It is for this machine only: 127.0.0.1.",
    );
  }
  const socket = socketPathFor(dataDir, env);
  if (!socket.ok)
    return failed(
      "socket_failed",
      socket.fault,
      "Choose a shorter path: `--data-dir DIR` (or AGETOR_DATA_DIR).",
    );

  const streamSet = createStreamSet();
  const idleSeconds = options.idleSeconds ?? 10;
  let port = options.port;
  const handle = createHandler({
    context: {
      ...contextOf(options),
      info: () => ({ ...info, dataDir, port }),
      streamSet,
      stalledSeconds: idleSeconds,
    },
    pages: createPages(options.webRoot),
    audit: options.audit,
    report: options.report,
  });

  const tcp = bindTcp({ port: options.port, dataDir, idleSeconds }, handle);
  if (!tcp.ok) return tcp;
  port = tcp.value.port ?? options.port;
  const unix = bindUnix(socket.value, handle);
  if (!unix.ok) {
    tcp.value.stop(true).catch(() => undefined);
    return unix;
  }
  const { version, startedAt } = info;
  writeCoreFile(dataDir, {
    port,
    token,
    pid: process.pid,
    version,
    startedAt,
    socket: socket.value,
  });
  return ok({
    port,
    socket: socket.value,
    url: () => `http://127.0.0.1:${port}/#code=${engine.auth.issueCode().code}`,
    pending: () => tcp.value.pendingRequests + unix.value.pendingRequests,
    async stop() {
      removeCoreFile(dataDir, process.pid);
      streamSet.dropAll();
      await Promise.all([tcp.value.stop(true), unix.value.stop(true)]);
      rmSync(socket.value, { force: true });
    },
  });
}

function contextOf(options: ListenOptions) {
  const { engine, mcp, home, cwd, opener, pingMs = 15_000 } = options;
  return { engine, mcp, home, cwd, opener, memo: createMemo(), pingMs };
}

type BunServer = Bun.Server<undefined>;

function bindTcp(
  { port, dataDir, idleSeconds }: { port: number; dataDir: string; idleSeconds: number },
  handle: Handler,
): Result<BunServer, ListenFault> {
  const bind = (wanted: number): BunServer => {
    const server: BunServer = Bun.serve({
      hostname: "127.0.0.1",
      port: wanted,
      idleTimeout: idleSeconds,
      maxRequestBodySize: neverReached,
      development: false,
      // Not the default it is said to be: without this line, `development: false` lets any other
      // process of the user listen on the same port and be given half of the connections.
      reusePort: false,
      fetch: (request, self) =>
        handle(request, peerOf(request, self, { kind: "tcp", port: self.port ?? wanted })),
    });
    return server;
  };
  const earlier = port === 0 ? lastPort(dataDir) : null;
  try {
    if (earlier !== null) return ok(bind(earlier));
  } catch {
    // Somebody else has it now: any other will do.
  }
  try {
    return ok(bind(port));
  } catch (error) {
    if (codeOf(error) === "EADDRINUSE") {
      const hint = `Stop the other program, or choose another port: --port ${port + 1} (or AGETOR_API_PORT; 0 = any free port).`;
      return failed("port_in_use", `Port ${port} is already in use.`, hint);
    }
    if (codeOf(error) === "EACCES") {
      return failed("listen_failed", `Port ${port} may not be used.`, "Choose a port above 1023.");
    }
    return failed(
      "listen_failed",
      `Cannot listen on port ${port}: ${String(error)}`,
      "Choose another port.",
    );
  }
}

/** The caller holds the lock of the data directory, so whatever is at the path is left over. */
function bindUnix(path: string, handle: Handler): Result<BunServer, ListenFault> {
  try {
    const left = lstatSync(path, { throwIfNoEntry: false });
    if (left !== undefined && !left.isSocket()) {
      const hint = "Move it away: Agetor keeps its socket there.";
      return failed("socket_failed", `${path} is not a socket.`, hint);
    }
    rmSync(path, { force: true });
    const server: BunServer = Bun.serve({
      unix: path,
      maxRequestBodySize: neverReached,
      development: false,
      fetch: (request, self) => handle(request, peerOf(request, self, { kind: "socket" })),
    });
    chmodSync(path, 0o600);
    return ok(server);
  } catch (error) {
    return failed(
      "socket_failed",
      `Cannot listen on ${path}: ${String(error)}`,
      "Check the data directory.",
    );
  }
}

function peerOf(request: Request, server: BunServer, door: Door): Peer {
  return {
    door,
    address: server.requestIP(request)?.address ?? null,
    idle: (seconds) => server.timeout(request, seconds),
  };
}

function failed(
  code: ListenFault["code"],
  message: string,
  hint: string,
): { readonly ok: false; readonly fault: ListenFault } {
  return err({ code, message, hint });
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : null;
}

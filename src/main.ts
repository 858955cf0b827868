/**
 * The composition root: reads the environment, opens the store, wires the parts and listens.
 * Nothing else in the program has import side effects.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { monotonicFactory } from "ulid";
import { createClaudeDriver } from "./agents/claude/driver.ts";
import { createCodexDriver } from "./agents/codex/driver.ts";
import type { Clock, Driver } from "./agents/driver.ts";
import { createFakeDriver, fakeDescriptor } from "./agents/fake/driver.ts";
import type { Fault } from "./contract/fault.ts";
import { routes } from "./contract/routes.ts";
import { type Config, readConfig } from "./domain/config.ts";
import type { Engine } from "./engine/api.ts";
import { createAuth } from "./engine/auth.ts";
import type { Log } from "./engine/core.ts";
import { createEngine } from "./engine/engine.ts";
import { createGit } from "./git/git.ts";
import { createHost } from "./host/host.ts";
import { ownFiles } from "./host/own-files.ts";
import { createOpener } from "./http/opener.ts";
import { type Listening, listen } from "./http/server.ts";
import { socketPathFor } from "./http/socket-path.ts";
import { McpEndpoint } from "./mcp/endpoint.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/types.ts";

/** Exit codes: 2 = the settings are wrong, 3 = the data directory or the port is not to be had. */
const exitSettings = 2;
const exitUnavailable = 3;

const own = ownFiles(Bun.main);

const clock: Clock & { now(): number } = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const log: Log = (level, message, data) => {
  if (level === "debug") {
    return;
  }
  const line = JSON.stringify({ at: new Date().toISOString(), level, message, ...data });
  process.stderr.write(`${line}\n`);
};

async function main(): Promise<void> {
  const startedAt = clock.now();
  process.umask(0o077);
  const config = readConfig(process.env, homedir());
  if (!config.ok) {
    fail(config.fault, exitSettings);
  }
  const store = openStore({ dataDir: config.value.dataDir, clock });
  if (!store.ok) {
    fail(store.fault, exitUnavailable);
  }
  const token = config.value.token ?? randomBytes(32).toString("base64url");
  const socket = socketPathFor(config.value.dataDir, process.env);
  if (!socket.ok) {
    store.value.close();
    fail(
      {
        code: "internal",
        message: socket.fault,
        hint: "Choose a shorter path: `--data-dir DIR` (or AGETOR_DATA_DIR).",
      },
      exitUnavailable,
    );
  }
  const door: Door = { socket: socket.value, port: null };
  const engine = wire(config.value, store.value, token, door);
  const { questions } = engine;
  const listening = listen({
    engine,
    mcp: new McpEndpoint({ questions, newId: monotonicFactory(), now: clock.now }),
    port: config.value.port ?? 4317,
    dataDir: config.value.dataDir,
    token,
    info: {
      version: versionOfPackage(),
      commit: process.env["AGETOR_COMMIT"] ?? null,
      startedAt,
      platform: `${process.platform}-${process.arch}`,
      runtime: `bun ${Bun.version}`,
    },
    home: homedir(),
    cwd: process.cwd(),
    env: process.env,
    webRoot: own.board,
    opener: createOpener(process.env),
    audit: (entry) => log("info", "write", { ...entry }),
    report: (error, where) => log("error", "a bug", { where, why: String(error) }),
  });
  if (!listening.ok) {
    store.value.close();
    fail(listening.fault, exitUnavailable);
  }
  door.port = listening.value.port;
  endWell(engine, listening.value, store.value);
  await engine.boot();
  welcome(config.value, listening.value);
}

/** Where agents' own processes reach this server; the port is known once it listens. */
interface Door {
  readonly socket: string;
  port: number | null;
}

function wire(config: Config, store: Store, launchToken: string, door: Door): Engine {
  const newId = monotonicFactory();
  const host = createHost({
    dataDir: config.dataDir,
    env: process.env,
    onNotice: (notice) => log("info", notice),
    ...(config.tmuxBin === null ? {} : { tmuxBin: config.tmuxBin }),
  });
  const git = createGit({ dataDir: config.dataDir, env: process.env });
  const auth = createAuth({ store, clock, launchToken, newId });
  const drivers = driversFor(config.fakeClaude);
  return createEngine(
    {
      store,
      git,
      host,
      drivers,
      clock,
      newId,
      dataDir: config.dataDir,
      overrides: config.overrides,
      log,
      bridge: {
        argv: [process.execPath, own.cli],
        socket: door.socket,
        mcpUrl: () => `http://127.0.0.1:${door.port}${routes.mcp.path}`,
      },
    },
    auth,
  );
}

/** Every kind of agent this program can run. Adding one is a folder and a line here. */
function driversFor(fakeClaude: boolean): ReadonlyMap<string, Driver> {
  const claude = createClaudeDriver();
  const stand = createFakeDriver(own.fakeAgent, {
    ...claude.descriptor,
    hosting: "pipes",
    options: {
      ...claude.descriptor.options,
      modeChange: fakeDescriptor.options.modeChange,
    },
    capabilities: {
      ...claude.descriptor.capabilities,
      steer: fakeDescriptor.capabilities.steer,
      terminal: { kind: "none" },
    },
  });
  const fake = createFakeDriver(own.fakeAgent);
  const drivers = [fakeClaude ? stand : claude, createCodexDriver(), fake];
  return new Map(drivers.map((driver) => [driver.descriptor.kind, driver]));
}

/** Ends on SIGTERM and SIGINT: lets go of every agent, closes the store. No agent ends with it. */
function endWell(engine: Engine, listening: Listening, store: Store): void {
  let ending = false;
  const end = (signal: NodeJS.Signals): void => {
    if (ending) {
      return;
    }
    ending = true;
    log("info", "ending", { signal });
    const late = setTimeout(() => process.exit(1), 8000);
    const ended = async (): Promise<void> => {
      await listening.stop();
      await engine.shutdown();
      store.close();
    };
    ended().then(
      () => {
        clearTimeout(late);
        process.exit(0);
      },
      (thrown: unknown) => {
        log("error", "ending failed", { why: String(thrown) });
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.on("SIGHUP", end);
  process.on("unhandledRejection", (why) => {
    log("error", "unhandled rejection", {
      why: why instanceof Error ? (why.stack ?? why.message) : String(why),
    });
  });
}

/** Says how to get in, and opens the board where there is someone to see it. */
function welcome(config: Config, listening: Listening): void {
  const url = listening.url();
  process.stdout.write(`Agetor is running. Open the board:\n  ${url}\n`);
  if (config.openBoard && hasDisplay()) {
    const opener = process.platform === "darwin" ? "open" : "xdg-open";
    const child = spawn(opener, [url], { stdio: "ignore", detached: true });
    child.on("error", () => {
      process.stdout.write("No browser could be opened; use the link above.\n");
    });
    child.unref();
  }
}

function hasDisplay(): boolean {
  const { env } = process;
  return (
    process.platform === "darwin" ||
    env["DISPLAY"] !== undefined ||
    env["WAYLAND_DISPLAY"] !== undefined
  );
}

function versionOfPackage(): string {
  const parsed: unknown = JSON.parse(readFileSync(own.manifest, "utf8"));
  return typeof parsed === "object" && parsed !== null && "version" in parsed
    ? String(parsed.version)
    : "0.0.0";
}

function fail(
  fault: Pick<Fault, "message" | "hint"> & { readonly code: string },
  exitCode: number,
): never {
  process.stderr.write(`${fault.message}\n${fault.hint === null ? "" : `${fault.hint}\n`}`);
  process.exit(exitCode);
}

// Not awaited: a module that waits cannot have bytecode.
main().catch((thrown: unknown) => {
  log("error", "the start failed", {
    why: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  });
  process.exit(1);
});

/**
 * The server with a fuse: it kills itself with SIGKILL at the n-th crossing of a port (every
 * transaction, git call, program start, attach and delivery, before and after each).
 *
 * `CRASH_AT` = the crossing to die at, 0 = never; the names of all crossings go to `CRASH_LOG`. With
 * `CRASH_BETWEEN` = `<name>,<name>` only those count from the one to the other. `CRASH_AGENT` = where the
 * scripted agent lies.
 */
import { appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { monotonicFactory } from "ulid";
import type { Clock, Driver, Session } from "../../src/agents/driver.ts";
import { createFakeDriver } from "../../src/agents/fake/driver.ts";
import { createAuth } from "../../src/engine/auth.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createGit } from "../../src/git/git.ts";
import { createHost } from "../../src/host/host.ts";
import { createOpener } from "../../src/http/opener.ts";
import { listen } from "../../src/http/server.ts";
import { McpEndpoint } from "../../src/mcp/endpoint.ts";
import { openStore } from "../../src/store/open.ts";

const fuse = Number(process.env["CRASH_AT"] ?? "0");
const logPath = process.env["CRASH_LOG"] ?? "";
const [from = "", to = ""] = (process.env["CRASH_BETWEEN"] ?? "").split(",");
let counting = from === "";
let crossings = 0;

function cross(name: string): void {
  counting = (counting || name === from) && name !== to;
  if (!counting) {
    return;
  }
  crossings += 1;
  if (logPath !== "") {
    appendFileSync(logPath, `${crossings} ${name}\n`);
  }
  if (crossings === fuse) {
    process.kill(process.pid, "SIGKILL");
  }
}

/** The same object, whose named methods cross the fuse on the way in and on the way out. */
function fused<T extends object>(
  what: string,
  target: T,
  methods: readonly (keyof T & string)[],
): T {
  return new Proxy(target, {
    get(object, property) {
      const value: unknown = Reflect.get(object, property, object);
      if (typeof value !== "function") {
        return value;
      }
      const call = (...parameters: unknown[]): unknown => Reflect.apply(value, object, parameters);
      if (!methods.includes(property as keyof T & string)) {
        return call;
      }
      const name = `${what}.${String(property)}`;
      return (...parameters: unknown[]): unknown => {
        cross(`${name} in`);
        const answer = call(...parameters);
        if (answer instanceof Promise) {
          return answer.then((settled: unknown) => {
            cross(`${name} out`);
            return settled;
          });
        }
        cross(`${name} out`);
        return answer;
      };
    },
  });
}

function fusedDriver(driver: Driver): Driver {
  const session = (one: Session) => fused("session", one, ["deliver", "interrupt", "close"]);
  const outer = fused("driver", driver, ["open", "attach"]);
  return {
    ...driver,
    open: async (request, io) => {
      const opened = await outer.open(request, fused("io", io, ["saveRef"]));
      return opened.ok ? { ok: true, value: session(opened.value) } : opened;
    },
    attach: async (ref, io) => {
      const found = await outer.attach(ref, io);
      return "kind" in found ? found : session(found);
    },
  };
}

const dataDir = process.env["AGETOR_DATA_DIR"] ?? "";
const token = "0123456789abcdef0123456789abcdef";
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
const opened = openStore({ dataDir, clock });
if (!opened.ok) {
  process.stderr.write(`${opened.fault.message}\n`);
  process.exit(3);
}
const store = fused("store", opened.value, ["transact"]);
const newId = monotonicFactory();
const plain = createGit({ dataDir, env: process.env });
const outer = fused("git", plain, [
  "pin",
  "addWorktree",
  "keep",
  "removeWorktree",
  "unpin",
  "restore",
  "snapshot",
  "copyIgnored",
]);
const landing = fused("landing", plain.landing, [
  "recover",
  "revert",
  "commit",
  "rebase",
  "merge",
  "restoreCheckpoint",
]);
const git = new Proxy(outer, {
  get: (target, property): unknown =>
    property === "landing" ? landing : Reflect.get(target, property, target),
});
const host = createHost({ dataDir, env: process.env });
const fusedHost = {
  ...host,
  directory: (dir: string) => fused("directory", host.directory(dir), ["start", "terminate"]),
};
const engine = createEngine(
  {
    store,
    git,
    host: fusedHost,
    drivers: new Map([["fake", fusedDriver(createFakeDriver(process.env["CRASH_AGENT"] ?? ""))]]),
    clock,
    newId,
    dataDir,
    overrides: {},
    log: () => undefined,
    bridge: { argv: [process.execPath], socket: `${dataDir}/agetor.sock`, mcpUrl: () => "" },
  },
  createAuth({ store: opened.value, clock, launchToken: token, newId }),
);

async function serve(): Promise<void> {
  await engine.boot();
  const listening = listen({
    engine,
    mcp: new McpEndpoint({ questions: engine.questions, newId, now: clock.now }),
    port: 0,
    dataDir,
    token,
    info: { version: "test", commit: null, startedAt: 0, platform: "test", runtime: "bun" },
    home: tmpdir(),
    cwd: tmpdir(),
    env: process.env,
    webRoot: "/nonexistent",
    opener: createOpener(process.env),
    audit: () => undefined,
    report: (error) => process.stderr.write(`${String(error)}\n`),
  });
  if (!listening.ok) {
    process.stderr.write(`${listening.fault.message}\n`);
    process.exit(3);
  }
}

serve().catch((thrown: unknown) => {
  process.stderr.write(`${String(thrown)}\n`);
  process.exit(1);
});

import { afterEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Listening, type ListenOptions, listen } from "../../src/http/server.ts";
import { MemoryEngine } from "./support/memory-engine.ts";
import { startServer, token } from "./support/server.ts";

const running: Listening[] = [];
const homes: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((listening) => listening.stop()));
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

function freshDir(name = "data"): string {
  const home = mkdtempSync(join(tmpdir(), "agetor-listen-"));
  homes.push(home);
  const dataDir = join(home, name);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return dataDir;
}

function start(options: Partial<ListenOptions> = {}): ReturnType<typeof listen> {
  const dataDir = options.dataDir ?? freshDir();
  const engine = new MemoryEngine(token);
  const started = listen({
    engine,
    mcp: engine.mcp,
    port: 0,
    dataDir,
    token,
    info: { version: "1.2.3", commit: null, startedAt: 1, platform: "test", runtime: "bun" },
    home: dataDir,
    cwd: dataDir,
    env: {},
    webRoot: join(dataDir, "web"),
    opener: {
      open: () => ({ ok: true, value: { opened: true } }),
      run: () => Promise.resolve({ ok: true, value: { opened: true } }),
    },
    audit: () => undefined,
    report: () => undefined,
    ...options,
  });
  if (started.ok) running.push(started.value);
  return started;
}

function started(options: Partial<ListenOptions> = {}): Listening {
  const listening = start(options);
  if (!listening.ok) throw new Error(listening.fault.message);
  return listening.value;
}

describe("HTTP-09: loopback only", () => {
  test.each(["0.0.0.0", "::", "192.168.1.10", "", "localhost", "example.test"])(
    "%p is refused",
    (hostname) => {
      const dataDir = freshDir();
      const refused = start({ hostname, dataDir });
      expect(refused).toMatchObject({ ok: false, fault: { code: "not_loopback" } });
      expect(existsSync(join(dataDir, "agetor-core.json"))).toBe(false);
    },
  );

  test("no other address of this machine answers", async () => {
    const { port } = started();
    const others = ["127.0.0.2", "[::1]"];
    for (const address of others) {
      const reached = await fetch(`http://${address}:${port}/health`).then(
        () => true,
        () => false,
      );
      expect([address, reached]).toEqual([address, false]);
    }
  });
});

describe("CFG-01: a port that is taken", () => {
  test("is named, with what to do, and nothing is left behind", () => {
    const first = started();
    const dataDir = freshDir();
    const second = start({ port: first.port, dataDir });
    expect(second).toMatchObject({
      ok: false,
      fault: {
        code: "port_in_use",
        message: `Port ${first.port} is already in use.`,
        hint: expect.stringContaining(`--port ${first.port + 1} (or AGETOR_API_PORT;`),
      },
    });
    expect(existsSync(join(dataDir, "agetor-core.json"))).toBe(false);
    expect(existsSync(join(dataDir, "agetor.sock"))).toBe(false);
  });

  test("cannot be shared, not even by a process that asks to share it", () => {
    const { port } = started();
    const serve = `Bun.serve({ hostname: "127.0.0.1", port: ${port}, reusePort: true, fetch: () => new Response() })`;
    const other = Bun.spawnSync([
      process.execPath,
      "-e",
      `try { ${serve}; console.log("bound"); } catch (error) { console.log(error.code); } process.exit();`,
    ]);
    expect(other.stdout.toString().trim()).toBe("EADDRINUSE");
  });

  test("0 is any free port, the last one if it is still free", async () => {
    const dataDir = freshDir();
    const first = started({ dataDir });
    await first.stop();
    const second = started({ dataDir });
    expect(second.port).toBe(first.port);
    await second.stop();
    const stranger = Bun.serve({
      hostname: "127.0.0.1",
      port: first.port,
      fetch: () => new Response("{}"),
    });
    const third = started({ dataDir });
    expect(third.port).not.toBe(first.port);
    await stranger.stop(true);
  });
});

describe("CFG-05: agetor-core.json", () => {
  const coreOf = (dataDir: string) =>
    JSON.parse(readFileSync(join(dataDir, "agetor-core.json"), "utf8")) as Record<string, unknown>;

  test("says where the server is, to its owner only, and goes with it", async () => {
    const dataDir = freshDir();
    const listening = started({ dataDir });
    expect(coreOf(dataDir)).toEqual({
      port: listening.port,
      token,
      pid: process.pid,
      version: "1.2.3",
      startedAt: 1,
      socket: join(dataDir, "agetor.sock"),
    });
    expect(statSync(join(dataDir, "agetor-core.json")).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, "agetor.sock")).mode & 0o777).toBe(0o600);
    await listening.stop();
    expect(existsSync(join(dataDir, "agetor-core.json"))).toBe(false);
    expect(existsSync(join(dataDir, "agetor.sock"))).toBe(false);
  });

  test("replaces a stale one, and a symlink instead of what it points to", () => {
    for (const plant of [
      (path: string) => writeFileSync(path, "stale", { mode: 0o666 }),
      (path: string) => {
        writeFileSync(`${path}.target`, "untouched");
        symlinkSync(`${path}.target`, path);
      },
    ]) {
      const dataDir = freshDir();
      const path = join(dataDir, "agetor-core.json");
      plant(path);
      started({ dataDir });
      expect(coreOf(dataDir)["token"]).toBe(token);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      if (existsSync(`${path}.target`)) {
        expect(readFileSync(`${path}.target`, "utf8")).toBe("untouched");
      }
    }
  });

  test("of a later server is left alone", async () => {
    const dataDir = freshDir();
    const listening = started({ dataDir });
    const later = { ...coreOf(dataDir), pid: process.pid + 1 };
    writeFileSync(join(dataDir, "agetor-core.json"), JSON.stringify(later));
    await listening.stop();
    expect(coreOf(dataDir)).toEqual(later);
  });
});

describe("the unix socket", () => {
  const ask = (socket: string, path: string, headers: Record<string, string> = {}) =>
    fetch(`http://localhost${path}`, { unix: socket, headers });
  const bearer = { authorization: `Bearer ${token}` };

  test("has the same handler behind the same token", async () => {
    const { socket } = started();
    expect((await ask(socket, "/health")).status).toBe(200);
    expect((await ask(socket, "/tasks")).status).toBe(401);
    expect((await ask(socket, "/tasks", bearer)).status).toBe(200);
    expect((await ask(socket, "/tasks", { ...bearer, origin: "null" })).status).toBe(403);
    expect((await ask(socket, "/tasks", { ...bearer, host: "a, b" })).status).toBe(421);
  });

  test("takes the place of one that a killed server left", async () => {
    const dataDir = freshDir();
    const path = join(dataDir, "agetor.sock");
    const left = Bun.listen({ unix: path, socket: { data: () => undefined } });
    const { socket } = started({ dataDir });
    expect(socket).toBe(path);
    expect((await ask(socket, "/health")).status).toBe(200);
    left.stop(true);
  });

  test("does not take the place of a file", () => {
    const dataDir = freshDir();
    writeFileSync(join(dataDir, "agetor.sock"), "mine");
    expect(start({ dataDir })).toMatchObject({ ok: false, fault: { code: "socket_failed" } });
    expect(readFileSync(join(dataDir, "agetor.sock"), "utf8")).toBe("mine");
  });

  test("lies in a private folder elsewhere when the path is too long", async () => {
    const dataDir = freshDir("d".repeat(120));
    const { socket } = started({ dataDir, env: { TMPDIR: dirname(dataDir) } });
    expect(socket).toStartWith(join(dirname(dataDir), "agetor-"));
    expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(100);
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
    expect((await ask(socket, "/health")).status).toBe(200);
  });

  test("is never put where somebody else's link points", () => {
    const dataDir = freshDir("d".repeat(120));
    const first = started({ dataDir, env: { TMPDIR: dirname(dataDir) } });
    const folder = dirname(first.socket);
    const trap = freshDir("trap");
    rmSync(folder, { recursive: true });
    symlinkSync(trap, folder);
    const second = started({
      dataDir,
      env: { XDG_RUNTIME_DIR: dirname(dataDir), TMPDIR: dirname(trap) },
    });
    expect(dirname(dirname(second.socket))).toBe(dirname(trap));
    expect(existsSync(join(trap, "agetor.sock"))).toBe(false);
  });
});

test("the printed link holds a fresh code each time, and no token", async () => {
  const server = startServer();
  const first = server.listening.url();
  expect(first).toStartWith(`http://127.0.0.1:${server.port}/#code=`);
  expect(first).not.toContain(token);
  expect(server.listening.url()).not.toBe(first);
  await server.stop();
});

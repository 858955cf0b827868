import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { ulid } from "ulid";
import { z } from "zod";
import { ErrorBody } from "../contract/fault.ts";
import { err, ok, type Result } from "../contract/result.ts";

/** What a command could not do, for the person at the terminal. */
export interface CliFault {
  /** 1 = refused by the server, 2 = wrong usage, 3 = no server. */
  readonly exitCode: 1 | 2 | 3;
  readonly message: string;
  readonly hint: string | null;
  /** What the server said, where it was the server that refused. */
  readonly refusal?: ErrorBody;
}

export type Env = Readonly<Record<string, string | undefined>>;

const CoreFile = z.object({ token: z.string(), pid: z.number(), socket: z.string().optional() });

/** The running server of this user's data directory. */
export interface Server {
  readonly pid: number;
  /** Asks the server; the answer is parsed by `schema`, so a command never sees anything else. */
  ask<T>(schema: z.ZodType<T>, request: ServerRequest): Promise<Result<T, CliFault>>;
}

export interface ServerRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Where to look for the server. */
export interface Where {
  readonly env: Env;
  /** What a relative `dataDir` is relative to. */
  readonly cwd: string;
  /** As typed after `--data-dir`; null = not at all. */
  readonly dataDir: string | null;
}

/**
 * Finds the server by `agetor-core.json` and speaks to it over its unix socket only. The socket
 * lies in a private folder, so a stranger who took the port can never be sent the token.
 */
export function findServer({ env, cwd, dataDir: given }: Where): Result<Server, CliFault> {
  const home = homeOf(env);
  const dataDir =
    given === null
      ? env["AGETOR_DATA_DIR"] || join(home, ".agetor")
      : folderNamed(given, { env, cwd });
  let core: z.infer<typeof CoreFile>;
  try {
    core = CoreFile.parse(JSON.parse(readFileSync(join(dataDir, "agetor-core.json"), "utf8")));
  } catch {
    return err(notRunning(dataDir));
  }
  const socket = core.socket ?? join(dataDir, "agetor.sock");
  return ok({
    pid: core.pid,
    async ask(schema, request) {
      let response: Response;
      try {
        response = await send(request, socket, core.token);
      } catch {
        return err(notRunning(dataDir));
      }
      const body: unknown = await response.json().catch(() => null);
      if (!response.ok) return err(refused(response.status, body));
      const parsed = schema.safeParse(body);
      if (parsed.success) return ok(parsed.data);
      const hint = "The server and this command are of different versions; restart the server.";
      return err({ exitCode: 1, message: "The server's answer was not understood.", hint });
    },
  });
}

/** The path of a folder as it was typed: relative to where one stands, `~` as a shell reads it. */
export function folderNamed(typed: string, { env, cwd }: Pick<Where, "env" | "cwd">): string {
  return resolve(
    cwd,
    typed.replace(/^~(?=\/|$)/, () => homeOf(env)),
  );
}

function homeOf(env: Env): string {
  return env["HOME"] ?? homedir();
}

function send(request: ServerRequest, socket: string, token: string): Promise<Response> {
  const query = request.query === undefined ? "" : `?${new URLSearchParams(request.query)}`;
  const write = request.method !== "GET";
  return fetch(`http://localhost${request.path}${query}`, {
    unix: socket,
    method: request.method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(write ? { "content-type": "application/json", "idempotency-key": ulid() } : {}),
    },
    ...(write ? { body: JSON.stringify(request.body ?? {}) } : {}),
  });
}

function notRunning(dataDir: string): CliFault {
  const message = `No Agetor server is running for ${dataDir}.`;
  const hint =
    "Start it with `npm start`. One with another data directory is found by `--data-dir DIR` (or AGETOR_DATA_DIR).";
  return { exitCode: 3, message, hint };
}

function refused(status: number, body: unknown): CliFault {
  const parsed = ErrorBody.safeParse(body);
  if (!parsed.success) {
    const hint = "Its log, where `npm start` runs, says more.";
    return { exitCode: 1, message: `The server said ${status}.`, hint };
  }
  const { error, hint } = parsed.data;
  return { exitCode: 1, message: error, hint, refusal: parsed.data };
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Gates } from "./gates.ts";
import { type Script, scriptOf } from "./script.ts";
import { answer, type Dialect } from "./stream.ts";

/** One request the CLI made, kept for the test to look at. */
export interface LoggedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: ResponsesBody;
  readonly turnId: string | null;
  /** The text of the newest user message. */
  readonly prompt: string;
  readonly step: number;
}

export interface ResponsesBody {
  readonly model?: string;
  readonly input?: readonly InputItem[];
  readonly tools?: readonly { readonly type?: string; readonly name?: string }[];
  readonly reasoning?: { readonly effort?: string };
  readonly [key: string]: unknown;
}

export interface InputItem {
  readonly type?: string;
  readonly role?: string;
  readonly content?: readonly { readonly type?: string; readonly text?: string }[];
  readonly output?: unknown;
  readonly [key: string]: unknown;
}

export interface FakeOpenAi {
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseUrl: string;
  readonly port: number;
  readonly requests: readonly LoggedRequest[];
  /** Resolves with the first request (also a past one) that fits. */
  request(fits: (request: LoggedRequest) => boolean): Promise<LoggedRequest>;
  /** Lets every `{gate: name}` operation go on. */
  open(gate: string): void;
  close(): Promise<void>;
}

/**
 * A Responses API (SSE) on loopback that does what the script in the prompt says. It knows both
 * tool dialects of codex-cli 0.169.0: direct tools (`gpt-5.5`) and code mode (one tool `exec`).
 */
export async function startFakeOpenAi(port = 0): Promise<FakeOpenAi> {
  const requests: LoggedRequest[] = [];
  const waiting = new Set<(request: LoggedRequest) => void>();
  const gates = new Gates();
  const turns = new Map<string, number>();
  const scripts = new Map<string, Script>();

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(message.url ?? "/", "http://127.0.0.1").pathname;
    if (message.method !== "POST" || !path.endsWith("/responses")) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end('{"error":{"message":"not found"}}');
      return;
    }
    const body = JSON.parse(await textOf(message)) as ResponsesBody;
    const prompt = newestPrompt(body);
    const turnId = turnOf(message);
    const count = turns.get(turnId ?? prompt) ?? 0;
    turns.set(turnId ?? prompt, count + 1);
    const logged: LoggedRequest = {
      path,
      headers: message.headers,
      body,
      turnId,
      prompt,
      step: count,
    };
    requests.push(logged);
    for (const look of [...waiting]) look(logged);
    // Words without a script, said into a turn, do not change what the model does in it.
    const script = scriptOf(prompt) ?? scripts.get(turnId ?? prompt) ?? [[{ say: "ok" }]];
    scripts.set(turnId ?? prompt, script);
    const step = script[count] ?? [{ say: "done" }];
    await answer({ step, dialect: dialectOf(body), id: requests.length, response, gates });
  };

  const server = createServer((message, response) => {
    serve(message, response).catch((cause: unknown) => {
      response.writeHead(500).end(String(cause));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    baseUrl: `http://127.0.0.1:${bound}/v1`,
    port: bound,
    requests,
    request: (fits) =>
      new Promise((resolve) => {
        const past = requests.find(fits);
        if (past !== undefined) {
          resolve(past);
          return;
        }
        const look = (request: LoggedRequest): void => {
          if (!fits(request)) return;
          waiting.delete(look);
          resolve(request);
        };
        waiting.add(look);
      }),
    open: (gate) => gates.open(gate),
    close: async () => {
      gates.openAll();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function newestPrompt(body: ResponsesBody): string {
  const users = (body.input ?? []).filter((item) => item.role === "user");
  const texts = users.flatMap((item) => item.content ?? []).map((part) => part.text ?? "");
  // The CLI adds user messages of its own (environment, instructions): the person's is the last.
  return texts.at(-1) ?? "";
}

/** codex-cli sends thread and turn ids as JSON in one header. */
function turnOf(message: IncomingMessage): string | null {
  const header = message.headers["x-codex-turn-metadata"];
  if (typeof header !== "string") return null;
  const parsed: unknown = JSON.parse(header);
  if (typeof parsed !== "object" || parsed === null || !("turn_id" in parsed)) return null;
  return typeof parsed.turn_id === "string" ? parsed.turn_id : null;
}

function dialectOf(body: ResponsesBody): Dialect {
  const names = new Set((body.tools ?? []).map((tool) => tool.name));
  return names.has("exec") && !names.has("exec_command") ? "code" : "direct";
}

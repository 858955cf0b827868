import { type Fields, parseObject } from "./json.ts";
import { incoming, notificationLine, requestLine } from "./rpc.ts";

interface Ask {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
  readonly calls: readonly { readonly method: string; readonly params: object }[];
}

const most = 4 * 1024 * 1024;

/**
 * Asks a short-lived `codex app-server` for facts that cost no tokens (codex-cli 0.169.0). Answers
 * one result per call, null where none came in time. The process is ours alone and ends with the
 * call: closing its stdin before the answers are there would lose them, so it is held open.
 */
export async function askAppServer(ask: Ask): Promise<readonly (Fields | null)[]> {
  const answers = new Map<string, Fields | null>();
  const child = Bun.spawn([...ask.argv], {
    env: { ...ask.env },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), ask.limitMs);
  try {
    const clientInfo = { name: "agetor", title: "Agetor", version: "0.1.0" };
    const capabilities = { experimentalApi: true, requestAttestation: false };
    const lines = [
      requestLine("hello", "initialize", { clientInfo, capabilities }),
      notificationLine("initialized"),
      ...ask.calls.map(({ method, params }, index) => requestLine(`${index}`, method, params)),
    ];
    await child.stdin.write(`${lines.join("\n")}\n`);
    await child.stdin.flush();
    await readAnswers(child.stdout, answers, ask.calls.length);
  } catch {
    // A program without an app-server closes its stdin or says something else: no answers.
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    await child.exited;
  }
  return ask.calls.map((_, index) => answers.get(`${index}`) ?? null);
}

async function readAnswers(
  stdout: ReadableStream<Uint8Array>,
  answers: Map<string, Fields | null>,
  wanted: number,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  let read = 0;
  for await (const chunk of stdout) {
    read += chunk.length;
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const line = parseObject(part);
      const message = line === null ? null : incoming(line);
      if (message?.kind !== "response" || message.id === "hello") continue;
      answers.set(message.id, message.outcome.ok ? message.outcome.result : null);
    }
    if (answers.size >= wanted || read > most) return;
  }
}

/**
 * The scripted agent: a program of its own that outlives the server, like the real ones. It reads
 * messages from its standard input and plays what they say.
 *
 * Arguments: the session's id, `new` or `resume`, the model, the file of its memory, and where it
 * finds its person over HTTP MCP: the URL and the file with the token ("" = nowhere).
 */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { createInterface } from "node:readline";
import type { ToolKind } from "../../contract/event.ts";
import type { InteractionAnswer } from "../../contract/interaction.ts";
import { askOverMcp, type McpDoor } from "./mcp-client.ts";
import type { FromAgent, ToAgent } from "./protocol.ts";
import { type AskWhat, parseScript, type Step, sampleFollowUp, sampleSteps } from "./script.ts";

interface Turn {
  readonly abort: AbortController;
  tools: number;
}

class Agent {
  readonly #model: string;
  readonly #memory: string;
  readonly #door: McpDoor;
  readonly #taken: string[] = [];
  readonly #waiting: { id: string; text: string }[] = [];
  readonly #asked = new Map<string, (answer: InteractionAnswer) => void>();
  #turn: Turn | null = null;
  #turns = 0;
  #words = 0;

  constructor(model: string, memory: string, door: McpDoor) {
    this.#model = model;
    this.#memory = memory;
    this.#door = door;
    mkdirSync(dirname(memory), { recursive: true, mode: 0o700 });
    if (existsSync(memory)) {
      for (const line of readFileSync(memory, "utf8").split("\n").filter(Boolean)) {
        this.#taken.push((JSON.parse(line) as { id: string }).id);
      }
    }
    this.#turns = this.#taken.length;
  }

  hear(line: string): void {
    const heard = parseLine(line);
    if (heard === null) {
      return;
    }
    switch (heard.type) {
      case "message":
        // Remembered before it is acted on: the memory is what a restart asks.
        appendFileSync(this.#memory, `${JSON.stringify({ id: heard.id, text: heard.text })}\n`);
        this.#taken.push(heard.id);
        this.#waiting.push(heard);
        this.#next().catch(giveUp);
        return;
      case "interrupt":
        this.#turn?.abort.abort();
        return;
      case "answer":
        this.#asked.get(heard.id)?.(heard.answer);
        return;
      case "history":
        say({ t: "history", nonce: heard.nonce, ids: this.#taken });
        return;
    }
  }

  async #next(): Promise<void> {
    const message = this.#turn === null ? this.#waiting.shift() : undefined;
    if (message === undefined) {
      return;
    }
    const turn: Turn = { abort: new AbortController(), tools: 0 };
    this.#turn = turn;
    this.#turns += 1;
    say({ t: "took", id: message.id });
    const steps = this.#stepsFor(message.text);
    const outcome = await this.#play(turn, steps, message.id);
    say({
      t: "usage",
      input: 900 + 40 * this.#words,
      output: 12 * this.#words,
      percent: Math.min(90, 4 + this.#words / 20),
    });
    say(outcome);
    this.#turn = null;
    await this.#next();
  }

  #stepsFor(text: string): readonly Step[] {
    if (this.#model !== "sample") {
      return parseScript(text);
    }
    return this.#turns === 1 ? sampleSteps : sampleFollowUp(text);
  }

  async #play(
    turn: Turn,
    steps: readonly Step[],
    messageId: string,
  ): Promise<Extract<FromAgent, { t: "done" }>> {
    for (const [index, step] of steps.entries()) {
      if (turn.abort.signal.aborted) {
        break;
      }
      if (step.do === "fail") {
        return { t: "done", outcome: "failed", why: step.why };
      }
      await this.#step(turn, step, `${messageId}-${index}`);
    }
    return turn.abort.signal.aborted
      ? { t: "done", outcome: "interrupted", why: null }
      : { t: "done", outcome: "succeeded", why: null };
  }

  async #step(turn: Turn, step: Step, id: string): Promise<void> {
    const { signal } = turn.abort;
    switch (step.do) {
      case "say":
      case "think":
        return this.#speak(step.do === "say" ? "text" : "thinking", step.text, id, signal);
      case "run":
        return runCommand(id, step.command, signal);
      case "write":
        return writeFile(id, step.path, step.content);
      case "read":
        return readFile(id, step.path);
      case "todos":
        say({
          t: "todos",
          todos: step.items.map((text, index) => ({
            text,
            status:
              index < step.done ? "completed" : index === step.done ? "in_progress" : "pending",
          })),
        });
        return;
      case "pause":
        return pause(step.ms, signal);
      case "until":
        while (!existsSync(step.path) && !signal.aborted) {
          await pause(20, signal);
        }
        return;
      case "emit":
        writeSync(1, `${step.line}\n`);
        return;
      case "exit":
        return process.exit(step.code);
      case "ask":
        return this.#ask(id, step.ask, signal);
      case "call":
        return this.#call(id, step, signal);
      case "fail":
        return;
    }
  }

  /** Asks and waits; a command that was allowed runs, everything else is said back. */
  async #ask(id: string, ask: AskWhat, signal: AbortSignal): Promise<void> {
    if (ask.kind === "approval") {
      tool(id, "Bash", "execute", ask.command, { command: ask.command });
    }
    const answered = new Promise<InteractionAnswer | null>((resolve) => {
      this.#asked.set(id, resolve);
      signal.addEventListener("abort", () => resolve(null), { once: true });
    });
    say({ t: "ask", id, ask, cwd: process.cwd() });
    const answer = await answered;
    this.#asked.delete(id);
    say({ t: "asked", id, why: answer === null ? "Withdrawn" : "Answered" });
    if (ask.kind !== "approval") {
      say({ t: "text", id, text: answer === null ? "(no answer)" : toldBack(answer) });
      return;
    }
    if (answer?.kind === "approval" && answer.decision === "allow") {
      const changed = answer.updatedInput?.["command"];
      await execute(id, typeof changed === "string" ? changed : ask.command, signal);
      return;
    }
    const output = answer?.kind === "approval" ? (answer.reason ?? "Denied") : "Withdrawn";
    say({ t: "result", id, ok: false, denied: true, output, exitCode: null, ms: 0, file: null });
  }

  /** Asks by a tool, as agents do that have no question of their own. */
  async #call(
    id: string,
    { question, choices }: Extract<Step, { do: "call" }>,
    signal: AbortSignal,
  ): Promise<void> {
    const asked = choices.length === 0 ? { question } : { question, choices: [...choices] };
    tool(id, "mcp__agetor__ask_user", "mcp", question, asked);
    const began = performance.now();
    const told = await askOverMcp(this.#door, asked, signal);
    const ms = Math.round(performance.now() - began);
    const ok = told?.isError === false;
    const output = told?.text ?? "Withdrawn";
    say({ t: "result", id, ok, output, exitCode: null, ms, file: null });
  }

  /** Words come in small pieces when a person watches the sample, at once in tests. */
  async #speak(
    kind: "text" | "thinking",
    text: string,
    id: string,
    signal: AbortSignal,
  ): Promise<void> {
    const words = text.split(/(?<=\s)/);
    this.#words += words.length;
    const pace = this.#model === "sample" ? 22 : 0;
    let offset = 0;
    for (let at = 0; at < words.length && !signal.aborted; at += 3) {
      const piece = words.slice(at, at + 3).join("");
      say({ t: "delta", id, kind, offset, text: piece });
      offset += piece.length;
      if (pace > 0) {
        await pause(pace, signal);
      }
    }
    if (!signal.aborted || offset > 0) {
      say({ t: kind, id, text: signal.aborted ? text.slice(0, offset) : text });
    }
  }
}

/** A bug of ours: the driver sees the exit and says so on the card. */
function giveUp(why: unknown): never {
  process.stderr.write(`${String(why)}\n`);
  process.exit(1);
}

function say(line: FromAgent): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function parseLine(line: string): ToAgent | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "type" in value
      ? (value as ToAgent)
      : null;
  } catch {
    // A line torn by a server that died while writing it: it never happened.
    return null;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function absolute(path: string): string {
  return isAbsolute(path) ? path : join(process.cwd(), path);
}

function writeFile(id: string, path: string, content: string): void {
  const target = absolute(path);
  const before = existsSync(target) ? readFileSync(target, "utf8") : null;
  say({
    t: "tool",
    id,
    name: before === null ? "Write" : "Edit",
    kind: "edit",
    title: path,
    input: { path },
  });
  const began = performance.now();
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
  const ms = Math.round(performance.now() - began);
  say({
    t: "result",
    id,
    ok: true,
    output: "",
    exitCode: null,
    ms,
    file: { path, before, after: content },
  });
}

function readFile(id: string, path: string): void {
  say({ t: "tool", id, name: "Read", kind: "read", title: path, input: { path } });
  const began = performance.now();
  const target = absolute(path);
  const found = existsSync(target);
  const output = found ? readFileSync(target, "utf8") : `No such file: ${path}`;
  const ms = Math.round(performance.now() - began);
  say({ t: "result", id, ok: found, output, exitCode: null, ms, file: null });
}

function toldBack(answer: InteractionAnswer): string {
  switch (answer.kind) {
    case "question":
      return `You said: ${[...answer.selected, answer.text ?? ""].filter(Boolean).join(", ")}`;
    case "plan_approval":
      return answer.choice === "reject" ? `Changes: ${answer.revision ?? ""}` : "Approved.";
    default:
      return JSON.stringify(answer);
  }
}

function tool(id: string, name: string, kind: ToolKind, title: string, input: unknown): void {
  say({ t: "tool", id, name, kind, title, input });
}

function runCommand(id: string, command: string, signal: AbortSignal): Promise<void> {
  tool(id, "Bash", "execute", command, { command });
  return execute(id, command, signal);
}

function execute(id: string, command: string, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", command], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const hear = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
    child.on("close", (code) => {
      const ms = Math.round(performance.now() - began);
      say({ t: "result", id, ok: code === 0, output, exitCode: code, ms, file: null });
      resolve();
    });
  });
}

function main(): void {
  const [session = "", how = "new", model = "script", memory = "", url = "", tokenPath = ""] =
    process.argv.slice(2);
  const agent = new Agent(model, memory, { url, tokenPath });
  say({ t: "ready", session, resumed: how === "resume", model });
  createInterface({ input: process.stdin }).on("line", (line) => agent.hear(line));
}

if (import.meta.main) {
  main();
}

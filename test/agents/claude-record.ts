/**
 * Records the fixtures of `src/agents/claude/fixtures` from the real CLI against the fake model:
 * `AGETOR_TEST_CLAUDE_BIN=… bun test/agents/claude-record.ts [scenario…]`. Each gives the transcript
 * (`<name>.jsonl`), the hook payloads in order (`<name>.hooks.jsonl`), the live text
 * (`<name>.live.jsonl`), the transcripts of sub-agents (`<name>.agent-<n>.jsonl`) and what the
 * status line was told, with the ms it was told at (`<name>.reports.jsonl`).
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createClaudeDriver } from "../../src/agents/claude/driver.ts";
import { answerDialogs, answersFor } from "../../src/agents/claude/home.ts";
import { planLaunch } from "../../src/agents/claude/launch.ts";
import { claudeHome, tmuxName } from "../../src/agents/claude/paths.ts";
import { claudeBinary, Lab } from "./claude-lab.ts";

const fixtures = resolve(import.meta.dir, "../../src/agents/claude/fixtures");

type Step =
  | { readonly say: string }
  | { readonly keys: readonly string[] }
  | { readonly hooks: string; readonly count: number }
  | { readonly status: string };

interface Scenario {
  readonly mode: string;
  readonly first: string;
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
  readonly steps: readonly Step[];
}

const lines = (...all: string[]): string => all.join("\n");
const stops = (count: number): Step[] => [{ hooks: "Stop", count }, { status: "idle" }];
const busy: Step[] = [{ status: "busy" }];
const todos = lines(
  'tool: TodoWrite {"todos":[{"content":"One","status":"in_progress","activeForm":"Doing one"},{"content":"Two","status":"pending","activeForm":"Doing two"}]}',
  'tool: TaskCreate {"subject":"First task","description":"Do the first"}',
  'tool: TaskCreate {"subject":"Second task","description":"Do the second"}',
  "next",
  'tool: TaskUpdate {"taskId":"1","status":"in_progress"}',
  "next",
  'tool: TaskUpdate {"taskId":"1","status":"completed"}',
  'tool: TaskUpdate {"taskId":"2","status":"deleted"}',
  "next",
  "text: ok",
);
const agentPrompt =
  'thinking: sub\\ntext: sub says\\ntool: Bash {\\"command\\":\\"echo sub\\"}\\nnext\\ntext: sub result';

const scenarios: Readonly<Record<string, Scenario>> = {
  tools: {
    mode: "acceptEdits",
    first: lines(
      "thinking: let me think",
      "text: Hello **there**\\nsecond line\\n\\nthird paragraph",
      'tool: Read {"file_path":"@CWD/README.md"}',
      "next",
      'tool: Bash {"command":"echo hi; ls","description":"List"}',
      'tool: Bash {"command":"ls nothing-here","description":"Fail"}',
      "next",
      'tool: Edit {"file_path":"@CWD/README.md","old_string":"line 2","new_string":"line two"}',
      'tool: Write {"file_path":"@CWD/new.txt","content":"one\\ntwo"}',
      "next",
      "chunk: 20",
      "text: All done.\\n\\nSee you soon.\\nBye.",
    ),
    steps: stops(1),
  },
  follow: {
    mode: "bypass",
    first: "text: first",
    steps: [
      ...stops(1),
      { say: "text: short\twith tab" },
      ...stops(2),
      { say: "line one\ntext: longer é 日本\nline three\n\n/status" },
      ...stops(3),
    ],
  },
  interrupt: {
    mode: "bypass",
    first: lines("thinking: hm", "text: some words\\n", "hold: never"),
    steps: [
      ...busy,
      { hooks: "live:MessageDisplay", count: 1 },
      { keys: ["Escape"] },
      { status: "idle" },
      { say: 'tool: Bash {"command":"tail -f /dev/null"}' },
      { hooks: "live:PreToolUse", count: 1 },
      { keys: ["Escape"] },
      { status: "idle" },
      { keys: ["C-d", "C-d"] },
      { hooks: "SessionEnd", count: 1 },
    ],
  },
  agents: {
    mode: "bypass",
    first: lines(
      "text: launching",
      `tool: Agent {"description":"Count files","prompt":"${agentPrompt}","subagent_type":"general-purpose"}`,
      "next",
      "text: agent is running",
      "next",
      "text: agent finished",
    ),
    steps: stops(2),
  },
  background: {
    mode: "bypass",
    first: lines(
      'tool: Bash {"command":"python3 -c \\"import time; time.sleep(3)\\"; echo done","run_in_background":true,"description":"Bg shell"}',
      "next",
      "text: started it",
      "next",
      "text: saw the end",
    ),
    steps: stops(2),
  },
  error: { mode: "bypass", first: "error: 400", steps: [{ hooks: "StopFailure", count: 1 }] },
  overloaded: { mode: "bypass", first: "error: 529", steps: [{ hooks: "StopFailure", count: 1 }] },
  tasks: {
    mode: "bypass",
    first: todos,
    env: { CLAUDE_CODE_ENABLE_TODO_TOOLS: "1" },
    steps: stops(1),
  },
  todos: {
    mode: "bypass",
    first: todos,
    env: { CLAUDE_CODE_ENABLE_TODO_TOOLS: "1", CLAUDE_CODE_ENABLE_TASKS: "0" },
    steps: stops(1),
  },
  plan: {
    mode: "plan",
    first: lines(
      "text: planning",
      'tool: ExitPlanMode {"plan":"# My plan\\n\\n1. a\\n2. b"}',
      "next",
      "text: ok",
    ),
    steps: [{ status: "waiting" }, { keys: ["Enter"] }, ...stops(1)],
  },
  ask: {
    mode: "ask",
    first: lines(
      'tool: AskUserQuestion {"questions":[{"question":"Which DB?","header":"DB","options":[{"label":"Postgres","description":"big"},{"label":"SQLite","description":"small"}],"multiSelect":false}]}',
      "next",
      'tool: Bash {"command":"touch x"}',
      "next",
      "text: thanks",
    ),
    steps: [
      { status: "waiting" },
      { keys: ["Enter"] },
      { hooks: "PermissionRequest", count: 2 },
      { status: "waiting" },
      { keys: ["Escape"] },
      { status: "idle" },
    ],
  },
  costs: {
    mode: "bypass",
    first: lines(
      "context: 250000",
      'tool: Bash {"command":"echo hi"}',
      "next",
      "delay: 600",
      "context: 400000",
      "text: done",
    ),
    steps: [
      ...stops(1),
      { say: lines('tool: Bash {"command":"echo hi"}', "next", "text: half", "hold: never") },
      { hooks: "live:PreToolUse", count: 2 },
      ...busy,
      { keys: ["Escape"] },
      { status: "idle" },
      { say: "text: after" },
      ...stops(2),
      { say: "/clear" },
      { hooks: "SessionStart", count: 2 },
      { say: lines("context: 500000", "text: anew") },
      ...stops(3),
    ],
  },
  clear: {
    mode: "bypass",
    first: "text: one",
    steps: [
      ...stops(1),
      { say: "/clear" },
      { hooks: "SessionStart", count: 2 },
      { say: "text: after clear" },
      ...stops(2),
      { say: "/compact" },
      { hooks: "SessionStart", count: 3 },
      { say: "text: after compact" },
      ...stops(3),
    ],
  },
};

class Recorder {
  readonly #lab = Lab.make();
  readonly #name: string;
  readonly #scenario: Scenario;
  #dir = "";
  #session = "";
  #pid = 0;

  constructor(name: string, scenario: Scenario) {
    this.#name = name;
    this.#scenario = scenario;
  }

  async record(): Promise<void> {
    const lab = this.#lab;
    const { first, mode, env = {} } = this.#scenario;
    const harness = lab.harness(claudeBinary(), { env });
    const text = first.replaceAll("@CWD", lab.worktree);
    const request = await lab.request(createClaudeDriver(), harness, {
      mode,
      firstMessage: { id: "m1", text },
    });
    const launch = planLaunch(request);
    if (!launch.ok) throw new Error(launch.fault.message);
    await answerDialogs(claudeHome(harness, {}), await answersFor(request));
    const { hooks, reports } = launch.value.files;
    for (const dir of [hooks, reports]) mkdirSync(dir, { recursive: true });
    for (const { path, content } of launch.value.plan.files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    this.#dir = request.dir;
    this.#session = tmuxName(request.sessionId);
    const started = await lab.host.tmux.start({
      name: this.#session,
      script: launch.value.files.script,
      cwd: lab.worktree,
      env: { ...lab.host.baseEnv(), ...launch.value.plan.env },
      columns: 160,
      rows: 50,
    });
    if (!started.ok) throw new Error(started.fault.message);
    this.#pid = started.value.pane.process.pid;
    for (const step of this.#scenario.steps) await this.#step(step);
    await Bun.sleep(500);
    this.#save();
    await lab.host.tmux.kill(this.#session);
    await lab.close();
  }

  async #step(step: Step): Promise<void> {
    const { tmux } = this.#lab.host;
    if ("say" in step) {
      await tmux.paste(this.#session, step.say);
      await Bun.sleep(200);
      await tmux.keys(this.#session, ["Enter"]);
    }
    if ("keys" in step) await tmux.keys(this.#session, step.keys);
    if ("hooks" in step) await until(() => this.#hooked(step.hooks) >= step.count);
    if ("status" in step) await until(() => this.#status().includes(`"status":"${step.status}"`));
    await Bun.sleep(300);
  }

  #hooked(what: string): number {
    const [, live] = /^live:(.*)$/.exec(what) ?? [];
    const all = live === undefined ? this.#hooks() : read(join(this.#dir, "live")).split("\n");
    return all.filter((it) => it.includes(`"hook_event_name":"${live ?? what}"`)).length;
  }

  #hooks(): string[] {
    return spooled(join(this.#dir, "hooks")).map((path) => read(path).trim());
  }

  #reports(): string[] {
    return spooled(join(this.#dir, "reports")).map((path) =>
      JSON.stringify({ at: Math.floor(statSync(path).mtimeMs), payload: JSON.parse(read(path)) }),
    );
  }

  #status(): string {
    return read(join(this.#lab.home, ".claude/sessions", `${this.#pid}.json`));
  }

  #save(): void {
    const projects = join(this.#lab.home, ".claude/projects");
    const files = readdirSync(projects, { recursive: true })
      .map(String)
      .filter((it) => it.endsWith(".jsonl"))
      .map((it) => join(projects, it))
      .sort((a, b) => statSync(a).birthtimeMs - statSync(b).birthtimeMs);
    const main = files.filter((it) => !it.includes("/subagents/"));
    const subs = files.filter((it) => it.includes("/subagents/agent-"));
    this.#write("", shrunk(main.flatMap((path) => read(path).trim().split("\n"))));
    this.#write(".hooks", this.#hooks());
    this.#write(".reports", this.#reports());
    this.#write(".live", read(join(this.#dir, "live")).trim().split("\n"));
    for (const [at, path] of subs.entries()) {
      this.#write(`.agent-${at + 1}`, shrunk(read(path).trim().split("\n")));
    }
  }

  #write(part: string, content: readonly string[]): void {
    mkdirSync(fixtures, { recursive: true });
    const text = content.filter((it) => it !== "").map((it) => this.#scrub(it));
    writeFileSync(join(fixtures, `${this.#name}${part}.jsonl`), `${text.join("\n")}\n`);
  }

  /** No path of the machine that recorded it; the folder's name in Claude's own spelling, too. */
  #scrub(line: string): string {
    const { root, worktree, home, main } = this.#lab;
    const spelled = (path: string) => path.replaceAll(/[^A-Za-z0-9]/g, "-");
    return [
      [worktree, "/repo"],
      [main, "/main"],
      [home, "/home/u"],
      [this.#dir, "/session"],
      [root, "/root-of-lab"],
      [spelled(worktree), "-repo"],
      [claudeBinary(), "/bin/claude"],
    ]
      .reduce((text, [from = "", to = ""]) => text.replaceAll(from, to), line)
      .replaceAll(/\/tmp\/claude-\d+/g, "/tmp/claude")
      .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:1");
  }
}

const longest = 160;
const needed = new Set(["user", "assistant", "system", "queue-operation", "cost-state"]);

/** The record types and kinds of attachment a decoder passes over: one short example of each. */
function shrunk(lines: readonly string[]): string[] {
  const seen = new Set<string>();
  return lines.flatMap((line) => {
    const record = JSON.parse(line) as { type?: string; attachment?: { type?: string } };
    if (needed.has(record.type ?? "")) return [line];
    const kind = `${record.type}:${record.attachment?.type}`;
    if (seen.has(kind)) return [];
    seen.add(kind);
    return [JSON.stringify(record, (_, value: unknown) => short(value))];
  });
}

function short(value: unknown): unknown {
  if (typeof value === "string" && value.length > longest) return `${value.slice(0, longest)}…`;
  return Array.isArray(value) && value.length > 2 ? value.slice(0, 2) : value;
}

/** Whole files only, in the order they were written. */
function spooled(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(dir, name))
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs || (a < b ? -1 : 1));
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

async function until(fact: () => boolean): Promise<void> {
  const limit = Date.now() + 60_000;
  while (!fact()) {
    if (Date.now() > limit) throw new Error("it never came true");
    await Bun.sleep(50);
  }
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(name);
    await new Recorder(name, scenario).record();
  }
}

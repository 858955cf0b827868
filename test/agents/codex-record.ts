/**
 * Records the fixtures of `src/agents/codex/fixtures` from the real CLI (codex-cli 0.169.0) against
 * the fake model: `bun test/agents/codex-record.ts <codex binary> <work folder> [scenario…]`.
 * The work folder must not lie below the temporary folder: Codex refuses a CODEX_HOME there.
 */
import { appendFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { requestId } from "../../src/agents/codex/rpc.ts";
import { type Op, type Script, scripted } from "../fakes/openai/script.ts";
import { startFakeOpenAi } from "../fakes/openai/server.ts";
import { asking } from "./codex-record-asks.ts";
import { Recorder } from "./codex-recorder.ts";

const [bin = "codex", work = ".setup/codex-record", ...only] = process.argv.slice(2);
const fixtures = resolve(import.meta.dir, "../../src/agents/codex/fixtures");

const message = "item/agentMessage/delta";
const tools: Script = [
  [
    { reason: "Thinking about it" },
    { say: "I look around.", chunk: 6, phase: "commentary" },
    { shell: "echo one; sleep 0.5; echo two" },
  ],
  [
    {
      plan: [
        { step: "Look", status: "completed" },
        { step: "Change", status: "in_progress" },
        { step: "Check", status: "pending" },
      ],
      explanation: "First look",
    },
  ],
  [
    {
      patch:
        "*** Begin Patch\n*** Update File: a.txt\n@@\n-hello\n+hello world\n*** Add File: b.txt\n+new\n+file\n*** End Patch\n",
    },
  ],
  [{ shell: "sleep 0.4; echo no >&2; exit 3" }],
  [
    {
      headers: {
        "x-codex-primary-used-percent": "42.5",
        "x-codex-primary-window-minutes": "300",
        "x-codex-primary-reset-at": "1900000000",
        "x-codex-secondary-used-percent": "7",
        "x-codex-secondary-window-minutes": "10080",
        "x-codex-secondary-reset-at": "1900500000",
      },
    },
    { say: "All done.", chunk: 3, phase: "final_answer" },
  ],
];

const scenarios: Record<string, (lab: Recorder) => Promise<void>> = {
  ...asking,
  "app-tools": async (lab) => {
    await lab.server();
    await lab.thread();
    await lab.turn(tools, "m1");
    await lab.turn(
      [
        [
          {
            patch:
              "*** Begin Patch\n*** Delete File: b.txt\n*** Update File: a.txt\n*** Move to: c.txt\n@@\n-hello world\n+moved\n*** End Patch\n",
          },
        ],
        [{ patch: "*** Begin Patch\n*** Update File: nope.txt\n@@\n-x\n+y\n*** End Patch\n" }],
        [{ say: "Second." }],
      ],
      "m2",
    );
  },
  "app-code-mode": async (lab) => {
    lab.config('model_reasoning_effort = "low"');
    await lab.server();
    await lab.thread({ model: "gpt-6-luna" });
    await lab.turn(
      [
        [{ shell: "sleep 0.4; echo hi" }],
        [{ patch: "*** Begin Patch\n*** Add File: b.txt\n+new\n*** End Patch\n" }],
        [{ say: "Done." }],
      ],
      "m1",
    );
  },
  "app-interrupt": async (lab) => {
    await lab.server();
    await lab.thread();
    const first = await lab.start(
      scripted([[{ say: "Half a sen", chunk: 4, unfinished: true }, { hang: true }]]),
      "m1",
    );
    await lab.wait((it) => it.method === message);
    await lab.interrupt(first);
    const second = await lab.start(
      scripted([[{ shell: "echo up; sleep 0.3; echo two; sleep 600" }], [{ say: "no" }]]),
      "m2",
    );
    await lab.wait((it) => it.method === "item/commandExecution/outputDelta");
    await lab.interrupt(second);
    await lab.turn([[{ say: "After." }]], "m3");
  },
  "app-errors": async (lab) => {
    await lab.server();
    await lab.thread();
    const error = (type: string, more: object = {}) => ({
      error: { type, message: `fake ${type}`, ...more },
    });
    const times = <T>(step: T): T[] => Array.from({ length: 6 }, () => step);
    const key: Op[] = [{ http: 401, body: error("invalid_api_key") }];
    await lab.turn(times(key), "e401", "401");
    const limit = error("usage_limit_reached", { plan_type: "plus", resets_at: 1_900_000_000 });
    await lab.turn([[{ http: 429, body: limit }]], "e429", "429 usage");
    const rate = error("rate_limit_exceeded");
    await lab.turn(times<Op[]>([{ http: 429, body: rate }]), "e429b", "429 rate");
    await lab.turn(times<Op[]>([{ http: 500 }]), "e500");
    await lab.turn([[{ failed: "context_length_exceeded" }]], "ectx", "context");
    await lab.turn(
      times<Op[]>([{ say: "Hal", unfinished: true }, { drop: true }]),
      "edrop",
      "drop",
    );
    await lab.turn(
      [[{ say: "Ha", chunk: 1, unfinished: true }, { drop: true }], [{ say: "Whole." }]],
      "eretry",
    );
    await lab.turn([[{ http: 400, body: error("invalid_request_error") }]], "e400", "400");
  },
  "app-network": async (lab) => {
    await lab.server();
    await lab.thread();
    await lab.fake.close();
    const turn = await lab.start("hello", "m1");
    await lab.wait((it) => it.method === "error");
    await lab.interrupt(turn);
  },
  "app-resume": async (lab) => {
    await lab.server();
    await lab.thread();
    await lab.start(scripted([[{ say: "Half ", unfinished: true }, { hang: true }]]), "m1");
    await lab.wait((it) => it.method === message);
    await lab.kill("SIGKILL");
    await lab.server();
    await lab.call(requestId.thread(2, "resume"), "thread/resume", {
      threadId: lab.threadId,
      excludeTurns: true,
    });
    await lab.call(requestId.look("m1", "1"), "thread/read", { threadId: lab.threadId });
    await lab.turn([[{ say: "Back." }]], "m2");
  },
  "exec-tools": async (lab) => {
    const plan = ["-c", "tools.update_plan.enabled=true"];
    await lab.exec([...plan, "-s", "workspace-write", "--", scripted(tools)]);
  },
  "exec-resume": async (lab) => {
    await lab.exec(["-s", "read-only", "--", scripted([[{ say: "One." }]])]);
    const { thread_id: id } = JSON.parse(lab.lines[0] ?? "{}") as { thread_id: string };
    await lab.exec(["-s", "read-only", "resume", id, scripted([[{ say: "Two." }]])]);
  },
  "exec-errors": async (lab) => {
    const error = { error: { type: "invalid_api_key", message: "fake invalid key" } };
    const refused: Script = Array.from({ length: 6 }, () => [{ http: 401, body: error }]);
    await lab.exec(["--", scripted(refused)]);
    const limit = {
      error: { type: "usage_limit_reached", message: "x", resets_at: 1_900_000_000 },
    };
    await lab.exec(["--", scripted([[{ http: 429, body: limit }]])]);
    await lab.exec(["--", scripted([[{ drop: true }], [{ drop: true }]])]);
  },
  "exec-interrupt": async (lab) => {
    const script: Script = [[{ shell: "echo up; sleep 600" }]];
    const started = (text: string): boolean => text.includes("command_execution");
    await lab.exec(["-s", "workspace-write", "--", scripted(script)], started);
  },
};

/** Machine paths, random ids and times become stable, so that a new recording shows only real changes. */
function scrub(text: string, lab: Recorder): string {
  const ids = new Map<string, string>();
  const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  return text
    .replaceAll(join(lab.root, "wt"), "/repo/wt")
    .replaceAll(join(lab.root, "repo"), "/repo/main")
    .replaceAll(join(lab.root, "home"), "/home/u/.codex")
    .replaceAll(lab.root, "/home/u")
    .replaceAll(lab.fake.baseUrl, "http://127.0.0.1:1/v1")
    .replaceAll(/sessions\/\d{4}\/\d\d\/\d\d\/rollout-[\dT-]+-/g, "sessions/2026/11/23/rollout-")
    .replaceAll(uuid, (id) => {
      const known = ids.get(id) ?? `00000000-0000-7000-8000-${`${ids.size + 1}`.padStart(12, "0")}`;
      ids.set(id, known);
      return known;
    })
    .replaceAll(/"(\w+AtMs)":\d{13}/g, '"$1":1795000000000')
    .replaceAll(
      /"(startedAt|completedAt|createdAt|updatedAt|recencyAt)":\d{10}/g,
      '"$1":1795000000',
    )
    .replaceAll(/"durationMs":\d+/g, '"durationMs":5')
    .replaceAll(/"processId":"\d+"/g, '"processId":"1"')
    .replaceAll(/"serverName":"(?!forms)[^"]*"/g, '"serverName":"host"')
    .replaceAll(/"userAgent":"[^"]*"/g, '"userAgent":"agetor/0.169.0"');
}

for (const [name, run] of Object.entries(scenarios)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const lab = new Recorder(bin, work, name, await startFakeOpenAi());
  await run(lab);
  await lab.kill();
  await lab.fake.close();
  const file = join(fixtures, `${name}.jsonl`);
  rmSync(file, { force: true });
  for (const line of scrub(lab.lines.join("\n"), lab).split("\n"))
    appendFileSync(file, `${line}\n`);
  console.log(name, lab.lines.length);
}
process.exit(0);

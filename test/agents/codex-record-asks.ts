import { join } from "node:path";
import { type Script, scripted } from "../fakes/openai/script.ts";
import type { Recorder } from "./codex-recorder.ts";

const asks = { approvalPolicy: "untrusted" };
const patch = "*** Begin Patch\n*** Add File: b.txt\n+new\n*** End Patch\n";
const other = "*** Begin Patch\n*** Add File: c.txt\n+other\n*** End Patch\n";

/** A question in full, as the model asks it with `request_user_input`. */
const questions = [
  {
    id: "db",
    header: "Store",
    question: "Which database?",
    options: [
      { label: "SQLite (Recommended)", description: "One file." },
      { label: "Postgres", description: "A server." },
    ],
  },
  {
    id: "name",
    header: "Name",
    question: "What shall it be called?",
    options: [
      { label: "Alpha", description: "First." },
      { label: "Beta", description: "Second." },
    ],
  },
];

const askUser = {
  type: "function",
  name: "ask_user",
  description: "Ask the person.",
  inputSchema: {
    type: "object",
    properties: {
      question: { type: "string" },
      choices: { type: "array", items: { type: "string" } },
    },
    required: ["question"],
  },
};

const mode = (kind: "plan" | "default") => ({
  collaborationMode: {
    mode: kind,
    settings: { model: "gpt-5.5", reasoning_effort: null, developer_instructions: null },
  },
});

/** Recordings in which Codex asks its person: approvals, questions, plans, and words said in between. */
export const asking: Record<string, (lab: Recorder) => Promise<void>> = {
  "app-approvals": async (lab) => {
    await lab.server();
    await lab.thread(asks);
    const script: Script = [
      [{ shell: "echo one > one.txt; sleep 0.3" }],
      [{ patch }],
      [{ shell: "echo two > two.txt; sleep 0.3" }],
      [{ patch: other }],
      [{ say: "Done." }],
    ];
    const ended = lab.ended();
    const turn = await lab.start(scripted(script), "m1");
    await lab.respond(0, { decision: "accept" });
    await lab.respond(1, { decision: "accept" });
    await lab.asked(2);
    await lab.steer(turn, "not that one", "d1");
    await lab.respond(2, { decision: "decline" });
    await lab.respond(3, { decision: "decline" });
    await ended;
    const second = await lab.start(scripted([[{ shell: "echo x > three.txt" }]]), "m2");
    await lab.asked(4);
    await lab.interrupt(second);
  },
  "app-steer": async (lab) => {
    await lab.server();
    await lab.thread();
    const ended = lab.ended();
    const turn = await lab.start(
      scripted([[{ say: "Half", unfinished: true }, { gate: "go" }], [{ say: "Never." }]]),
      "m1",
    );
    await lab.wait((it) => it.method === "item/agentMessage/delta");
    await lab.steer(turn, scripted([[{ say: "x" }], [{ say: "Steered." }]]), "s1");
    lab.fake.open("go");
    await ended;
    await lab.steer(turn, "too late", "s2");
  },
  "app-questions": async (lab) => {
    await lab.server();
    await lab.thread({ dynamicTools: [askUser] });
    const ended = lab.ended();
    const script: Script = [
      [{ call: "ask_user", args: { question: "Go on?", choices: ["Yes", "No"] } }],
      [{ call: "request_user_input", args: { questions } }],
      [{ say: "Done." }],
    ];
    await lab.start(scripted(script), "m1", mode("plan"));
    await lab.respond(0, { contentItems: [{ type: "inputText", text: "Yes" }], success: true });
    await lab.respond(1, {
      answers: { db: { answers: ["Postgres"] }, name: { answers: ["user_note: Gamma"] } },
    });
    await ended;
  },
  "app-elicitation": async (lab) => {
    lab.config("", mcp());
    await lab.server();
    await lab.thread(asks);
    const ended = lab.ended();
    const call = { call: "form", namespace: "mcp__forms", args: {} };
    await lab.start(scripted([[call], [call], [{ say: "Done." }]]), "m1");
    await lab.respond(0, { action: "accept", content: {}, _meta: null });
    await lab.respond(1, {
      action: "accept",
      content: { color: "red", sure: true, count: 3, note: "hm", size: "m", tags: ["a", "b"] },
      _meta: null,
    });
    await lab.respond(2, { action: "decline", content: null, _meta: null });
    await ended;
  },
  "app-plan": async (lab) => {
    await lab.server();
    await lab.thread({ sandbox: "read-only" });
    const planned = (text: string): Script => [
      [{ say: `Here it is.\n<proposed_plan>\n${text}\n</proposed_plan>\n`, chunk: 5 }],
    ];
    const first = lab.ended();
    await lab.start(scripted(planned("# Plan\n- one")), "m1", mode("plan"));
    await first;
    const second = lab.ended();
    await lab.start(scripted(planned("# Plan\n- two")), "plan:1", mode("plan"));
    await second;
    const third = lab.ended();
    await lab.start(scripted([[{ say: "Built." }]]), "plan:2", mode("default"));
    await third;
  },
};

function mcp(): string {
  const server = join(import.meta.dir, "codex-forms.ts");
  return `[mcp_servers.forms]
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(server)}]
`;
}

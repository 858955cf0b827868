import {
  eventStream,
  nextStep,
  serveModel,
  silentAfter,
  sse,
  type TrialModel,
  type TrialScript,
} from "../trial-model.ts";

interface Item {
  readonly type?: string;
  readonly role?: string;
  readonly content?: readonly { readonly text?: string }[];
}

interface Body {
  readonly input?: readonly Item[];
  readonly tools?: readonly { readonly name?: string }[];
}

/**
 * A Responses API (`POST /v1/responses`, server-sent events) for Codex, through a provider of its
 * own so that no account is asked for. `gpt-5.5` has the direct tools; a build without it gets
 * fallback metadata and the same tools, or code mode, which is told by its one tool `exec`
 * (codex-cli 0.169.0, observed).
 */
export async function trialModel(script: TrialScript): Promise<TrialModel> {
  let replies = 0;
  const model = serveModel(async (request) => {
    if (request.method !== "POST" || !new URL(request.url).pathname.endsWith("/responses")) {
      return new Response(null, { status: 404 });
    }
    replies += 1;
    return reply(script, (await request.json()) as Body, replies);
  });
  return Promise.resolve({
    env: { AGETOR_TRIAL_KEY: "agetor-trial-key-without-any-worth" },
    files: {
      "config.toml": [
        'model = "gpt-5.5"',
        'model_provider = "trial"',
        "[model_providers.trial]",
        'name = "Trial"',
        `base_url = "${model.url}/v1"`,
        'wire_api = "responses"',
        'env_key = "AGETOR_TRIAL_KEY"',
        "",
      ].join("\n"),
    },
    close: () => model.close(),
  });
}

function reply(script: TrialScript, body: Body, n: number): Response {
  const id = `resp_trial_${n}`;
  const begin = sse("response.created", { response: { id } });
  const items = body.input ?? [];
  const lastUser = items.findLastIndex(({ role }) => role === "user");
  const step = nextStep(script, {
    lastMessage: (items[lastUser]?.content ?? []).map(({ text }) => text ?? "").join("\n"),
    hasResult: items.slice(lastUser + 1).some(({ type }) => type?.endsWith("_output") === true),
  });
  if (step === "silence") return silentAfter(begin);
  const words = message(`msg_trial_${n}`, step === "done" ? script.done : script.words);
  const call = step === "done" ? "" : callOf(script.command, body, n);
  const end = sse("response.completed", {
    response: { id, usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 } },
  });
  return eventStream(begin + words + call + end);
}

function message(id: string, text: string): string {
  const item = { type: "message", id, role: "assistant" };
  return (
    sse("response.output_item.added", { output_index: 0, item: { ...item, content: [] } }) +
    sse("response.output_text.delta", {
      item_id: id,
      output_index: 0,
      content_index: 0,
      delta: text,
    }) +
    sse("response.output_item.done", {
      output_index: 0,
      item: { ...item, content: [{ type: "output_text", text, annotations: [] }] },
    })
  );
}

function callOf(command: string, body: Body, n: number): string {
  const names = new Set((body.tools ?? []).map(({ name }) => name));
  const ids = { id: `call_trial_${n}`, call_id: `call_trial_${n}` };
  const args = JSON.stringify({ cmd: command });
  const item =
    names.has("exec") && !names.has("exec_command")
      ? {
          type: "custom_tool_call",
          ...ids,
          name: "exec",
          input: `text(await tools.exec_command(${args}))`,
        }
      : { type: "function_call", ...ids, name: "exec_command", arguments: args };
  return sse("response.output_item.done", { output_index: 1, item });
}

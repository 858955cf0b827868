import {
  eventStream,
  nextStep,
  serveModel,
  silentAfter,
  sse,
  type TrialModel,
  type TrialScript,
} from "../trial-model.ts";

interface Message {
  readonly role?: string;
  readonly content?: string | readonly { readonly type?: string; readonly text?: string }[];
}

/**
 * A Messages API (`POST /v1/messages`, server-sent events) for Claude Code: the only request it
 * makes with these variables set (2.1.330, observed).
 */
export async function trialModel(script: TrialScript): Promise<TrialModel> {
  let replies = 0;
  const model = serveModel(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/count_tokens")) return Response.json({ input_tokens: 1 });
    if (request.method !== "POST" || pathname !== "/v1/messages") {
      return new Response(null, { status: 404 });
    }
    const body = (await request.json()) as { model?: string; messages?: readonly Message[] };
    replies += 1;
    return reply(script, body.model ?? "trial", body.messages ?? [], replies);
  });
  return Promise.resolve({
    env: {
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: "agetor-trial-key-without-any-worth",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_MAX_RETRIES: "0",
    },
    files: {},
    close: () => model.close(),
  });
}

function reply(
  script: TrialScript,
  model: string,
  messages: readonly Message[],
  n: number,
): Response {
  const begin = sse("message_start", {
    message: {
      id: `msg_trial_${n}`,
      type: "message",
      role: "assistant",
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    },
  });
  const newest = messages.findLast(({ role }) => role === "user");
  const step = nextStep(script, {
    lastMessage: textOf(newest),
    hasResult: partsOf(newest).some(({ type }) => type === "tool_result"),
  });
  if (step === "silence") return silentAfter(begin);
  const text = block(
    0,
    { type: "text", text: "" },
    {
      type: "text_delta",
      text: step === "done" ? script.done : script.words,
    },
  );
  const tool = block(
    1,
    { type: "tool_use", id: `toolu_trial_${n}`, name: "Bash", input: {} },
    {
      type: "input_json_delta",
      partial_json: JSON.stringify({ command: script.command, description: "A trial" }),
    },
  );
  const reason = step === "done" ? "end_turn" : "tool_use";
  const end =
    sse("message_delta", {
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: 1 },
    }) + sse("message_stop", {});
  return eventStream(begin + text + (step === "done" ? "" : tool) + end);
}

function block(
  index: number,
  start: Readonly<Record<string, unknown>>,
  delta: Readonly<Record<string, unknown>>,
): string {
  return (
    sse("content_block_start", { index, content_block: start }) +
    sse("content_block_delta", { index, delta }) +
    sse("content_block_stop", { index })
  );
}

function partsOf(message: Message | undefined): readonly { type?: string; text?: string }[] {
  const content = message?.content ?? [];
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function textOf(message: Message | undefined): string {
  return partsOf(message)
    .map(({ text }) => text ?? "")
    .join("\n");
}

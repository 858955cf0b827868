import { z } from "zod";
import {
  ApprovalAnswer,
  ApprovalBody,
  ApprovalRule,
  AskQuestionsAnswer,
  Interaction,
  type InteractionAnswer,
  PlanAnswer,
  QuestionAnswer,
  QuestionBody,
} from "../../contract/interaction.ts";
import { Ulid } from "../../contract/primitives.ts";
import { ok, type Result } from "../../contract/result.ts";
import type { Engine, TokenScope } from "../../engine/api.ts";
import { type Call, endpoint } from "../endpoint.ts";
import { answer, read } from "../respond.ts";
import { Deleted, TaskParams } from "../schemas.ts";

const Params = z.object({ id: Ulid });
const One = z.object({ interaction: Interaction });

/** A hook may wait for its person overnight; nothing goes over the wire meanwhile. */
const forever = 0;

async function held<B>(
  { scope, request, peer, body }: Call<unknown, unknown, B>,
  wait: (sessionId: string, body: B, signal: AbortSignal) => Promise<Result<unknown>>,
): Promise<Response> {
  // A person has no agent's session to ask in.
  if (scope?.kind !== "session") return read(ok({ gone: true }));
  peer.idle(forever);
  return read(await wait(scope.sessionId, body, request.signal));
}

async function question(
  { questions }: Engine,
  sessionId: string,
  body: QuestionBody,
  signal: AbortSignal,
): Promise<Result<unknown>> {
  const asked = await questions.ask(sessionId, body);
  return asked.ok ? questions.answered(sessionId, asked.value.id, signal) : asked;
}

function byWhom(scope: TokenScope | null): string {
  return scope?.kind === "app" ? scope.tokenId : "";
}

function answered(
  call: Call<z.output<typeof Params>, unknown, unknown>,
  given: InteractionAnswer,
): Promise<Response> {
  const { context, params, meta, scope } = call;
  return answer(context.engine.interactions.answer(params.id, given, byWhom(scope), meta));
}

export const interactionEndpoints = {
  ask: endpoint({
    body: ApprovalBody,
    verbatim: true,
    answer: z.unknown(),
    handle: (call) =>
      held(call, (id, body, signal) => call.context.engine.interactions.approve(id, body, signal)),
  }),
  askQuestion: endpoint({
    body: QuestionBody,
    answer: z.unknown(),
    handle: (call) =>
      held(call, (id, body, signal) => question(call.context.engine, id, body, signal)),
  }),
  withdrawQuestion: endpoint({
    params: Params,
    answer: z.object({ withdrawn: z.boolean() }),
    handle: async ({ params, scope, context }) =>
      scope?.kind === "session"
        ? read(await context.engine.questions.withdraw(scope.sessionId, params.id))
        : read(ok({ withdrawn: false })),
  }),
  answerApproval: endpoint({
    params: Params,
    body: ApprovalAnswer,
    answer: One,
    handle: (call) => answered(call, { kind: "approval", ...call.body }),
  }),
  answerQuestion: endpoint({
    params: Params,
    body: QuestionAnswer,
    answer: One,
    handle: (call) => answered(call, { kind: "question", ...call.body }),
  }),
  answerQuestions: endpoint({
    params: Params,
    body: AskQuestionsAnswer,
    answer: One,
    handle: (call) => answered(call, { kind: "ask_questions", ...call.body }),
  }),
  answerPlan: endpoint({
    params: Params,
    body: PlanAnswer,
    answer: One,
    handle: (call) => answered(call, { kind: "plan_approval", ...call.body }),
  }),
  listRules: endpoint({
    params: TaskParams,
    answer: z.object({ rules: z.array(ApprovalRule) }),
    handle: ({ params, context }) => read(context.engine.interactions.rules(params.id)),
  }),
  revokeRule: endpoint({
    params: z.object({ id: Ulid, ruleId: Ulid }),
    answer: Deleted,
    handle: ({ params, meta, context }) =>
      answer(context.engine.interactions.revoke(params.id, params.ruleId, meta)),
  }),
};

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
import type { TokenScope } from "../../engine/api.ts";
import { type Call, endpoint } from "../endpoint.ts";
import { answer, read } from "../respond.ts";
import { Deleted, TaskParams } from "../schemas.ts";

const Params = z.object({ id: Ulid });
const One = z.object({ interaction: Interaction });

/** A hook may wait for its person overnight; nothing goes over the wire meanwhile. */
const forever = 0;

function held<B>(
  { scope, request, peer, body }: Call<unknown, unknown, B>,
  wait: (sessionId: string, body: B, signal: AbortSignal) => Promise<Parameters<typeof read>[0]>,
): Promise<Response> {
  peer.idle(forever);
  return wait(sessionOf(scope), body, request.signal).then(read);
}

function sessionOf(scope: TokenScope | null): string {
  return scope?.kind === "session" ? scope.sessionId : "";
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
      held(call, (id, body, signal) => call.context.engine.interactions.question(id, body, signal)),
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

import { z } from "zod";
import { FileDiff } from "./event.ts";
import { Millis, Ulid } from "./primitives.ts";

const Rule = z.object({
  toolName: z.string(),
  match: z.discriminatedUnion("type", [
    z.object({ type: z.literal("any") }),
    z.object({ type: z.literal("exact"), inputHash: z.string(), summary: z.string() }),
  ]),
});

/** What a person allowed for good, for one task only: an exact input, or a whole tool. */
export const ApprovalRule = Rule.extend({ id: Ulid, taskId: Ulid, createdAt: Millis });
export type ApprovalRule = z.infer<typeof ApprovalRule>;

export const ApprovalAnswer = z.strictObject({
  decision: z.enum(["allow", "deny"]),
  remember: z.boolean().optional(),
  rule: Rule.optional(),
  reason: z.string().max(20_000).optional(),
  updatedInput: z.record(z.string(), z.unknown()).optional(),
});
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;

export const QuestionAnswer = z.strictObject({
  selected: z.array(z.string().max(2000)).max(20),
  text: z.string().max(20_000).optional(),
});
export type QuestionAnswer = z.infer<typeof QuestionAnswer>;

export const AskQuestionsAnswer = z.strictObject({
  answers: z
    .array(
      z.strictObject({
        selected: z.array(z.string().max(2000)).max(20),
        custom: z.string().max(20_000).optional(),
      }),
    )
    .max(20),
});
export type AskQuestionsAnswer = z.infer<typeof AskQuestionsAnswer>;

export const PlanAnswer = z.strictObject({
  choice: z.enum(["approve_implement", "approve_ask", "reject"]),
  revision: z.string().max(100_000).optional(),
});
export type PlanAnswer = z.infer<typeof PlanAnswer>;

/** An answer with the kind of interaction it belongs to. */
export const InteractionAnswer = z.discriminatedUnion("kind", [
  ApprovalAnswer.extend({ kind: z.literal("approval") }),
  QuestionAnswer.extend({ kind: z.literal("question") }),
  AskQuestionsAnswer.extend({ kind: z.literal("ask_questions") }),
  PlanAnswer.extend({ kind: z.literal("plan_approval") }),
]);
export type InteractionAnswer = z.infer<typeof InteractionAnswer>;

const base = {
  id: Ulid,
  taskId: Ulid,
  runId: Ulid,
  /** The call of the transcript it is about (`tool.call`), where the agent says so. */
  toolId: z.string().nullable().optional(),
  createdAt: Millis,
  expiresAt: Millis.nullable(),
  state: z.enum(["open", "answered", "gone"]),
  /** What became of it, for people; null while it is open. */
  outcome: z.string().nullable(),
  /** What was answered, an input changed by hand with it; null while it is open or nobody did. */
  answer: InteractionAnswer.nullable(),
  /** The token that answered, or null when nobody did. */
  answeredBy: z.string().nullable(),
  resolvedAt: Millis.nullable(),
};

export const Question = z.object({
  question: z.string(),
  header: z.string(),
  multiSelect: z.boolean(),
  options: z.array(
    z.object({ label: z.string(), description: z.string(), preview: z.string().nullable() }),
  ),
});
export type Question = z.infer<typeof Question>;

/** Something the agent waits for its person to answer. */
export const Interaction = z.discriminatedUnion("kind", [
  z.object({
    ...base,
    kind: z.literal("approval"),
    toolName: z.string(),
    toolInput: z.unknown(),
    title: z.string(),
    cwd: z.string(),
    /** Why the agent must ask, when it says so. */
    reason: z.string().nullable(),
    /** The changes it wants to make, where it shows them. */
    diff: z.array(FileDiff).nullable(),
    /** Whether the agent takes a changed input with an allowance. */
    editable: z.boolean(),
    risks: z.array(z.string()),
    rememberable: z.array(ApprovalRule),
  }),
  z.object({
    ...base,
    kind: z.literal("question"),
    question: z.string(),
    choices: z.array(z.string()).nullable(),
    multi: z.boolean(),
    allowText: z.boolean(),
  }),
  z.object({
    ...base,
    kind: z.literal("ask_questions"),
    questions: z.array(Question),
  }),
  z.object({ ...base, kind: z.literal("plan_approval"), plan: z.string() }),
]);
export type Interaction = z.infer<typeof Interaction>;

/** What an agent's hook sends, with the session's token: held open until it is answered. */
export const ApprovalBody = z.strictObject({
  requestId: Ulid,
  hook: z.record(z.string(), z.unknown()),
});
export type ApprovalBody = z.infer<typeof ApprovalBody>;

/** What the `ask_user` tool sends, with the session's token: held open until it is answered. */
export const QuestionBody = z.strictObject({
  requestId: Ulid,
  question: z.string().min(1).max(20_000),
  choices: z.array(z.string().min(1).max(2000)).max(20).optional(),
  multi: z.boolean().optional(),
  allowText: z.boolean().optional(),
  /** The id of the model's call, where the client says it. */
  toolId: z.string().max(200).optional(),
});
export type QuestionBody = z.infer<typeof QuestionBody>;

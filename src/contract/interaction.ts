import { z } from "zod";
import { Millis, Ulid } from "./primitives.ts";

export const ApprovalRule = z.object({
  id: Ulid,
  taskId: Ulid,
  toolName: z.string(),
  match: z.discriminatedUnion("type", [
    z.object({ type: z.literal("any") }),
    z.object({ type: z.literal("exact"), inputHash: z.string(), summary: z.string() }),
  ]),
  createdAt: Millis,
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

const base = {
  id: Ulid,
  taskId: Ulid,
  runId: Ulid,
  createdAt: Millis,
  expiresAt: Millis.nullable(),
};

/** Something the agent waits for its person to answer. */
export const Interaction = z.discriminatedUnion("kind", [
  z.object({
    ...base,
    kind: z.literal("approval"),
    toolName: z.string(),
    toolInput: z.unknown(),
    title: z.string(),
    cwd: z.string(),
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
    questions: z.array(
      z.object({
        question: z.string(),
        header: z.string(),
        multiSelect: z.boolean(),
        options: z.array(
          z.object({
            label: z.string(),
            description: z.string(),
            preview: z.string().nullable(),
          }),
        ),
      }),
    ),
  }),
  z.object({ ...base, kind: z.literal("plan_approval"), plan: z.string() }),
]);
export type Interaction = z.infer<typeof Interaction>;

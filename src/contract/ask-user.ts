import type { z } from "zod";
import { type Interaction, type QuestionAnswer, QuestionBody } from "./interaction.ts";
import { err, ok, type Result } from "./result.ts";

/** The tool by which an agent asks its person, whatever protocol brings it there. */
export const askUserTool = {
  name: "ask_user",
  description:
    "Ask the person who runs you a question and wait for the answer. Use it when you cannot go on without a decision that is theirs. They may take a long time.",
  inputSchema: {
    type: "object",
    properties: {
      question: { type: "string", description: "The question, in full sentences." },
      choices: {
        type: "array",
        items: { type: "string" },
        description: "Answers to choose from, when there are a few clear ones.",
      },
      multi: { type: "boolean", description: "Whether several choices may be taken." },
      allowText: {
        type: "boolean",
        description: "Whether a free answer is fine beside the choices.",
      },
    },
    required: ["question"],
  },
} as const;

const Arguments = QuestionBody.omit({ requestId: true, toolId: true }).strip();
export type AskUserArguments = z.infer<typeof Arguments>;

/**
 * What the tool was called with; the fault is a sentence for the model. What a model adds of its
 * own, or leaves out as null, is let pass.
 */
export function readAskUser(given: unknown): Result<AskUserArguments, string> {
  const said = Object.entries(Object(given)).filter(([, value]) => value !== null);
  const parsed = Arguments.safeParse(Object.fromEntries(said));
  if (parsed.success && parsed.data.question.trim() !== "") return ok(parsed.data);
  const issue = parsed.error?.issues[0];
  const at = issue?.path.join(".") || "question";
  return err(
    `ask_user cannot be called like this: ${at}: ${issue?.message ?? "must not be empty"}`,
  );
}

type Question = Extract<Interaction, { kind: "question" }>;

/** The question as it stands on the card. Without choices there is only a free answer. */
export function askedBy(
  given: AskUserArguments,
): Pick<Question, "kind" | "question" | "choices" | "multi" | "allowText"> {
  const choices = given.choices === undefined || given.choices.length === 0 ? null : given.choices;
  return {
    kind: "question",
    question: given.question,
    choices,
    multi: given.multi ?? false,
    allowText: given.allowText === true || choices === null,
  };
}

/** The answer as the model reads it: each choice on a line, then the free words. */
export function answerText({ selected, text }: QuestionAnswer): string {
  return [...selected, text ?? ""].filter((part) => part !== "").join("\n");
}

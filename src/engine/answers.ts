import { type Fault, fault } from "../contract/fault.ts";
import type { Interaction, InteractionAnswer } from "../contract/interaction.ts";

/** Why an answer does not fit its question, or null when it does. */
export function checkAnswer(interaction: Interaction, answer: InteractionAnswer): Fault | null {
  if (interaction.kind === "approval" && answer.kind === "approval") {
    return answer.updatedInput !== undefined && !interaction.editable
      ? misfit(
          "This agent does not take a changed input.",
          "Allow it as it is, or deny it with a reason.",
        )
      : null;
  }
  if (interaction.kind === "question" && answer.kind === "question") {
    return (
      checkChoices(answer.selected, interaction.choices ?? [], interaction.multi) ??
      (answer.text !== undefined && !interaction.allowText
        ? misfit("This question takes no free text.", "Choose one of its answers.")
        : null) ??
      (answer.selected.length === 0 && (answer.text ?? "") === ""
        ? misfit("This answer is empty.", "Choose an answer or write one.")
        : null)
    );
  }
  if (interaction.kind === "ask_questions" && answer.kind === "ask_questions") {
    return checkAnswers(interaction.questions, answer.answers);
  }
  return null;
}

type Questions = Extract<Interaction, { kind: "ask_questions" }>["questions"];
type Answers = Extract<InteractionAnswer, { kind: "ask_questions" }>["answers"];

function checkAnswers(questions: Questions, answers: Answers): Fault | null {
  if (answers.length !== questions.length) {
    return misfit(
      `There are ${questions.length} question(s), and ${answers.length} answer(s).`,
      "Answer each question, in order.",
    );
  }
  for (const [index, question] of questions.entries()) {
    const given = answers[index];
    const labels = question.options.map((option) => option.label);
    const wrong = checkChoices(given?.selected ?? [], labels, question.multiSelect);
    if (wrong !== null) {
      return wrong;
    }
    if ((given?.selected.length ?? 0) === 0 && (given?.custom ?? "") === "") {
      return misfit(`“${question.question}” has no answer.`, "Answer each question.");
    }
  }
  return null;
}

function checkChoices(
  selected: readonly string[],
  choices: readonly string[],
  multi: boolean,
): Fault | null {
  const stray = selected.find((one) => !choices.includes(one));
  if (stray !== undefined) {
    return misfit(
      `“${stray.slice(0, 80)}” is not one of the choices.`,
      "Choose one that is offered.",
    );
  }
  return selected.length > 1 && !multi
    ? misfit("Only one answer can be chosen.", "Choose one.")
    : null;
}

function misfit(message: string, hint: string): Fault {
  return fault("invalid_request", message, hint, { issues: [] });
}

/** What became of a question, in a few words for the card. */
export function outcomeOf(answer: InteractionAnswer): string {
  switch (answer.kind) {
    case "approval":
      return approvalOutcome(answer);
    case "question":
      return `Answered: ${[...answer.selected, answer.text ?? ""].filter(Boolean).join(", ")}`;
    case "ask_questions":
      return `Answered: ${answer.answers.map((one) => [...one.selected, one.custom ?? ""].filter(Boolean).join(", ")).join("; ")}`;
    case "plan_approval":
      return answer.choice === "reject"
        ? "Changes requested"
        : answer.choice === "approve_ask"
          ? "Approved, asking before edits"
          : "Approved";
  }
}

function approvalOutcome(answer: Extract<InteractionAnswer, { kind: "approval" }>): string {
  if (answer.decision === "deny") {
    return answer.reason === undefined || answer.reason === ""
      ? "Denied"
      : `Denied: ${answer.reason}`;
  }
  if (answer.remember === true) {
    return "Always allowed in this task";
  }
  return answer.updatedInput === undefined ? "Allowed once" : "Allowed with your changes";
}

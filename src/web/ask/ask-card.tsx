import { useInteraction } from "../state/board.ts";
import { ApprovalForm } from "./approval.tsx";
import type { Place } from "./frame.tsx";
import { OverCard } from "./over.tsx";
import { PlanForm } from "./plan.tsx";
import { QuestionsForm } from "./questions.tsx";

export interface AskCardProps extends Place {
  readonly id: string;
  /** Takes a card that is over away. */
  readonly onDismiss?: () => void;
}

/** Whatever an agent asks, as the form that answers it; over, it says what became of it. */
export function AskCard({ id, onDismiss, ...place }: AskCardProps) {
  const ask = useInteraction(id);
  if (ask === null) return null;
  if (ask.state !== "open") {
    const card = document.querySelector(`[data-ask="${CSS.escape(id)}"]`);
    const hadFocus = card?.contains(document.activeElement) === true;
    return <OverCard ask={ask} place={place} hadFocus={hadFocus} onDismiss={onDismiss} />;
  }
  switch (ask.kind) {
    case "approval":
      return <ApprovalForm ask={ask} place={place} />;
    case "question":
    case "ask_questions":
      return <QuestionsForm ask={ask} place={place} />;
    case "plan_approval":
      return <PlanForm ask={ask} place={place} />;
  }
}

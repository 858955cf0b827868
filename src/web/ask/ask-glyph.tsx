import type { Interaction } from "../../contract/interaction.ts";
import { Icon, type IconName } from "../ui/icons.tsx";

const kinds: Readonly<Record<Interaction["kind"], IconName>> = {
  approval: "st-blocked",
  question: "t-ask",
  ask_questions: "t-ask",
  plan_approval: "t-plan",
};

/** What a request asks for, or how it ended; a word stands beside it in either case. */
export function AskGlyph(props: {
  readonly ask: Interaction;
  readonly className?: string | undefined;
}) {
  const { ask, className } = props;
  return <Icon name={glyphOf(ask)} className={className} />;
}

function glyphOf(ask: Interaction): IconName {
  if (ask.state === "open") return kinds[ask.kind];
  if (ask.state === "gone") return "clock";
  return /^(Denied|Changes requested)/.test(ask.outcome ?? "") ? "x" : "check";
}

import { useEffect, useState } from "react";
import type { Interaction } from "../../contract/interaction.ts";
import { later } from "../state/actions.ts";
import { go } from "../state/route.ts";
import { Button } from "../ui/button.tsx";
import { Exact } from "../ui/text.tsx";
import { answer } from "./answer.ts";
import { wishFocus } from "./focus-wish.ts";
import { type Approval, firstLine, subjectOf } from "./words.ts";

export interface CompactProps {
  readonly ask: Interaction;
  /** How many more of this task wait behind it. */
  readonly more: number;
  readonly tabIndex: number;
}

/** A request on its card: what it is about, and the way to answer it. */
export function CompactAsk({ ask, more, tabIndex }: CompactProps) {
  if (ask.kind === "approval") {
    return <CompactApproval key={ask.id} ask={ask} more={more} tabIndex={tabIndex} />;
  }
  const { text, action } = question(ask);
  const open = (): void => {
    wishFocus(ask.taskId);
    go({ task: ask.taskId, tab: null });
  };
  return (
    <div className="askcard">
      <p className="q clamp3">
        <Exact>{text.slice(0, 600)}</Exact>
      </p>
      <div className="acts">
        <Button size="s" tabIndex={tabIndex} onClick={open}>
          {action}
        </Button>
      </div>
    </div>
  );
}

function question(ask: Exclude<Interaction, Approval>): { text: string; action: string } {
  switch (ask.kind) {
    case "question":
      return { text: ask.question, action: "Answer" };
    case "ask_questions": {
      const count = ask.questions.length;
      return {
        text: ask.questions[0]?.question ?? "The agent has a question.",
        action: count > 1 ? `Answer ${count} questions` : "Answer",
      };
    }
    case "plan_approval": {
      const line = firstLine(ask.plan);
      return {
        text: line === null ? "A plan is ready." : `Plan ready: ${line}`,
        action: "Review plan",
      };
    }
  }
}

interface CompactApprovalProps {
  readonly ask: Approval;
  readonly more: number;
  readonly tabIndex: number;
}

/** Allow is left and Deny right, here as in the panel; "always" lives where its rule can be read. */
function CompactApproval({ ask, more, tabIndex }: CompactApprovalProps) {
  const calm = useCalm();
  const diff = ask.diff ?? [];
  const text =
    diff.length > 0 ? diff.map((file) => file.path).join("\n") : subjectOf(ask.toolInput).text;
  const give = (decision: "allow" | "deny") => () => {
    if (calm) later(answer(ask, { kind: "approval", decision }));
  };
  const long = diff.length > 0 || text.length > 400 || text.split("\n").length > 4;
  return (
    <div className="askcard">
      <pre className="clamp4">
        <Exact>{text.slice(0, 600)}</Exact>
      </pre>
      <div className="acts">
        {long ? (
          // Who cannot read all of it here must not allow it here.
          <Button
            size="s"
            variant="primary"
            tabIndex={tabIndex}
            onClick={() => {
              wishFocus(ask.taskId);
              go({ task: ask.taskId, tab: null });
            }}
          >
            {diff.length > 0 ? "Look at it" : "Read it all"}
          </Button>
        ) : (
          <Button
            size="s"
            variant="primary"
            tabIndex={tabIndex}
            aria-disabled={!calm}
            onClick={give("allow")}
          >
            Allow once
          </Button>
        )}
        <Button size="s" tabIndex={tabIndex} aria-disabled={!calm} onClick={give("deny")}>
          Deny
        </Button>
      </div>
      {more > 0 && <p className="micro t3">and {more} more after this</p>}
    </div>
  );
}

/** A pointer that was on its way to the card must not press what has just come up under it. */
function useCalm(): boolean {
  const [calm, setCalm] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(true), 400);
    return () => clearTimeout(timer);
  }, []);
  return calm;
}

/** What was just answered, for the moment until its agent goes on. */
export function CompactOver({ asks }: { readonly asks: readonly Interaction[] }) {
  return (
    <p className="note t3 clamp3">
      <Exact>{asks.map((ask) => ask.outcome ?? "Settled").join("; ")}</Exact>
    </p>
  );
}

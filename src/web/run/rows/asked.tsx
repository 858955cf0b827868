import type { Interaction } from "../../../contract/interaction.ts";
import type { AskItem, ToolItem } from "../../../domain/transcript.ts";
import {
  answersOf,
  approvalWords,
  askWords,
  commentsOf,
  isDenied,
  oneLine,
} from "../../../domain/transcript-words.ts";
import { cx } from "../../ui/cx.ts";
import { Exact } from "../../ui/text.tsx";
import { CopyButton } from "../copy-button.tsx";
import { Markdown } from "../markdown/markdown.tsx";
import { Json } from "./json.tsx";
import { Line } from "./line.tsx";
import { Output } from "./output.tsx";

export interface AskRowProps {
  readonly item: AskItem;
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** What the agent asked and what it was told. What is still open is answered in the dock. */
export function AskRow({ item, open, onToggle }: AskRowProps) {
  const { verb, object, outcome } = askWords(item);
  const comments = commentsOf(item);
  return (
    <>
      <Line
        icon={item.ask.kind === "plan_approval" ? "t-plan" : "t-ask"}
        verb={verb}
        // A plan that stands below is not said twice.
        object={open && item.ask.kind === "plan_approval" ? "" : <Exact>{object}</Exact>}
        out={
          item.ask.state === "open" ? (
            <span>waits for you</span>
          ) : (
            <span className="fate cut">
              <Exact>{oneLine(outcome)}</Exact>
            </span>
          )
        }
        open={open}
        onToggle={onToggle}
      />
      {comments !== "" && (
        <div className="told-back">
          <Markdown text={comments} />
        </div>
      )}
      {open && <AskBody item={item} />}
      {open && <Told item={item} />}
    </>
  );
}

/** What the agent's own call says, where it is more than what was answered here. */
function Told({ item: { ask, call } }: { readonly item: AskItem }) {
  const unsaid = call?.status === "failed" || (ask.answer ?? null) === null;
  if (call === null || !unsaid || call.output === "") return null;
  return <Output text={call.output} blobId={call.blobId} />;
}

function AskBody({ item }: { readonly item: AskItem }) {
  const { ask } = item;
  if (ask.kind === "plan_approval") {
    return (
      <div className="plan-text">
        <span className="at">
          <CopyButton text={() => ask.plan} label="Copy plan" />
        </span>
        <Markdown text={ask.plan} />
      </div>
    );
  }
  if (ask.kind === "approval") {
    return (
      <>
        <Json value={ask.toolInput} label="asked for" />
        <div className="inset quiet typed">{ask.outcome}</div>
      </>
    );
  }
  return (
    <dl className="asked">
      {answersOf(item).map(({ question, answer }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a question is named by its place
        <div key={index}>
          <dt className="typed">{question}</dt>
          <dd className="typed">{answer === "" ? (ask.outcome ?? unanswered(ask)) : answer}</dd>
        </div>
      ))}
    </dl>
  );
}

function unanswered({ state }: Interaction): string {
  return state === "open" ? "Not answered yet" : "Not answered";
}

/** At the end of a tool's line: whether it was allowed, and by whom it was changed. */
export function ApprovalWords({ item }: { readonly item: ToolItem }) {
  const words = approvalWords(item);
  return words === "" ? null : (
    <span className={cx("fate cut", item.approval !== null && isDenied(item.approval) && "no")}>
      <Exact>{oneLine(words)}</Exact>
    </span>
  );
}

/** What the agent wanted, below what the person made of it; and a reason that is too long above. */
export function ApprovalBody({ item }: { readonly item: ToolItem }) {
  const { asked, approval } = item;
  if (asked !== null) {
    const { command } = (asked.input ?? {}) as { command?: unknown };
    return typeof command === "string" ? (
      <div className="inset">
        <p className="cap">Asked for, before you edited it</p>
        <pre className="k-text">
          <Exact>{command}</Exact>
        </pre>
      </div>
    ) : (
      <Json value={asked.input} label="asked for, before you edited it" />
    );
  }
  const outcome = approval?.outcome ?? "";
  return outcome.length <= 40 ? null : (
    <div className="inset quiet typed">
      <Exact>{outcome}</Exact>
    </div>
  );
}

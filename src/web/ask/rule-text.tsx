import type { ApprovalRule } from "../../contract/interaction.ts";
import { Exact } from "../ui/text.tsx";

/** A rule as a sentence, exactly as far as it reaches. */
export function RuleText({ rule }: { readonly rule: Pick<ApprovalRule, "toolName" | "match"> }) {
  const name = (
    <span className="mono">
      <Exact>{rule.toolName}</Exact>
    </span>
  );
  if (rule.match.type === "any") return <span>{name} with any input</span>;
  return (
    <span>
      {name} with exactly{" "}
      <span className="mono">
        <Exact>{rule.match.summary}</Exact>
      </span>
    </span>
  );
}

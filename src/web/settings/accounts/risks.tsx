import type { HarnessRisk } from "../../../domain/harness-risk.ts";
import { Icon } from "../../ui/icons.tsx";
import { Exact } from "../../ui/text.tsx";

/** What the settings of a harness can do, the dangerous first; nothing when there is nothing to say. */
export function Risks({ risks }: { readonly risks: readonly HarnessRisk[] }) {
  if (risks.length === 0) return null;
  return (
    <ul className="risks" aria-label="What these settings can do">
      {risks.map(({ field, name, level, why }) => (
        <li key={`${field} ${name}`}>
          <Icon
            name={level === "danger" ? "st-failed" : "info"}
            size={14}
            className={level === "danger" ? "s-blocked" : "t3"}
          />
          <span>
            {name !== null && (
              <code>
                <Exact>{name}</Exact>
              </code>
            )}{" "}
            {why}
          </span>
        </li>
      ))}
    </ul>
  );
}

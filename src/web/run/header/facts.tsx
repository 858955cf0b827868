import type { ReactNode } from "react";
import type { Run, Usage } from "../../../contract/run.ts";
import type { Task } from "../../../contract/task.ts";
import type { UsageItem } from "../../../domain/transcript.ts";
import { agentIcon, useAgentName } from "../../ui/agents.tsx";
import { Meter } from "../../ui/bits.tsx";
import { Icon } from "../../ui/icons.tsx";
import { tip } from "../../ui/tooltip.tsx";
import { copyText } from "../copy-button.tsx";
import { ModeFact } from "./mode-fact.tsx";

export interface FactsProps {
  readonly task: Task;
  readonly run: Run | null;
  readonly said: UsageItem | null;
}

/** Who works, with what, and what it has used so far. What does not fit is cut from the end. */
export function Facts({ task, run, said }: FactsProps) {
  const agent = useAgentName(task.agent);
  const context = task.stats?.contextPercent ?? said?.contextPercent;
  // As the agent says it; else as it was asked for.
  const setting = [said?.model ?? task.model, task.effort]
    .filter((word) => word !== null)
    .join(", ");
  const where = task.worktreePath ?? task.workdir;
  return (
    <>
      <Fact>
        <Icon name={agentIcon(task.agentKind, task.agent)} size={14} />
        {agent}
      </Fact>
      {setting !== "" && <Fact>{setting}</Fact>}
      <ModeFact task={task} />
      {context !== null && context !== undefined && (
        <Fact tip={`${Math.round(context)}% of the context is used`}>
          <Meter percent={context} label="Context used" warn={context >= 80} />
          <span className="num">{`${Math.round(context)}%`}</span>
        </Fact>
      )}
      <Used
        task={task}
        usage={said?.runId === run?.id ? (said?.usage ?? null) : (run?.usage ?? null)}
      />
      {task.branch !== null && (
        <Copyable icon="branch" text={task.branch} label={`Copy branch ${task.branch}`} />
      )}
      {task.branch === null && <Copyable icon="folder" text={where} label={`Copy path ${where}`} />}
    </>
  );
}

/** Tokens of the last run; the cost is that of the task. */
function Used({ task, usage }: { readonly task: Task; readonly usage: Usage | null }) {
  const cost = task.stats?.costUsd ?? usage?.costUsd ?? null;
  const tokens = usage === null ? 0 : usage.inputTokens + usage.outputTokens;
  const words = [
    tokens === 0 ? null : `${compact(tokens)} tokens`,
    cost === null ? null : `$${cost.toFixed(2)}`,
  ].filter((word) => word !== null);
  if (words.length === 0 || usage === null) return null;
  const cached = usage.cacheReadTokens + usage.cacheWriteTokens;
  const detail = [
    `${usage.inputTokens.toLocaleString()} in`,
    `${usage.outputTokens.toLocaleString()} out`,
    cached === 0 ? null : `${cached.toLocaleString()} cached`,
    usage.costUsd === null ? null : `$${usage.costUsd.toFixed(2)}`,
  ].filter((word) => word !== null);
  return (
    <Fact tip={`Last run: ${detail.join(", ")}`}>
      <span className="num">{words.join(" · ")}</span>
    </Fact>
  );
}

/** 940, 12.4k, 1.2M. */
export function compact(count: number): string {
  if (count < 1000) return String(count);
  if (count < 99_950) return `${(count / 1000).toFixed(1)}k`;
  if (count < 999_500) return `${Math.round(count / 1000)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

function Fact({ tip: words, children }: { readonly tip?: string; readonly children: ReactNode }) {
  return (
    <>
      <span className="mid" />
      <span {...(words === undefined ? {} : tip(words))}>{children}</span>
    </>
  );
}

function Copyable(props: {
  readonly icon: "branch" | "folder";
  readonly text: string;
  readonly label: string;
}) {
  return (
    <>
      <span className="mid" />
      <button
        type="button"
        className="fact-copy"
        aria-label={props.label}
        {...tip(props.label)}
        onClick={() => {
          copyText(props.text).catch(() => undefined);
        }}
      >
        <Icon name={props.icon} size={14} />
        <span className="mono cut">{props.text}</span>
      </button>
    </>
  );
}

import { type ReactNode, use } from "react";
import type { ToolItem } from "../../../domain/transcript.ts";
import { formatDuration, toolPhrase } from "../../../domain/transcript-words.ts";
import { AddsDels } from "../../ui/bits.tsx";
import type { IconName } from "../../ui/icons.tsx";
import { Exact } from "../../ui/text.tsx";
import { Elapsed } from "../../ui/time.tsx";
import { Markdown } from "../markdown/markdown.tsx";
import { LiveOutput } from "../run-context.ts";
import { FileDiffs } from "./edit.tsx";
import { Json } from "./json.tsx";
import { Line } from "./line.tsx";
import { Output } from "./output.tsx";

const icons: Readonly<Record<ToolItem["tool"], IconName>> = {
  read: "t-read",
  edit: "t-edit",
  delete: "trash",
  move: "t-edit",
  search: "t-search",
  execute: "t-shell",
  think: "t-think",
  fetch: "t-web",
  mcp: "t-mcp",
  agent: "t-agent",
  other: "t-mcp",
};

export interface ToolRowProps {
  readonly item: ToolItem;
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** One use of a tool. */
export function ToolRow({ item, open, onToggle }: ToolRowProps) {
  const running = item.status === "running" || item.status === "pending";
  const { verb, object } = toolPhrase(item);
  return (
    <>
      <Line
        icon={running ? "st-running" : icons[item.tool]}
        spin={running}
        verb={verb}
        object={<Exact>{object}</Exact>}
        mono={item.tool !== "other" && item.tool !== "agent" && item.tool !== "think"}
        out={<Outcome item={item} running={running} />}
        open={open}
        onToggle={onToggle}
      />
      {open && <ToolBody item={item} running={running} />}
    </>
  );
}

function Outcome({ item, running }: { readonly item: ToolItem; readonly running: boolean }) {
  if (running) return <Elapsed since={item.at} />;
  const { diff, durationMs } = item;
  return (
    <>
      {diff !== null && diff.length > 0 && (
        <AddsDels
          additions={diff.reduce((sum, file) => sum + file.additions, 0)}
          deletions={diff.reduce((sum, file) => sum + file.deletions, 0)}
        />
      )}
      {outcomeWord(item)}
      {durationMs !== null && durationMs >= 100 && <span>{formatDuration(durationMs)}</span>}
    </>
  );
}

function outcomeWord(item: ToolItem): ReactNode {
  if (item.status === "denied") return <span className="no">denied</span>;
  if (item.exitCode !== null && item.exitCode !== 0) {
    return <span className="no">exit {item.exitCode}</span>;
  }
  return item.status === "failed" ? <span className="no">failed</span> : null;
}

function ToolBody({ item, running }: { readonly item: ToolItem; readonly running: boolean }) {
  const live = use(LiveOutput).get(item.toolId);
  const output = running ? (live ?? item.output) : item.output;
  const { diff } = item;
  if (diff !== null && diff.length > 0) return <FileDiffs files={diff} />;
  if (item.tool === "execute") {
    return (
      <>
        <Command item={item} />
        <Output text={output} blobId={item.blobId} live={running} />
      </>
    );
  }
  if (item.tool === "agent" && output !== "") {
    return (
      <div className="lane-end">
        <Markdown text={output} />
      </div>
    );
  }
  return (
    <>
      {hasInput(item) && <Json value={item.input} label="input" />}
      {output !== "" && <Result output={output} blobId={item.blobId} />}
      {!hasInput(item) && output === "" && <div className="inset quiet">Nothing more to show</div>}
    </>
  );
}

/** The whole command, when the line above could not hold it. */
function Command({ item }: { readonly item: ToolItem }) {
  const { command } = (item.input ?? {}) as { command?: unknown };
  const text = typeof command === "string" ? command : item.title;
  if (!text.includes("\n") && text.length <= 80) return null;
  return (
    <div className="inset">
      <pre className="k-text">
        <Exact>{text}</Exact>
      </pre>
    </div>
  );
}

function hasInput(item: ToolItem): boolean {
  if (item.tool === "read" || item.tool === "search") return false;
  return (
    typeof item.input === "object" && item.input !== null && Object.keys(item.input).length > 0
  );
}

function Result({ output, blobId }: { readonly output: string; readonly blobId: string | null }) {
  const value = blobId === null ? parsed(output) : undefined;
  return value === undefined ? (
    <Output text={output} blobId={blobId} />
  ) : (
    <Json value={value} label="result" />
  );
}

function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || text.length > 500_000) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { type ReactNode, use } from "react";
import type { ToolItem } from "../../../domain/transcript.ts";
import {
  approvalWords,
  formatDuration,
  isWaiting,
  toolPhrase,
} from "../../../domain/transcript-words.ts";
import { AddsDels } from "../../ui/bits.tsx";
import type { IconName } from "../../ui/icons.tsx";
import { Exact } from "../../ui/text.tsx";
import { Elapsed } from "../../ui/time.tsx";
import { Markdown } from "../markdown/markdown.tsx";
import { LiveOutput } from "../run-context.ts";
import { ApprovalBody, ApprovalWords } from "./asked.tsx";
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
  const waiting = isWaiting(item);
  const { verb, object } = toolPhrase(item);
  return (
    <>
      <Line
        icon={running && !waiting ? "st-running" : icons[item.tool]}
        spin={running && !waiting}
        verb={verb}
        object={<Exact>{object}</Exact>}
        mono={item.tool !== "other" && item.tool !== "agent" && item.tool !== "think"}
        out={<Outcome item={item} running={running} />}
        open={open}
        onToggle={onToggle}
      />
      {open && <ToolBody item={item} running={running} waiting={waiting} />}
    </>
  );
}

function Outcome({ item, running }: { readonly item: ToolItem; readonly running: boolean }) {
  if (isWaiting(item)) return <span>waits for you</span>;
  if (running) {
    return (
      <>
        <ApprovalWords item={item} />
        <Elapsed since={item.at} />
      </>
    );
  }
  const { diff, durationMs } = item;
  return (
    <>
      {diff !== null && diff.length > 0 && (
        <AddsDels
          additions={diff.reduce((sum, file) => sum + file.additions, 0)}
          deletions={diff.reduce((sum, file) => sum + file.deletions, 0)}
        />
      )}
      <ApprovalWords item={item} />
      {outcomeWord(item)}
      {durationMs !== null && durationMs >= 100 && <span>{formatDuration(durationMs)}</span>}
    </>
  );
}

function outcomeWord(item: ToolItem): ReactNode {
  if (item.status === "denied" && approvalWords(item) === "") {
    return <span className="no">denied</span>;
  }
  if (item.exitCode !== null && item.exitCode !== 0) {
    return <span className="no">exit {item.exitCode}</span>;
  }
  return item.status === "failed" ? <span className="no">failed</span> : null;
}

interface ToolBodyProps {
  readonly item: ToolItem;
  readonly running: boolean;
  /** Nothing runs yet: there is no output to wait for. */
  readonly waiting: boolean;
}

function ToolBody(props: ToolBodyProps) {
  return (
    <>
      <ToolContent {...props} />
      <ApprovalBody item={props.item} />
    </>
  );
}

function ToolContent({ item, running, waiting }: ToolBodyProps) {
  const live = use(LiveOutput).get(item.toolId);
  const output = running ? (live ?? item.output) : item.output;
  const { diff } = item;
  if (diff !== null && diff.length > 0) return <FileDiffs files={diff} />;
  if (item.tool === "execute") {
    return (
      <>
        <Command item={item} />
        {!waiting && <Output text={output} blobId={item.blobId} live={running} />}
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

import { memo, type ReactNode } from "react";
import type { Row } from "../../../domain/transcript-rows.ts";
import { cx } from "../../ui/cx.ts";
import { useRun } from "../run-context.ts";
import { AskRow } from "./asked.tsx";
import {
  EndRow,
  ErrorRow,
  NoticeRow,
  RunRow,
  SessionRow,
  TextRow,
  UsageRow,
  UserRow,
} from "./talk.tsx";
import { ToolRow } from "./tool.tsx";
import { AgentRow, FilesRow, GroupRow, PlanRow, RawRow, ThinkingRow, TodosRow } from "./work.tsx";

export interface TranscriptRowProps {
  readonly row: Row;
  /** Follows a line of work directly: no room between the two. */
  readonly tight: boolean;
}

const lines: ReadonlySet<string> = new Set([
  "tool",
  "ask",
  "thinking",
  "agent",
  "todos",
  "plan",
  "files",
  "raw",
]);

/** Whether a row is one of the dense lines of work, or a block of prose. */
export function isLine(row: Row | undefined): boolean {
  if (row === undefined) return false;
  return row.kind === "group" || lines.has(row.item.kind);
}

/** One row of the transcript. A row that has not changed is not drawn again. */
export const TranscriptRow = memo(function TranscriptRow({ row, tight }: TranscriptRowProps) {
  const { toggle } = useRun();
  const onToggle = (): void => toggle(row.key, !row.open);
  return (
    <div
      className={cx("row", isLine(row) && "work", tight && "tight", row.depth > 0 && "lane")}
      data-row={row.key}
    >
      {row.kind === "group" ? (
        <GroupRow items={row.items} open={row.open} onToggle={onToggle} />
      ) : (
        content(row, onToggle)
      )}
    </div>
  );
});

function content(row: Extract<Row, { kind: "item" }>, onToggle: () => void): ReactNode {
  const { item, open } = row;
  switch (item.kind) {
    case "run":
      return <RunRow runId={item.runId} at={item.at} />;
    case "user":
      return <UserRow item={item} />;
    case "text":
      return <TextRow item={item} />;
    case "thinking":
      return <ThinkingRow item={item} open={open} onToggle={onToggle} />;
    case "tool":
      return <ToolRow item={item} open={open} onToggle={onToggle} />;
    case "ask":
      return <AskRow item={item} open={open} onToggle={onToggle} />;
    case "agent":
      return <AgentRow item={item} open={open} onToggle={onToggle} />;
    case "todos":
      return <TodosRow item={item} open={open} onToggle={onToggle} />;
    case "plan":
      return <PlanRow item={item} open={open} onToggle={onToggle} />;
    case "files":
      return <FilesRow item={item} open={open} onToggle={onToggle} />;
    case "raw":
      return <RawRow item={item} open={open} onToggle={onToggle} />;
    case "end":
      return <EndRow item={item} />;
    case "error":
      return <ErrorRow item={item} />;
    case "notice":
      return <NoticeRow item={item} />;
    case "session":
      return <SessionRow item={item} />;
    case "usage":
      return <UsageRow item={item} />;
  }
}

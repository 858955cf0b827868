import type {
  AgentItem,
  FilesItem,
  Item,
  PlanItem,
  RawItem,
  ThinkingItem,
  TodosItem,
} from "../../../domain/transcript.ts";
import {
  counted,
  formatDuration,
  isWaiting,
  oneLine,
  planLine,
  sumOfDurations,
  sumUp,
  todosPhrase,
} from "../../../domain/transcript-words.ts";
import { AddsDels } from "../../ui/bits.tsx";
import type { Icon } from "../../ui/icons.tsx";
import { Exact } from "../../ui/text.tsx";
import { Elapsed } from "../../ui/time.tsx";
import { CopyButton } from "../copy-button.tsx";
import { Markdown } from "../markdown/markdown.tsx";
import { FileDiffs } from "./edit.tsx";
import { Json } from "./json.tsx";
import { Line } from "./line.tsx";
import { TodoList } from "./todos.tsx";

interface Opens {
  readonly open: boolean;
  readonly onToggle: () => void;
}

export function ThinkingRow({ item, open, onToggle }: Opens & { readonly item: ThinkingItem }) {
  return (
    <>
      <Line
        icon="t-think"
        verb="Thought"
        object={oneLine(item.text)}
        out={
          item.durationMs !== null &&
          item.durationMs >= 1000 && <span>{formatDuration(item.durationMs)}</span>
        }
        open={open}
        onToggle={onToggle}
      />
      {open && (
        <div className="thought">
          <Markdown text={item.text} />
        </div>
      )}
    </>
  );
}

/** A sub-agent. What it did follows as rows of its own while it is open. */
export function AgentRow({ item, open, onToggle }: Opens & { readonly item: AgentItem }) {
  const running = item.status === "running" || item.status === "pending";
  const alone = open && item.lane.items.length === 0;
  return (
    <>
      <Line
        icon={running ? "st-running" : "t-agent"}
        spin={running}
        verb={running ? "Asking a sub-agent" : "Asked a sub-agent"}
        object={item.label}
        out={
          <>
            {item.tools > 0 && <span>{counted(item.tools, "tool")}</span>}
            {item.status === "failed" && <span className="no">failed</span>}
            {running && item.at > 0 && <Elapsed since={item.at} />}
            {!running && item.durationMs !== null && <span>{formatDuration(item.durationMs)}</span>}
          </>
        }
        open={open}
        onToggle={onToggle}
      />
      {alone && (
        <div className="lane-end">
          <Markdown text={item.summary ?? item.call?.output ?? "It said nothing yet."} />
        </div>
      )}
    </>
  );
}

export function TodosRow({ item, open, onToggle }: Opens & { readonly item: TodosItem }) {
  const { verb, object } = todosPhrase(item);
  return (
    <>
      <Line icon="t-todo" verb={verb} object={object} open={open} onToggle={onToggle} />
      {open && <TodoList todos={item.todos} changes={item.changes} />}
    </>
  );
}

export function PlanRow({ item, open, onToggle }: Opens & { readonly item: PlanItem }) {
  return (
    <>
      <Line
        icon="t-plan"
        verb={item.final ? "Plan" : "Planning"}
        object={open ? "" : planLine(item.text)}
        open={open}
        onToggle={onToggle}
      />
      {open && (
        <div className="plan-text">
          <span className="at">
            <CopyButton text={() => item.text} label="Copy plan" />
          </span>
          <Markdown text={item.text} growing={!item.final} />
        </div>
      )}
    </>
  );
}

export function FilesRow({ item, open, onToggle }: Opens & { readonly item: FilesItem }) {
  const { files } = item;
  const [first] = files;
  return (
    <>
      <Line
        icon="t-edit"
        verb={files.length === 1 ? "Changed" : `Changed ${counted(files.length, "file")}`}
        object={files.length === 1 && first !== undefined ? <Exact>{first.path}</Exact> : ""}
        mono
        out={
          <AddsDels
            additions={files.reduce((sum, file) => sum + file.additions, 0)}
            deletions={files.reduce((sum, file) => sum + file.deletions, 0)}
          />
        }
        open={open}
        onToggle={onToggle}
      />
      {open && <FileDiffs files={files} />}
    </>
  );
}

/** Something no decoder knew. It is kept, and it can be read. */
export function RawRow({ item, open, onToggle }: Opens & { readonly item: RawItem }) {
  const value = typeof item.payload === "string" ? parsedOr(item.payload) : item.payload;
  const text = typeof item.payload === "string" ? item.payload : JSON.stringify(item.payload);
  return (
    <>
      <Line
        icon="rows"
        verb="Unknown record"
        object={oneLine(text ?? "")}
        mono
        open={open}
        onToggle={onToggle}
      />
      {open && <Json value={value} label={item.source} />}
    </>
  );
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Many small steps in one sentence: "Read 14 files, searched 3 times". */
export function GroupRow({ items, open, onToggle }: Opens & { readonly items: readonly Item[] }) {
  const [first = "", ...rest] = sumUp(items);
  const durationMs = sumOfDurations(items);
  const failed = items.filter((item) => item.kind === "tool" && item.status === "failed").length;
  const running = items.some(
    (item) => item.kind === "tool" && item.status === "running" && !isWaiting(item),
  );
  return (
    <Line
      icon={running ? "st-running" : groupIcon(items)}
      spin={running}
      verb={first}
      object={rest.join(", ")}
      out={
        <>
          {failed > 0 && <span className="no">{`${failed} failed`}</span>}
          {durationMs !== null && durationMs >= 100 && <span>{formatDuration(durationMs)}</span>}
        </>
      }
      open={open}
      onToggle={onToggle}
    />
  );
}

function groupIcon(items: readonly Item[]): Parameters<typeof Icon>[0]["name"] {
  const tools = new Set(items.map((item) => (item.kind === "tool" ? item.tool : item.kind)));
  if (tools.has("edit")) return "t-edit";
  if (tools.has("execute")) return "t-shell";
  if (tools.has("read")) return "t-read";
  return tools.has("search") ? "t-search" : "rows";
}

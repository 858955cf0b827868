import { type ReactNode, useState } from "react";
import { splitFiles } from "../../../domain/sent-files.ts";
import type {
  EndItem,
  ErrorItem,
  NoticeItem,
  SessionItem,
  TextItem,
  UsageItem,
  UserItem,
} from "../../../domain/transcript.ts";
import { formatDuration } from "../../../domain/transcript-words.ts";
import { SentFiles } from "../../attach/sent-files.tsx";
import { SetupChoices, splitFailure } from "../../board/setup-failure.tsx";
import { useTask } from "../../state/board.ts";
import { cx } from "../../ui/cx.ts";
import { Icon } from "../../ui/icons.tsx";
import { StateGlyph, type StateName } from "../../ui/state-glyph.tsx";
import { formatClock } from "../../ui/time.tsx";
import { CopyButton } from "../copy-button.tsx";
import { Markdown } from "../markdown/markdown.tsx";
import { useRun } from "../run-context.ts";

/** Where a run begins. */
export function RunRow({ runId, at }: { readonly runId: string | null; readonly at: number }) {
  const { runName } = useRun();
  const name = runId === null ? null : runName(runId);
  return (
    <h3 className="turn num">{name === null ? formatClock(at) : `${name}, ${formatClock(at)}`}</h3>
  );
}

/** What the person said: a quiet quote, as it was typed. */
export function UserRow({ item }: { readonly item: UserItem }) {
  const { words, paths } = splitFiles(item.text);
  return (
    <div className="quote">
      <div className="by">
        <span>{item.source === "app" ? "You" : "You, in the terminal"}</span>
        <span className="mid" />
        <span className="num">{formatClock(item.at)}</span>
        <span className="at">
          <CopyButton text={() => item.text} label="Copy message" />
        </span>
      </div>
      <Typed text={words} />
      <SentFiles paths={paths} />
    </div>
  );
}

/** A longer message is folded: it is the agent's answer that is read again and again. */
const foldAbove = { lines: 14, characters: 1600 };
const longest = 200_000;

function Typed({ text }: { readonly text: string }) {
  const [open, setOpen] = useState(false);
  const lines = text.split("\n", foldAbove.lines + 1);
  const folds = lines.length > foldAbove.lines || text.length > foldAbove.characters;
  if (!folds) return <p className="typed">{text}</p>;
  const short = lines.slice(0, foldAbove.lines).join("\n").slice(0, foldAbove.characters);
  return (
    <>
      <p className="typed">{open ? text.slice(0, longest) : `${short.trimEnd()} …`}</p>
      <button
        type="button"
        className="link more"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {open ? "Show less" : "Show the whole message"}
      </button>
    </>
  );
}

export function TextRow({ item }: { readonly item: TextItem }) {
  return (
    <div className="said">
      <span className="at">
        <CopyButton text={() => item.text} label="Copy message" />
      </span>
      <Markdown text={item.text} />
      {item.partial && <p className="t3 small">Cut short here.</p>}
    </div>
  );
}

export function ErrorRow({ item }: { readonly item: ErrorItem }) {
  return (
    <Box tone={item.willRetry ? "warn" : "bad"} title={item.message}>
      {item.willRetry ? "The agent tries again by itself. " : null}
      {item.code !== null && <span className="mono">{item.code}</span>}
    </Box>
  );
}

export function NoticeRow({ item }: { readonly item: NoticeItem }) {
  const { level, message, hint } = item.notice;
  const tone = level === "error" ? "bad" : level === "warning" ? "warn" : "info";
  return (
    <Box tone={tone} title={message}>
      {hint}
    </Box>
  );
}

interface BoxProps {
  readonly tone: "info" | "warn" | "bad";
  readonly title: string;
  readonly children?: ReactNode;
}

function Box({ tone, title, children }: BoxProps) {
  return (
    <div className={cx("note", tone)}>
      <Icon name={tone === "info" ? "info" : "st-failed"} size={14} />
      <div>
        <p className="typed">{title}</p>
        <p className="t2 small">{children}</p>
      </div>
    </div>
  );
}

const ends: Readonly<
  Record<EndItem["outcome"]["kind"], { state: StateName; word: string; next: string | null }>
> = {
  succeeded: { state: "done", word: "Finished", next: null },
  failed: { state: "failed", word: "Failed", next: null },
  cancelled: {
    state: "stopped",
    word: "Stopped",
    next: "The conversation is kept. Send a message to go on.",
  },
  orphaned: { state: "orphaned", word: "Lost its agent", next: null },
};

/** How a turn ended, and what can be done next. */
export function EndRow({ item }: { readonly item: EndItem }) {
  const { state, word, next } = ends[item.outcome.kind];
  const fault = "fault" in item.outcome ? item.outcome.fault : null;
  const took =
    item.durationMs === null || item.durationMs < 1000
      ? ""
      : ` after ${formatDuration(item.durationMs)}`;
  return (
    <div className={cx("end", state)}>
      <StateGlyph state={state} size={14} />
      <div>
        <p>
          <b>{word}</b>
          <span className="num t3">{took}</span>
        </p>
        {fault !== null && (
          // What a failed set-up said stands in its own row.
          <p className="typed">
            {fault.code === "setup_failed" ? splitFailure(fault.message).text : fault.message}
          </p>
        )}
        {(fault?.hint ?? next) !== null && <p className="t2">{fault?.hint ?? next}</p>}
        {fault?.code === "setup_failed" && <WaysOn runId={item.runId} />}
      </div>
    </div>
  );
}

/** The ways on from a failed set-up, as long as nothing came after it. */
function WaysOn({ runId }: { readonly runId: string | null }) {
  const task = useTask(useRun().taskId);
  const current = task !== null && task.runId === runId && task.phase?.kind === "ended";
  return current ? <SetupChoices task={task} /> : null;
}

export function SessionRow({ item }: { readonly item: SessionItem }) {
  const { model, mode, version, resumed } = item.session;
  const facts = [
    model,
    mode === null ? null : `mode ${mode}`,
    version === null ? null : `version ${version}`,
  ].filter((fact) => fact !== null);
  return (
    <p className="fact">
      {[resumed ? "Session resumed" : "Session started", ...facts].join(" · ")}
    </p>
  );
}

export function UsageRow({ item }: { readonly item: UsageItem }) {
  const { usage, contextPercent, rateLimits } = item;
  const number = (value: number): string => value.toLocaleString();
  const facts = [
    `${number(usage.inputTokens)} tokens in`,
    `${number(usage.outputTokens)} out`,
    contextPercent === null ? null : `context ${Math.round(contextPercent)}%`,
    usage.costUsd === null ? null : `$${usage.costUsd.toFixed(2)}`,
    ...rateLimits.map((limit) => `${limit.label} ${Math.round(limit.usedPercent)}%`),
  ].filter((fact) => fact !== null);
  return <p className="fact num">{facts.join(" · ")}</p>;
}

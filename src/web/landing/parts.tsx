import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from "react";
import type { Task } from "../../contract/task.ts";
import { CopyButton } from "../run/copy-button.tsx";
import { later } from "../state/actions.ts";
import { useAgentName } from "../ui/agents.tsx";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { Icon } from "../ui/icons.tsx";
import { inWords } from "../ui/report.ts";
import { StateGlyph } from "../ui/state-glyph.tsx";
import { Exact } from "../ui/text.tsx";
import { askAgent } from "./act.ts";
import type { Words } from "./drafts.ts";
import type { Doing, Trouble } from "./use-doing.ts";

export interface TroubleNoteProps {
  readonly trouble: Trouble;
  /** What holds all the same: "What you wrote is still here." */
  readonly kept?: string;
  /** The way out, as buttons. */
  readonly actions?: ReactNode;
}

/** Why it was not done, all that is known of it, and the way out. It stays until the next try. */
export function TroubleNote({ trouble, kept, actions }: TroubleNoteProps) {
  const { text, hint } = inWords(trouble.error);
  const commands = trouble.commands;
  // What the person stopped is as they wanted it.
  const stopped = trouble.code === "cancelled";
  return (
    <div className={cx("trouble", stopped && "stopped")} role="alert">
      <p>
        <StateGlyph state={stopped ? "stopped" : "failed"} size={14} />
        <span>
          <b className="medium">{text}</b>
          {/* The commands stand below, to be copied; a hint with them would say it twice. */}
          {hint !== null && commands.length === 0 && <span className="t2"> {hint}</span>}
          {kept !== undefined && <span className="t2"> {kept}</span>}
        </span>
      </p>
      {trouble.files.length > 0 && <FileList files={trouble.files} />}
      {commands.map((command) => (
        <CommandLine key={command} command={command} />
      ))}
      {trouble.output !== "" && (
        <pre className="small">
          <Exact>{trouble.output}</Exact>
        </pre>
      )}
      {actions !== undefined && <div className="acts">{actions}</div>}
    </div>
  );
}

/** Paths, all of them; a long list scrolls. */
export function FileList({ files }: { readonly files: readonly string[] }) {
  return (
    <ul className="paths" aria-label="Files">
      {files.map((path) => (
        <li key={path} className="mono small cut" title={path}>
          <Exact>{path}</Exact>
        </li>
      ))}
    </ul>
  );
}

/** Something to run in a terminal, to be copied by one press. */
export function CommandLine({ command }: { readonly command: string }) {
  return (
    <div className="command">
      <code>
        <Exact>{command}</Exact>
      </code>
      <CopyButton label="Copy the command" text={() => command} />
    </div>
  );
}

export interface AskButtonProps {
  readonly task: Task;
  readonly label: string;
  /** What it is asked, as the agent reads it; null while that is not known. */
  readonly text: string | null;
  /** After "Asked Claude": "to commit". */
  readonly what: string;
  readonly onAsked: () => void;
  readonly variant?: "plain" | "primary" | "ghost";
}

/** Has the agent do it, by one press. */
export function AskButton(props: AskButtonProps) {
  const { task, label, text, what, onAsked, variant = "plain" } = props;
  const agent = useAgentName(task.agent);
  const [busy, setBusy] = useState(false);
  const ask = async (): Promise<void> => {
    if (text === null) return;
    setBusy(true);
    const asked = await askAgent(task, text, agent, what);
    setBusy(false);
    if (asked) onAsked();
  };
  return (
    <Button
      variant={variant}
      icon="send"
      busy={busy}
      disabled={text === null}
      onClick={() => later(ask())}
    >
      {label}
    </Button>
  );
}

export interface MessageFieldProps {
  readonly label: string;
  readonly words: Words;
  /** The suggestion is on its way. */
  readonly waiting: boolean;
  readonly field?: RefObject<HTMLTextAreaElement | null>;
  readonly rows?: number;
  /** A commit's first line is its subject, and short. */
  readonly subject?: boolean;
}

/** The first line of a commit is cut by most programs behind this. */
const longestSubject = 72;

/** Words that were suggested and can be changed. */
export function MessageField(props: MessageFieldProps) {
  const { label, words, waiting, field, rows = 7, subject = true } = props;
  const id = useId();
  const length = [...(words.text.split("\n")[0] ?? "")].length;
  const long = subject && length > longestSubject;
  return (
    <div className="pk">
      <span className="lbl">
        <label htmlFor={id}>{label}</label>
        <span className="grow" />
        {long && <span className="s-blocked">{`The first line has ${length} characters`}</span>}
        {words.own && (
          <button type="button" className="lnk" onClick={words.forget}>
            Use the suggestion
          </button>
        )}
      </span>
      <textarea
        ref={field}
        id={id}
        className="ta boxed mono small"
        rows={rows}
        spellCheck
        value={words.text}
        placeholder={waiting ? "Reading what changed" : ""}
        onChange={(event) => words.type(event.target.value)}
      />
    </div>
  );
}

export interface CheckProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
  readonly hint?: ReactNode;
}

/** Something that is only done when it is asked for. */
export function Check({ checked, onChange, children, hint }: CheckProps) {
  return (
    <label className={cx("check-row", checked && "on")}>
      <input
        type="checkbox"
        className="sr"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="box">
        <Icon name="check" />
      </span>
      <span>
        {children}
        {hint !== undefined && <span className="t3 small hint-line">{hint}</span>}
      </span>
    </label>
  );
}

/** `$mod+Enter` anywhere in a dialog does what its primary button does. */
export function onSubmitKey(submit: () => void) {
  return (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    submit();
  };
}

export interface DialogFootProps {
  readonly label: string;
  readonly doing: Doing;
  /** What is said while it is done: pushes and forges take their time. */
  readonly working: string;
  /** Why it cannot be done now; null when it can. */
  readonly blocked: string | null;
  readonly submit: () => void;
  readonly onClose: () => void;
  /** At the left: another way to the same. */
  readonly children?: ReactNode;
  readonly danger?: boolean;
}

/** The end of a dialog: another way, then Cancel, then the one thing it is for. */
export function DialogFoot(props: DialogFootProps) {
  const { label, doing, working, blocked, submit, onClose, children, danger = false } = props;
  return (
    <footer>
      {children}
      <span className="t3 small cut grow why-not" role="status">
        {doing.busy ? working : blocked}
      </span>
      <Button onClick={onClose}>Cancel</Button>
      <Button
        variant={danger ? "danger" : "primary"}
        keys="$mod+Enter"
        busy={doing.busy}
        disabled={blocked !== null}
        onClick={submit}
      >
        {label}
      </Button>
    </footer>
  );
}

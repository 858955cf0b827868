import { type KeyboardEvent, type RefObject, useRef } from "react";
import { flushSync } from "react-dom";
import type { ApprovalRule } from "../../contract/interaction.ts";
import { later } from "../state/actions.ts";
import { Badge } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import type { NamedKey } from "../ui/hotkeys.ts";
import { Segmented } from "../ui/segmented.tsx";
import { Exact } from "../ui/text.tsx";
import { answer } from "./answer.ts";
import { useDraft } from "./draft.ts";
import {
  type Edited,
  type Editing,
  hiddenIn,
  isWritten,
  nothingYet,
  readEdited,
  startEditing,
  type Written,
} from "./edit.ts";
import { Frame, type Place } from "./frame.tsx";
import { RuleText } from "./rule-text.tsx";
import { SubjectView } from "./subject.tsx";
import type { Guard } from "./use-armed.ts";
import { type Approval, type Subject, subjectOf } from "./words.ts";

/** Its keys in words. */
const approvalKeys: readonly NamedKey[] = [
  { id: "ask.allow", label: "Allow once", keys: ["y"] },
  { id: "ask.always", label: "Allow always, for this task", keys: ["a"] },
  { id: "ask.edit", label: "Edit, where it can be", keys: ["e"] },
  { id: "ask.deny", label: "Deny, with a reason", keys: ["n"] },
];

/** Allow or deny, with everything in view that decides it. */
export function ApprovalForm({ ask, place }: { readonly ask: Approval; readonly place: Place }) {
  const [written, change] = useDraft(ask.id, () => nothingYet, isWritten);
  const { editing, reason, ruleAt } = written;
  const denying = written.denying || place.wide === true;
  const reasonField = useRef<HTMLInputElement>(null);
  /** Not when it comes back with what was written before: it must not take the focus then. */
  const editedNow = useRef(false);
  const subject = subjectOf(ask.toolInput);
  const edited = editing === null ? null : readEdited(editing, ask.toolInput);
  const rule = ask.rememberable[ruleAt] ?? null;

  const write = (part: Partial<Written>): void => change((before) => ({ ...before, ...part }));
  const give = (given: Omit<Parameters<typeof answer>[1] & { kind: "approval" }, "kind">): void =>
    later(answer(ask, { kind: "approval", ...given }));
  const allow = (): void => {
    if (edited === null) give({ decision: "allow" });
    else if (edited.ok) give({ decision: "allow", updatedInput: edited.input });
  };
  const always = (): void => {
    if (rule === null || editing !== null) return;
    const { toolName, match } = rule;
    give({ decision: "allow", remember: true, rule: { toolName, match } });
  };
  const deny = (): void => {
    const why = reason.trim();
    give({ decision: "deny", ...(why === "" ? {} : { reason: why }) });
  };
  const edit = (): void => {
    if (!ask.editable) return;
    editedNow.current = true;
    write({ editing: editing === null ? startEditing(ask.toolInput) : null });
  };
  const askWhy = (): void => {
    // Before the next key: what is typed now is the reason, and no answer any more.
    flushSync(() => write({ denying: true }));
    reasonField.current?.focus();
  };
  return (
    <Frame ask={ask} place={place}>
      {(guard, card) => ({
        shortcuts: "Y A E N",
        named: approvalKeys,
        keys: { y: allow, a: always, n: askWhy, ...(ask.editable ? { e: edit } : {}) },
        chips: ask.risks.map((risk) => (
          <Badge key={risk} tone="warn">
            {risk}
          </Badge>
        )),
        body: (
          <>
            {editing === null ? (
              <SubjectView ask={ask} subject={subject} />
            ) : (
              <Editor
                editing={editing}
                edited={edited}
                fresh={editedNow.current}
                onChange={(text) => write({ editing: { ...editing, text } })}
                onSend={allow}
                onLeave={() => {
                  write({ editing: null });
                  card()?.focus();
                }}
              />
            )}
            <Facts
              ask={ask}
              subject={subject}
              rule={rule}
              ruleAt={ruleAt}
              onRule={(at) => write({ ruleAt: at })}
            />
          </>
        ),
        acts: (
          <>
            <AllowButtons
              guard={guard}
              ask={ask}
              subject={subject}
              editing={editing}
              edited={edited}
              rule={rule}
              onAllow={allow}
              onAlways={always}
              onEdit={edit}
            />
            <Deny
              guard={guard}
              open={denying}
              field={reasonField}
              reason={reason}
              onReason={(text) => write({ reason: text })}
              onDeny={denying ? deny : askWhy}
              onLeave={() => card()?.focus()}
            />
          </>
        ),
      })}
    </Frame>
  );
}

interface DenyProps {
  readonly guard: Guard;
  /** Whether there is a field for the reason yet. */
  readonly open: boolean;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly onDeny: () => void;
  readonly onLeave: () => void;
}

function Deny({ guard, open, field, reason, onReason, onDeny, onLeave }: DenyProps) {
  return (
    <span className="no">
      {open && (
        <input
          ref={field}
          className="field reason"
          aria-label="Reason, sent to the agent"
          placeholder="Reason, sent to the agent"
          value={reason}
          maxLength={20_000}
          onChange={(event) => onReason(event.target.value)}
          onKeyDown={(event) => onReasonKey(event, onDeny, onLeave)}
        />
      )}
      <Button
        keys="N"
        aria-disabled={!guard.seen}
        onClick={() => {
          if (guard.seen) onDeny();
        }}
      >
        {open ? "Deny" : "Deny with reason"}
      </Button>
    </span>
  );
}

function onReasonKey(event: KeyboardEvent, send: () => void, leave: () => void): void {
  if (event.nativeEvent.isComposing) return;
  if (event.key !== "Enter" && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "Enter") send();
  else leave();
}

interface AllowButtonsProps {
  readonly guard: Guard;
  readonly ask: Approval;
  readonly subject: Subject;
  readonly editing: Editing | null;
  readonly edited: Edited | null;
  readonly rule: ApprovalRule | null;
  readonly onAllow: () => void;
  readonly onAlways: () => void;
  readonly onEdit: () => void;
}

function AllowButtons(props: AllowButtonsProps) {
  const { guard, ask, subject, editing, edited, rule, onAllow, onAlways, onEdit } = props;
  const when = (run: () => void) => () => {
    if (guard.seen) run();
  };
  return (
    <>
      <Button
        variant="primary"
        keys="Y"
        aria-disabled={!guard.seen}
        disabled={edited?.ok === false}
        onClick={when(onAllow)}
      >
        {editing === null ? "Allow once" : "Allow as edited"}
      </Button>
      {rule !== null && (
        <Button
          keys="A"
          aria-disabled={!guard.seen}
          disabled={editing !== null}
          title={editing === null ? undefined : "A rule covers only what the agent asked for"}
          onClick={when(onAlways)}
        >
          Always, this task
        </Button>
      )}
      {ask.editable && (
        <Button variant="ghost" keys="E" aria-pressed={editing !== null} onClick={onEdit}>
          {editing !== null ? "Leave as it was" : editWords[subject.kind]}
        </Button>
      )}
    </>
  );
}

const editWords = { command: "Edit command", url: "Edit input", input: "Edit input" } as const;

interface EditorProps {
  readonly editing: Editing;
  /** The person has just asked for it. */
  readonly fresh: boolean;
  readonly edited: Edited | null;
  readonly onChange: (text: string) => void;
  readonly onSend: () => void;
  readonly onLeave: () => void;
}

function Editor({ editing, fresh, edited, onChange, onSend, onLeave }: EditorProps) {
  const unseen = hiddenIn(editing.text);
  const wrong = edited?.ok === false ? edited.why : null;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!sends && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (sends) onSend();
    else onLeave();
  };
  return (
    <div className="ask-edit">
      <textarea
        className="cmd"
        // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here
        autoFocus={fresh}
        spellCheck={false}
        rows={Math.min(14, Math.max(2, editing.text.split("\n").length))}
        aria-label={editing.kind === "command" ? "Command" : "Input as JSON"}
        aria-invalid={wrong !== null}
        value={editing.text}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {wrong !== null && (
        <p className="small s-failed" role="alert">
          {wrong}
        </p>
      )}
      {unseen !== null && <p className="small s-blocked">Invisible characters inside: {unseen}</p>}
    </div>
  );
}

interface FactsProps {
  readonly ask: Approval;
  readonly subject: Subject;
  readonly rule: ApprovalRule | null;
  readonly ruleAt: number;
  readonly onRule: (at: number) => void;
}

function Facts({ ask, subject, rule, ruleAt, onRule }: FactsProps) {
  return (
    <dl className="facts">
      <dt>Tool</dt>
      <dd className="mono">
        <Exact>{ask.toolName}</Exact>
      </dd>
      {subject.rest
        .filter(([, value]) => value !== ask.reason)
        .map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      <dt>In</dt>
      <dd className="mono">
        <Exact>{ask.cwd}</Exact>
      </dd>
      <dt>Asks because</dt>
      <dd>
        <Exact>
          {ask.reason ?? "Its mode asks before this, and no rule of this task allows it"}
        </Exact>
      </dd>
      {rule !== null && (
        <>
          <dt>Always would add</dt>
          <dd className="rule">
            <RuleText rule={rule} />
            {ask.rememberable.length > 1 && (
              <Segmented
                label="What Always allows"
                value={String(ruleAt)}
                options={ask.rememberable.map((one, at) => ({
                  value: String(at),
                  label: one.match.type === "exact" ? "Exactly this" : `All of ${one.toolName}`,
                }))}
                onChange={(at) => onRule(Number(at))}
              />
            )}
            <span className="t3">
              {rule.match.type === "exact"
                ? "This task only, revocable. Another flag or directory asks again."
                : "This task only, revocable. Nothing this tool does will ask again."}
            </span>
          </dd>
        </>
      )}
    </dl>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>
        <Exact>{name}</Exact>
      </dt>
      <dd className="mono pre">
        <Exact>{value}</Exact>
      </dd>
    </>
  );
}

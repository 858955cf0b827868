import { type KeyboardEvent, useRef, useState } from "react";
import { seeAttached } from "../../attach/attached-file.ts";
import { Attachments } from "../../attach/attachments.tsx";
import { useAttach } from "../../attach/use-attach.ts";
import { CompletingField } from "../../complete/completing-field.tsx";
import { typeSign } from "../../complete/type-sign.ts";
import { SetupSlot } from "../../setup/setup-slot.tsx";
import { later } from "../../state/actions.ts";
import { go } from "../../state/route.ts";
import { focusCard } from "../../state/selection.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icons.tsx";
import { announce } from "../../ui/live-region.tsx";
import { inWords } from "../../ui/report.ts";
import { TrustSlot } from "../trust-slot.tsx";
import { agentProblem } from "./choices.ts";
import { clearDraft, type Draft } from "./draft.ts";
import { Pickers } from "./pickers.tsx";
import { ProjectPicker } from "./project-picker.tsx";
import { bodyOf, create, newTaskId, promptOf, remember } from "./submit.ts";
import { type Choices, useChoices } from "./use-choices.ts";
import { useDraft } from "./use-draft.ts";
import { WhatRuns } from "./what-runs.tsx";
import "./new-task.css";

interface Problem {
  readonly text: string;
  readonly hint: string | null;
}

/** A prompt, a place, and an agent; everything else has a default. Closing it keeps the draft. */
export default function NewTask() {
  const prompt = useRef<HTMLTextAreaElement>(null);
  const [draft, change] = useDraft();
  const choices = useChoices(draft);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { busy, submit, returnFocus } = useSubmit(draft, choices, setProblem);
  const attach = useAttach({
    files: draft.files,
    change: (files) => change({ files }),
    fail: setProblem,
  });
  const warning = agentProblem(choices.statusOf(choices.agent ?? ""));

  const edit = (part: Partial<Draft>): void => {
    setProblem(null);
    change(part);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    submit(!event.shiftKey);
  };
  return (
    <Dialog
      title="New task"
      aside={
        <>
          <span className="mid" />
          <ProjectPicker
            value={draft.workdir}
            onChange={(workdir) => edit({ workdir })}
            onError={(error) => setProblem(inWords(error))}
          />
        </>
      }
      className="new-task"
      initialFocus={prompt}
      closeLabel="Close, keep the draft"
      returnFocus={returnFocus}
      onClose={() => go({ dialog: null })}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys and drops of the fields inside, wherever the focus is */}
      <div className="nt-body" onKeyDown={key} {...attach.handlers}>
        <CompletingField
          field={prompt}
          className={cx("prompt", attach.over && "drop-here")}
          aria-label="Prompt"
          placeholder={seeAttached(draft.files) || "What should be done?"}
          value={draft.prompt}
          rows={4}
          onChange={(text) => edit({ prompt: text })}
          place={{ agent: choices.agent, workdir: draft.workdir }}
        />
        <Attachments files={draft.files} coming={attach.coming} onRemove={attach.remove} />
        <div className="tl">
          <IconButton
            icon="at"
            size="s"
            label="Name a file"
            onClick={() => typeSign(prompt.current, "@")}
          />
          <IconButton
            icon="slash"
            size="s"
            label="Use a command or a skill"
            onClick={() => typeSign(prompt.current, "/")}
          />
          <IconButton icon="clip" size="s" label="Attach a file" onClick={attach.choose} />
          <input ref={attach.input} type="file" multiple hidden onChange={attach.chosen} />
          <span className="grow" />
          <span className="small t3">Title is taken from the first line</span>
        </div>
        <Pickers draft={draft} choices={choices} change={edit} />
        {warning !== null && (
          <p className="warnline">
            <Icon name="info" size={14} className="s-blocked" />
            <span>{warning}</span>
          </p>
        )}
        <WhatRuns draft={draft} choices={choices} />
        {problem !== null && (
          <p className="nt-fault" role="alert">
            <Icon name="st-failed" size={14} />
            <span>
              {problem.text}
              {problem.hint !== null && <span className="t2"> {problem.hint}</span>}
            </span>
          </p>
        )}
      </div>
      <Actions draft={draft} busy={busy} submit={submit} />
      <TrustSlot />
      <SetupSlot />
    </Dialog>
  );
}

interface ActionsProps {
  readonly draft: Draft;
  readonly busy: "run" | "keep" | null;
  readonly submit: (start: boolean) => void;
}

function Actions({ draft, busy, submit }: ActionsProps) {
  const missing =
    promptOf(draft) === ""
      ? "A prompt is all it needs"
      : draft.workdir === null
        ? "Choose a project"
        : null;
  return (
    <footer>
      <span className="grow" />
      <span className="t3 small">{missing ?? ""}</span>
      <Button
        keys="$mod+Shift+Enter"
        busy={busy !== null}
        disabled={missing !== null}
        onClick={() => submit(false)}
      >
        To backlog
      </Button>
      <Button
        variant="primary"
        keys="$mod+Enter"
        busy={busy !== null}
        disabled={missing !== null}
        onClick={() => submit(true)}
      >
        {busy === "run" ? "Starting" : "Run task"}
      </Button>
    </footer>
  );
}

function useSubmit(draft: Draft, choices: Choices, fail: (problem: Problem | null) => void) {
  const [busy, setBusy] = useState<"run" | "keep" | null>(null);
  const id = useRef(newTaskId());
  const returnFocus = useRef(true);
  const send = async (start: boolean): Promise<void> => {
    setBusy(start ? "run" : "keep");
    fail(null);
    try {
      const task = await create(bodyOf(draft, choices, start, id.current));
      if (task === null) return;
      remember(draft, choices);
      clearDraft();
      returnFocus.current = false;
      go({ dialog: null });
      announce(start ? `Starting ${task.title}` : `${task.title} is in the backlog`);
      focusCard(task.id, task.column);
    } catch (error) {
      fail(inWords(error));
      // What was refused may be changed and sent again: that is another task to the server.
      id.current = newTaskId();
    } finally {
      setBusy(null);
    }
  };
  const submit = (start: boolean): void => {
    if (busy === null && promptOf(draft) !== "" && draft.workdir !== null) later(send(start));
  };
  return { busy, submit, returnFocus };
}

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import type { PatchTaskBody, Task } from "../../contract/task.ts";
import { titleFrom } from "../../domain/text.ts";
import { later, patchTask } from "../state/actions.ts";
import { useTask } from "../state/board.ts";
import { harnessesQuery, promptQuery } from "../state/queries.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { FaultLine } from "../ui/fault-line.tsx";
import { Field } from "../ui/field.tsx";
import { inOneLine } from "../ui/report.ts";
import { Select } from "../ui/select.tsx";
import { changeEdit, dropEdit, leaveEdit, type TaskEdit, useEdit } from "./edit-state.ts";

/** A task's title; before it has started also what it asks for and of whom. */
export default function EditTask({ taskId }: { readonly taskId: string }) {
  const task = useTask(taskId);
  return task === null ? null : <Form task={task} />;
}

/** What a change is sent as; null when nothing is different. Another agent has defaults of its own. */
export function patchOf(
  before: { readonly title: string; readonly prompt: string; readonly agent: string },
  now: { readonly title: string; readonly prompt: string; readonly agent: string },
): PatchTaskBody | null {
  const title = now.title.trim();
  const patch: PatchTaskBody = {
    ...(title === before.title ? {} : { title }),
    ...(now.prompt === before.prompt ? {} : { prompt: now.prompt }),
    ...(now.agent === before.agent
      ? {}
      : { agent: now.agent, model: null, mode: null, effort: null }),
  };
  return Object.keys(patch).length === 0 ? null : patch;
}

/** The fields with what is typed over them. A title that came from the prompt follows it. */
function shownOf(task: Task, prompt: string, edit: TaskEdit) {
  const before = { title: task.title, prompt, agent: task.agent };
  const follows =
    task.runId === null && edit.prompt !== undefined && task.title === titleFrom(prompt);
  // It may have been started meanwhile: then only its title is still to be chosen.
  const typed = task.runId === null ? edit : { title: edit.title ?? task.title };
  const now = { ...before, ...(follows ? { title: titleFrom(edit.prompt) } : {}), ...typed };
  return { before, now };
}

function Form({ task }: { readonly task: Task }) {
  const isNew = task.runId === null;
  const first = useRef<HTMLInputElement>(null);
  const { data: prompt } = useQuery({ ...promptQuery(task), enabled: isNew });
  const edit = useEdit(task.id);
  const { before, now } = shownOf(task, prompt ?? task.promptPreview, edit);
  const patch = patchOf(before, now);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const blank = now.title.trim() === "" || (isNew && now.prompt.trim() === "");
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      if (patch !== null) await patchTask(task.id, patch);
      dropEdit(task.id);
      leaveEdit();
    } catch (cause) {
      setError(inOneLine(cause));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent | KeyboardEvent): void => {
    event.preventDefault();
    if (!blank && !busy) later(save());
  };
  const change = (to: TaskEdit): void => changeEdit(task.id, to);
  return (
    <Dialog
      title={isNew ? "Edit task" : "Rename task"}
      className="ask-sheet edit-sheet"
      initialFocus={first}
      onClose={leaveEdit}
    >
      <form
        onSubmit={submit}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
        }}
      >
        <div className="sheet-body">
          <Field label="Title">
            {({ id }) => (
              <div className="field tall">
                <input
                  ref={first}
                  id={id}
                  dir="auto"
                  maxLength={300}
                  value={now.title}
                  onChange={(event) => change({ title: event.target.value })}
                />
              </div>
            )}
          </Field>
          {isNew && <Wish prompt={prompt ?? null} now={now} change={change} />}
          {error !== null && <FaultLine>{error}</FaultLine>}
        </div>
        <footer>
          <span className="grow" />
          <Button
            onClick={() => {
              dropEdit(task.id);
              leaveEdit();
            }}
          >
            Cancel
          </Button>
          <Button type="submit" variant="primary" busy={busy} disabled={blank || patch === null}>
            Save
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

interface WishProps {
  /** As it is stored; null until it is here. */
  readonly prompt: string | null;
  readonly now: { readonly prompt: string; readonly agent: string };
  readonly change: (to: TaskEdit) => void;
}

/** What a task that has not started asks for, and of whom. */
function Wish({ prompt, now, change }: WishProps) {
  const harnesses = useQuery(harnessesQuery).data ?? [];
  const offered = harnesses.filter(({ id, enabled }) => enabled || id === now.agent);
  return (
    <>
      <Field label="Prompt">
        {({ id }) => (
          <textarea
            id={id}
            className="ta boxed"
            dir="auto"
            rows={8}
            disabled={prompt === null}
            value={now.prompt}
            onChange={(event) => change({ prompt: event.target.value })}
          />
        )}
      </Field>
      <div>
        <Select
          label="Agent"
          value={now.agent}
          options={offered.map(({ id, label }) => ({ value: id, label }))}
          onChange={(agent) => change({ agent })}
        />
        <p className="small t3">Another agent begins with its own model, mode and effort.</p>
      </div>
    </>
  );
}

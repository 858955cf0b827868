import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { HarnessTemplate } from "../../../contract/harness.ts";
import { changedCode, harnessRisks } from "../../../domain/harness-risk.ts";
import { later } from "../../state/actions.ts";
import { harnessesQuery } from "../../state/queries.ts";
import { go } from "../../state/route.ts";
import { agentIcon } from "../../ui/agents.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FaultLine } from "../../ui/fault-line.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icons.tsx";
import { inOneLine, inWords } from "../../ui/report.ts";
import { toast } from "../../ui/toast.ts";
import { call } from "../../wire/client.ts";
import { createOf, draftFrom, draftProblem, idFrom, settingsOf } from "./draft.ts";
import { EnvEditor } from "./env-editor.tsx";
import { harnessesChanged, templatesQuery } from "./queries.ts";
import { Risks } from "./risks.tsx";

/** Adds an account: first what for, then its name and what the template leaves open. */
export function AddHarness({ onClose }: { readonly onClose: () => void }) {
  const { data, error } = useQuery(templatesQuery);
  const [template, setTemplate] = useState<HarnessTemplate | null>(null);
  return (
    <Dialog
      title={template === null ? "Add an account" : template.label}
      className="ask-sheet add-account"
      onClose={onClose}
    >
      {template === null ? (
        <div className="sheet-body">
          {error !== null && <p className="fault">{inWords(error).text}</p>}
          <ul className="templates" aria-busy={data === undefined || undefined}>
            {data?.map((one) => (
              <li key={one.id}>
                <button type="button" onClick={() => setTemplate(one)}>
                  <Icon name={agentIcon(one.kind, one.kind)} />
                  <span className="two-lines">
                    <span className="medium">{one.label}</span>
                    <span className="small t2">{one.description}</span>
                  </span>
                  <Icon name="chev-r" size={14} />
                </button>
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <Form template={template} onBack={() => setTemplate(null)} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface FormProps {
  readonly template: HarnessTemplate;
  readonly onBack: () => void;
  readonly onClose: () => void;
}

function Form({ template, onBack, onClose }: FormProps) {
  const { data: harnesses } = useQuery(harnessesQuery);
  const [draft, setDraft] = useState(() => draftFrom(template));
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const id = idFrom(
    draft.label,
    (harnesses ?? []).map((harness) => harness.id),
  );
  const settings = settingsOf(draft);
  const code = changedCode(null, settings);
  const empty = draft.env.find(({ name, value }) => name !== "" && value === "");
  const open =
    template.bin === "" && settings.bin === null
      ? "Say which program runs"
      : empty !== undefined
        ? `${empty.name} is empty`
        : null;
  const sure = code.length === 0 || typed.trim() === id;
  const edit = (part: Partial<typeof draft>): void => {
    setError(null);
    setDraft({ ...draft, ...part });
  };
  const add = async (): Promise<void> => {
    setBusy(true);
    try {
      await call("POST /harnesses", { body: createOf(template.kind, id, draft) });
      await harnessesChanged();
      onClose();
      go({ section: `accounts/${id}` });
      toast({ text: `${draft.label.trim()} is there. Test it, or log in.`, tone: "good" });
    } catch (cause) {
      setError(inOneLine(cause));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const problem = draftProblem(draft);
    if (problem !== null) setError(problem);
    else if (open === null && sure && !busy) later(add());
  };
  return (
    <form onSubmit={submit}>
      <div className="sheet-body">
        <p className="t2">{template.description}</p>
        <Field
          label="Name"
          hint={
            <>
              Its id is <code>{id}</code>; that one stays.
            </>
          }
        >
          {(control) => (
            <Input {...control} value={draft.label} onChange={(label) => edit({ label })} />
          )}
        </Field>
        {template.bin !== null && (
          <Field label="Program" hint="The whole path; it runs with your rights.">
            {(control) => (
              <Input {...control} mono value={draft.bin} onChange={(bin) => edit({ bin })} />
            )}
          </Field>
        )}
        {template.ownHome && (
          <p className="small t3 with-icon">
            <Icon name="shield" size={14} />A config home of its own, private to you: its login and
            history never meet your usual ones.
          </p>
        )}
        {draft.env.length > 0 && (
          <div className="pk">
            <span className="lbl">Environment</span>
            <EnvEditor rows={draft.env} onChange={(env) => edit({ env })} />
          </div>
        )}
        <Risks risks={harnessRisks(settings).filter(({ field }) => field !== "env")} />
        {code.length > 0 && (
          <Field label={`Type ${id}`} hint="These settings decide which code runs.">
            {(control) => <Input {...control} mono value={typed} onChange={setTyped} />}
          </Field>
        )}
        {error !== null && <FaultLine>{error}</FaultLine>}
      </div>
      <footer>
        <Button variant="ghost" onClick={onBack}>
          Back
        </Button>
        <span className="grow" />
        <span className="small t3">{open}</span>
        <Button type="submit" variant="primary" busy={busy} disabled={open !== null || !sure}>
          Add account
        </Button>
      </footer>
    </form>
  );
}

interface InputProps {
  readonly id: string;
  readonly describedBy: string | undefined;
  readonly value: string;
  readonly mono?: boolean;
  readonly onChange: (value: string) => void;
}

function Input({ id, describedBy, value, mono = false, onChange }: InputProps) {
  return (
    <div className="field tall">
      <input
        id={id}
        className={mono ? "mono small" : ""}
        value={value}
        aria-describedby={describedBy}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

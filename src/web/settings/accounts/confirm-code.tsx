import { type FormEvent, useRef, useState } from "react";
import type { CodeSetting, HarnessSettings } from "../../../domain/harness-risk.ts";
import { harnessRisks } from "../../../domain/harness-risk.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FaultLine } from "../../ui/fault-line.tsx";
import { Exact } from "../../ui/text.tsx";
import { TypedWord } from "../../ui/typed-word.tsx";
import { joinArgs } from "./draft.ts";
import { Risks } from "./risks.tsx";

export interface ConfirmCodeProps {
  /** The id that is to be typed. */
  readonly id: string;
  readonly changed: readonly CodeSetting[];
  readonly before: HarnessSettings;
  readonly after: HarnessSettings;
  readonly busy: boolean;
  readonly error: string | null;
  readonly onSave: () => void;
  readonly onClose: () => void;
}

const titles: Readonly<Record<CodeSetting, string>> = {
  bin: "Program",
  args: "Arguments",
  env: "Environment",
  home: "Config home",
};

/** These settings decide which code runs with the person's rights: nothing of it by a slip. */
export function ConfirmCode(props: ConfirmCodeProps) {
  const { id, changed, before, after, busy, error, onSave, onClose } = props;
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const sure = typed.trim() === id;
  const risks = harnessRisks(after).filter((risk) => changed.includes(risk.field));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (sure && !busy) onSave();
  };
  return (
    <Dialog
      title="Change what runs?"
      className="ask-sheet code-sheet"
      modal="alert"
      initialFocus={field}
      onClose={onClose}
    >
      <form onSubmit={submit}>
        <div className="sheet-body">
          <p className="t2">
            An agent runs with your rights. From its next session on, <b className="medium">{id}</b>{" "}
            is started with this:
          </p>
          <dl className="code-changes">
            {changed.map((setting) => (
              <div key={setting}>
                <dt>{titles[setting]}</dt>
                <dd>
                  <Value text={words(before, after, setting)} className="del" />
                  <Value text={words(after, before, setting)} className="add" />
                </dd>
              </div>
            ))}
          </dl>
          <Risks risks={risks} />
          <TypedWord label={id} field={field} value={typed} onChange={setTyped} />
          {error !== null && <FaultLine>{error}</FaultLine>}
        </div>
        <footer>
          <span className="grow" />
          <Button onClick={onClose}>Go back</Button>
          <Button type="submit" variant="primary" busy={busy} disabled={!sure}>
            Save and run it
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function Value({ text, className }: { readonly text: string; readonly className: string }) {
  if (text === "") return <span className="t3">as usual</span>;
  return (
    <span className={`mono small ${className}`}>
      <Exact>{text}</Exact>
    </span>
  );
}

/** What one side has; of variables only the names that differ, for their values may be keys. */
function words(one: HarnessSettings, other: HarnessSettings, setting: CodeSetting): string {
  switch (setting) {
    case "bin":
      return one.bin ?? "";
    case "home":
      return one.home ?? "";
    case "args":
      return joinArgs(one.args);
    case "env":
      return Object.keys(one.env)
        .filter((name) => one.env[name] !== other.env[name])
        .join(", ");
  }
}

import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { envRisk, isSecretName } from "../../../domain/harness-risk.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Icon } from "../../ui/icons.tsx";
import type { EnvRow } from "./draft.ts";

export interface EnvEditorProps {
  readonly rows: readonly EnvRow[];
  readonly onChange: (rows: readonly EnvRow[]) => void;
}

/** Variables by name and value; a value that looks like a key is hidden until it is asked for. */
export function EnvEditor({ rows, onChange }: EnvEditorProps) {
  const list = useRef<HTMLDivElement>(null);
  const edit = (index: number, part: Partial<EnvRow>): void =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  const add = (): void => {
    flushSync(() => onChange([...rows, { name: "", value: "" }]));
    list.current?.querySelector<HTMLInputElement>(".env-row:last-of-type input")?.focus();
  };
  return (
    <div className="env" ref={list}>
      {rows.map((row, index) => (
        <Row
          // biome-ignore lint/suspicious/noArrayIndexKey: a row has no name until it is typed
          key={index}
          row={row}
          onEdit={(part) => edit(index, part)}
          onRemove={() => onChange(rows.filter((_, at) => at !== index))}
        />
      ))}
      <Button size="s" variant="ghost" icon="plus" onClick={add}>
        Variable
      </Button>
    </div>
  );
}

interface RowProps {
  readonly row: EnvRow;
  readonly onEdit: (part: Partial<EnvRow>) => void;
  readonly onRemove: () => void;
}

function Row({ row, onEdit, onRemove }: RowProps) {
  const [shown, setShown] = useState(row.value === "");
  const secret = isSecretName(row.name);
  const risk = row.name === "" ? null : envRisk(row.name);
  const about = row.name === "" ? "the new variable" : row.name;
  return (
    <div className="env-row">
      <div className="field">
        <input
          aria-label="Name of a variable"
          className="mono small"
          placeholder="NAME"
          value={row.name}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          onChange={(event) => onEdit({ name: event.target.value })}
        />
      </div>
      <div className="field">
        <input
          aria-label={`Value of ${about}`}
          className="mono small"
          placeholder="value"
          type={secret && !shown ? "password" : "text"}
          value={row.value}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onEdit({ value: event.target.value })}
        />
        {secret && (
          <IconButton
            icon="st-review"
            size="s"
            label={shown ? `Hide ${about}` : `Show ${about}`}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          />
        )}
      </div>
      <IconButton icon="x" size="s" label={`Remove ${about}`} onClick={onRemove} />
      {risk !== null && (
        <p className={cx("env-risk small", risk.level === "danger" ? "s-blocked" : "t3")}>
          <Icon name={risk.level === "danger" ? "st-failed" : "info"} size={14} />
          {risk.why}
        </p>
      )}
    </div>
  );
}

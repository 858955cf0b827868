import type { ReactNode, RefObject } from "react";
import { Field } from "../ui/field.tsx";
import { Exact } from "../ui/text.tsx";
import type { SetupDraft, SetupErrors } from "./draft.ts";

export interface SetupFieldsProps {
  readonly draft: SetupDraft;
  readonly errors: SetupErrors;
  /** Patterns that the repository adds by itself. */
  readonly included: readonly string[];
  readonly change: (part: Partial<SetupDraft>) => void;
  readonly first: RefObject<HTMLElement | null>;
}

/** The fields of a project's set-up, what is wanted most first. */
export function SetupFields({ draft, errors, included, change, first }: SetupFieldsProps) {
  return (
    <>
      <Lines
        label="Set-up"
        value={draft.setup}
        rows={4}
        placeholder="npm ci"
        error={errors.setup}
        field={first}
        onChange={(setup) => change({ setup })}
        hint={
          <>
            Run with <code>sh</code> in each new worktree, before its agent starts. The first
            command that fails ends it.
          </>
        }
      />
      <Lines
        label="Copied files"
        value={draft.copy}
        rows={2}
        placeholder={".env\nconfig/*.local.json"}
        error={errors.copy}
        onChange={(copy) => change({ copy })}
        hint={
          <>
            Ignored files of your own checkout, one pattern per line as in <code>.gitignore</code>.
            Agents can read what you list.
            {included.length > 0 && <Included patterns={included} />}
          </>
        }
      />
      <Lines
        label="Teardown"
        value={draft.teardown}
        rows={2}
        placeholder="docker compose -p $AGETOR_NAME down -v"
        error={errors.teardown}
        onChange={(teardown) => change({ teardown })}
        hint="Run before the worktree of a deleted task is removed, for at most a minute. The task goes even if it fails."
      />
      <Field
        label="Ports"
        error={errors.ports ?? null}
        hint={
          <>
            In a row, for each worktree alone. <code>$AGETOR_PORT</code> is the first one,{" "}
            <code>$AGETOR_NAME</code> a name for databases; set-up, teardown and agent see both.
          </>
        }
      >
        {({ id, describedBy }) => (
          <div className="field tall setup-ports">
            <input
              id={id}
              value={draft.ports}
              inputMode="numeric"
              autoComplete="off"
              aria-describedby={describedBy}
              aria-invalid={errors.ports !== undefined}
              onChange={(event) => change({ ports: event.target.value })}
            />
          </div>
        )}
      </Field>
    </>
  );
}

function Included({ patterns }: { readonly patterns: readonly string[] }) {
  return (
    <>
      {" "}
      The repository’s <code>.worktreeinclude</code> adds{" "}
      {patterns.map((pattern, index) => (
        <span key={pattern}>
          {index > 0 && ", "}
          <code>
            <Exact>{pattern}</Exact>
          </code>
        </span>
      ))}
      .
    </>
  );
}

interface LinesProps {
  readonly label: string;
  readonly value: string;
  readonly rows: number;
  readonly placeholder: string;
  readonly error: string | undefined;
  readonly hint: ReactNode;
  readonly field?: RefObject<HTMLElement | null>;
  readonly onChange: (value: string) => void;
}

/** Several lines of something a machine reads. */
function Lines({ label, value, rows, placeholder, error, hint, field, onChange }: LinesProps) {
  return (
    <Field label={label} error={error ?? null} hint={hint}>
      {({ id, describedBy }) => (
        <div className="field setup-lines">
          <textarea
            ref={(element) => {
              if (field !== undefined) field.current = element;
            }}
            id={id}
            value={value}
            rows={rows}
            placeholder={placeholder}
            aria-describedby={describedBy}
            aria-invalid={error !== undefined}
            spellCheck={false}
            autoCapitalize="off"
            autoCorrect="off"
            onChange={(event) => onChange(event.target.value)}
          />
        </div>
      )}
    </Field>
  );
}

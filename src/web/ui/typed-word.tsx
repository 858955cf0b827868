import type { RefObject } from "react";
import { Field } from "./field.tsx";

export interface TypedWordProps {
  /** What is to be typed, and what it is: "the task id 7f3a". */
  readonly label: string;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A word the person types before something that must not happen by a slip. */
export function TypedWord({ label, field, value, onChange }: TypedWordProps) {
  return (
    <Field label={`Type ${label}`}>
      {(control) => (
        <div className="field tall">
          <input
            ref={field}
            id={control.id}
            value={value}
            className="mono"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
          />
        </div>
      )}
    </Field>
  );
}

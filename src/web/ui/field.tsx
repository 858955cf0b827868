import { type ReactNode, useId } from "react";
import { FaultLine } from "./fault-line.tsx";

export interface FieldProps {
  readonly label: string;
  /** What is wrong with the value, and what to do about it. */
  readonly error?: string | null;
  readonly hint?: ReactNode;
  /** Gets the ids to put on the control. */
  readonly children: (control: { id: string; describedBy: string | undefined }) => ReactNode;
}

/** A labelled control with its hint and its error. */
export function Field({ label, error = null, hint, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const described = error !== null || hint !== undefined;
  return (
    <div className="pk">
      <label className="lbl" htmlFor={id}>
        {label}
      </label>
      {children({ id, describedBy: described ? noteId : undefined })}
      {error !== null ? (
        <FaultLine id={noteId}>{error}</FaultLine>
      ) : (
        hint !== undefined && (
          <p id={noteId} className="small t3">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

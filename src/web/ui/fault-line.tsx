import type { ReactNode } from "react";
import { Icon } from "./icons.tsx";

export interface FaultLineProps {
  readonly id?: string;
  readonly children: ReactNode;
}

/** What went wrong, in one line beside what it is about; a screen reader says it at once. */
export function FaultLine({ id, children }: FaultLineProps) {
  return (
    <p id={id} className="fault small" role="alert">
      <Icon name="st-failed" size={14} />
      {children}
    </p>
  );
}

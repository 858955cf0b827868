import type { ReactNode } from "react";
import { Icon } from "./icons.tsx";

export interface HiddenNoteProps {
  /** See `hiddenWords`; nothing stands there when nothing is hidden. */
  readonly words: string | null;
  readonly className: string;
}

/** One quiet line about what a picker does not offer. */
export function HiddenNote({ words, className }: HiddenNoteProps): ReactNode {
  if (words === null) return null;
  return (
    <p className={className}>
      <Icon name="info" size={14} />
      <span>{words}</span>
    </p>
  );
}

import { useState } from "react";
import { keepDraft, readDraft } from "../run/composer/drafts.ts";

export interface Words {
  /** What stands in the field: what was typed, else what is suggested. */
  readonly text: string;
  /** Whether a person typed it. */
  readonly own: boolean;
  readonly type: (text: string) => void;
  /** Back to the suggestion; also when the words have been used. */
  readonly forget: () => void;
}

/**
 * Words with a suggestion, kept while they are typed: closing the dialog or a refusal loses none.
 * `name` tells the fields of a task apart.
 */
export function useWords(taskId: string, name: string, suggested: string): Words {
  const key = `${taskId}.${name}`;
  // A field that was emptied stays empty while it is open; opened again, it has the suggestion.
  const [typed, setTyped] = useState<string | null>(() => readDraft(key) || null);
  const type = (text: string | null): void => {
    setTyped(text);
    keepDraft(key, text ?? "");
  };
  return { text: typed ?? suggested, own: typed !== null, type, forget: () => type(null) };
}

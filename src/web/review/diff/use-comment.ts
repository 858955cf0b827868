import { useMemo } from "react";
import { openEditor } from "../comments/drafts.ts";
import { useReaderStore, wishFor } from "../data/reader.ts";
import type { Passage } from "../rows/cursor.ts";

export interface Commenting {
  onLines(path: string, passage: Passage): void;
  onFile(path: string): void;
  onWhole(): void;
}

/** Opens a field where a comment is to stand, with the focus in it. */
export function useComment(): Commenting {
  const store = useReaderStore();
  return useMemo(() => {
    const open = (path: string | null, passage: Passage | null): void => {
      const { editors, id } = openEditor(store.getState().editors, path, passage);
      store.setState({ editors });
      wishFor(store, id, path);
    };
    return {
      onLines: (path, passage) => open(path, passage),
      onFile: (path) => open(path, null),
      onWhole: () => open(null, null),
    };
  }, [store]);
}

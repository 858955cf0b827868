import { useMemo } from "react";
import type { LineRange } from "../../../contract/review.ts";
import { toast } from "../../ui/toast.ts";
import { openEditor } from "../comments/drafts.ts";
import { useFacts } from "../data/context.ts";
import { useReaderStore, wishFor } from "../data/reader.ts";
import { canComment, compare } from "../data/scope.ts";

export interface Commenting {
  onLines(path: string, range: LineRange): void;
  onFile(path: string): void;
  onWhole(): void;
}

/** Opens a field where a comment is to stand, with the focus in it. */
export function useComment(): Commenting {
  const { changes } = useFacts();
  const store = useReaderStore();
  return useMemo(() => {
    const open = (path: string | null, range: LineRange | null): void => {
      const { editors, id } = openEditor(store.getState().editors, path, range);
      store.setState({ editors });
      wishFor(store, id, path);
    };
    return {
      onLines(path, range) {
        if (canComment(changes, range.side)) open(path, range);
        else tellWhyNot();
      },
      onFile: (path) => open(path, null),
      onWhole: () => open(null, null),
    };
  }, [changes, store]);
}

function tellWhyNot(): void {
  toast({
    text: "These lines are of an older state.",
    detail: "Comments go on the files as they are now, and on what was removed since the base.",
    action: { label: "Since base", run: () => compare("base") },
  });
}

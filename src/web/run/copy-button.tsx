import { useEffect, useState } from "react";
import { plain } from "../../domain/text.ts";
import { IconButton } from "../ui/button.tsx";
import { announce } from "../ui/live-region.tsx";
import { toast } from "../ui/toast.ts";

export interface CopyButtonProps {
  /** Made when it is pressed. */
  readonly text: () => string;
  readonly label: string;
}

/** Puts text on the clipboard: only ever what is on the page, and only on a press. */
export async function copyText(text: string, what = "Copied"): Promise<boolean> {
  try {
    // What cannot be seen must not come along: a hidden character can turn a command around.
    await navigator.clipboard.writeText(plain(text));
    announce(what);
    return true;
  } catch {
    toast({
      text: "The browser did not let us copy.",
      detail: "Select the text and copy it by hand.",
      tone: "bad",
    });
    return false;
  }
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <IconButton
      icon={done ? "check" : "copy"}
      size="s"
      label={done ? "Copied" : label}
      className="copy"
      onClick={(event) => {
        event.stopPropagation();
        copyText(text())
          .then(setDone)
          .catch(() => undefined);
      }}
    />
  );
}

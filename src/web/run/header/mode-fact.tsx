import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Task } from "../../../contract/task.ts";
import { isActive, later, setMode } from "../../state/actions.ts";
import { defaultsQuery } from "../../state/queries.ts";
import { Icon } from "../../ui/icons.tsx";
import type { MenuEntry } from "../../ui/menu.tsx";
import { LazyMenu, warmMenu } from "../../ui/menu-button.tsx";
import { tip } from "../../ui/tooltip.tsx";
import { modeWords, whenTaken } from "./mode-words.ts";

/** The mode in force now and the one that comes; a press picks another. */
export function ModeFact({ task }: { readonly task: Task }) {
  const options = useQuery(defaultsQuery).data?.agentOptions[task.agentKind];
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const words = modeWords(task, options);
  const entries = (options?.modes ?? []).map((mode): MenuEntry => {
    const other = mode.id !== (task.modeNow ?? task.mode);
    return {
      kind: "item",
      label: mode.label,
      checked: mode.id === (task.mode ?? task.modeNow),
      ...(other && isActive(task) ? { detail: sentence(whenTaken(task, mode.id, options)) } : {}),
      onSelect: () => later(setMode(task.id, mode.id)),
    };
  });
  const how = options?.modeChange.how ?? "";
  const caption: MenuEntry[] = isActive(task) ? [{ kind: "caption", label: how }] : [];
  return (
    <>
      <span className="mid" />
      <button
        ref={button}
        type="button"
        className="fact-copy"
        aria-label={`Mode: ${words}`}
        aria-haspopup="menu"
        aria-expanded={open}
        {...tip("Change the mode")}
        onPointerEnter={warmMenu}
        onFocus={warmMenu}
        onClick={() => setOpen(!open && entries.length > 0)}
      >
        <span className="cut">{words}</span>
        <Icon name="chev-d" size={12} />
      </button>
      {open && button.current !== null && (
        <LazyMenu
          label="Mode"
          entries={[...entries, ...caption]}
          anchor={button.current}
          returnTo={button.current}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Task } from "../../../contract/task.ts";
import { refusal } from "../../board/new-task/choices.ts";
import { isActive, later, setMode } from "../../state/actions.ts";
import { defaultsQuery } from "../../state/queries.ts";
import { Icon } from "../../ui/icons.tsx";
import type { MenuEntry } from "../../ui/menu.tsx";
import { LazyMenu, warmMenu } from "../../ui/menu-button.tsx";
import { hiddenWords, offered } from "../../ui/offered.ts";
import { tip } from "../../ui/tooltip.tsx";
import { modeWords, whenTaken } from "./mode-words.ts";

/** The mode in force now and the one that comes; a press picks another. */
export function ModeFact({ task }: { readonly task: Task }) {
  const options = useQuery(defaultsQuery).data?.agentOptions[task.agentKind];
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const words = modeWords(task, options);
  const modes = (options?.modes ?? []).map((mode) => {
    const { model, effort } = task;
    const impossible = refusal(options, "mode", { model, effort, mode: mode.id });
    return { ...mode, value: mode.id, impossible };
  });
  const chosen = task.mode ?? task.modeNow;
  const entries = offered(modes, chosen).map((mode): MenuEntry => {
    const other = mode.id !== (task.modeNow ?? task.mode);
    return {
      kind: "item",
      label: mode.label,
      checked: mode.id === chosen,
      ...(mode.impossible === null ? {} : { detail: `${mode.impossible}.` }),
      ...(other && isActive(task) ? { detail: sentence(whenTaken(task, mode.id, options)) } : {}),
      onSelect: () => later(setMode(task.id, mode.id)),
    };
  });
  const how = options?.modeChange.how ?? "";
  const hidden = hiddenWords(modes, chosen);
  const captions: MenuEntry[] = [
    ...(isActive(task) ? [{ kind: "caption", label: how } as const] : []),
    ...(hidden === null ? [] : [{ kind: "caption", label: hidden } as const]),
  ];
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
          entries={[...entries, ...captions]}
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

import "./keys.css";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { keysNow, type NamedKey, onCommandsChange } from "../ui/hotkeys.ts";
import { Kbd, spokenKeys } from "../ui/kbd.tsx";
import { groupKeys } from "./groups.ts";
import { closeKeysSheet } from "./keys-state.ts";

export interface KeysSheetProps {
  /** The task stands over the board, whose keys do not hold then. */
  readonly covered: boolean;
}

/** All keys that hold where one is now. */
export default function KeysSheet({ covered }: KeysSheetProps) {
  const [all, setAll] = useState(keysNow);
  const here = covered ? all.filter(({ id }) => !id.startsWith("board.")) : all;
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => onCommandsChange(() => setAll(keysNow())), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "?") return;
    event.preventDefault();
    closeKeysSheet();
  };
  return (
    <Dialog title="Keys" className="keys-sheet" initialFocus={body} onClose={closeKeysSheet}>
      {/* biome-ignore lint/a11y/useSemanticElements: a part of the dialog that scrolls by the arrow keys */}
      <div
        ref={body}
        className="keys-body"
        role="region"
        aria-label="Keys that hold here"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {groupKeys(here).map(({ heading, keys }) => (
          <section key={heading}>
            <h3>{heading}</h3>
            <ul>
              {keys.map((one) => (
                <Row key={one.id} named={one} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function Row({ named }: { readonly named: NamedKey }) {
  return (
    <li>
      <span className="grow">{named.label}</span>
      <span className="caps">
        {named.keys.map((keys) => (
          <Kbd key={keys} keys={keys} />
        ))}
      </span>
      <span className="sr">{named.keys.map(spokenKeys).join(", ")}</span>
    </li>
  );
}

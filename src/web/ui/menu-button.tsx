import { type ReactNode, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icons.tsx";
import type { MenuAnchor, MenuEntry } from "./menu.tsx";
import { part } from "./part.tsx";
import { tip } from "./tooltip.tsx";

/** A menu that is fetched when it is first wanted; nothing of it is on the first screen. */
export const LazyMenu = part(() => import("./menu.tsx"));

/** Fetches the menu code before it is needed. */
export const warmMenu = LazyMenu.soon;

/** A point of the page as an anchor, for context menus. */
export function pointAnchor(x: number, y: number): MenuAnchor {
  return { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
}

export interface MenuButtonProps {
  readonly label: string;
  readonly icon: IconName;
  /** Made when the menu opens, so they say what holds then. */
  readonly entries: () => readonly MenuEntry[];
  /** Words on the button; without them only the icon is shown. */
  readonly children?: ReactNode;
  readonly align?: "start" | "end";
  readonly size?: "m" | "s";
  readonly className?: string;
}

export function MenuButton(props: MenuButtonProps) {
  const { label, icon, entries, children, align = "start", size = "m", className } = props;
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState<readonly MenuEntry[] | null>(null);
  const common = {
    ref: button,
    size,
    "aria-haspopup": "menu" as const,
    "aria-expanded": open !== null,
    onPointerEnter: warmMenu,
    onFocus: warmMenu,
    onClick: () => setOpen(open === null ? entries() : null),
    className: className ?? "",
  };
  return (
    <>
      {children === undefined ? (
        <button
          type="button"
          {...tip(label)}
          {...common}
          aria-label={label}
          className={`btn ghost icon ${size === "s" ? "s" : ""} ${className ?? ""}`}
        >
          <Icon name={icon} size={size === "s" ? 14 : 16} />
        </button>
      ) : (
        <Button variant="ghost" icon={icon} {...tip(label)} {...common}>
          {children}
          <Icon name="chev-d" size={12} />
        </Button>
      )}
      {open !== null && button.current !== null && (
        <LazyMenu
          label={label}
          entries={open}
          anchor={button.current}
          align={align}
          returnTo={button.current}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

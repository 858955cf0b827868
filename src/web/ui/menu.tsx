import { Menu as Base } from "@base-ui/react/menu";
import { Icon, type IconName } from "./icons.tsx";
import { Kbd } from "./kbd.tsx";

export interface MenuItem {
  readonly kind: "item";
  readonly label: string;
  readonly icon?: IconName;
  readonly keys?: string;
  readonly danger?: boolean;
  /** Why it cannot be chosen now. It stays listed with that reason. */
  readonly blocked?: string | null;
  readonly checked?: boolean;
  /** A second, quieter line. */
  readonly detail?: string;
  readonly onSelect: () => void;
}

export type MenuEntry =
  | MenuItem
  | { readonly kind: "separator"; readonly id: string }
  | { readonly kind: "caption"; readonly label: string }
  | {
      readonly kind: "sub";
      readonly label: string;
      readonly icon?: IconName;
      readonly keys?: string;
      readonly entries: readonly MenuEntry[];
    };

export type MenuAnchor = Element | { getBoundingClientRect(): DOMRect };

export interface MenuProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly anchor: MenuAnchor;
  readonly align?: "start" | "end";
  readonly onClose: () => void;
  /** Gets the focus when the menu closes. */
  readonly returnTo?: HTMLElement | null;
  /** True when what was chosen takes the focus itself. */
  readonly elsewhere?: () => boolean;
}

/** A menu at an element or a point; it is open as long as it is mounted. */
export default function Menu(props: MenuProps) {
  const { label, entries, anchor, align = "start", onClose, returnTo, elsewhere } = props;
  const focusAfter = () => (elsewhere?.() === true ? false : (returnTo ?? true));
  return (
    <Base.Root
      open
      modal={false}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Base.Portal>
        <Base.Positioner anchor={anchor} align={align} sideOffset={4} className="layer">
          <Base.Popup className="menu" aria-label={label} finalFocus={focusAfter}>
            <Entries entries={entries} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entries({ entries }: { readonly entries: readonly MenuEntry[] }) {
  return entries.map((entry) => <Entry key={keyOf(entry)} entry={entry} />);
}

function keyOf(entry: MenuEntry): string {
  if (entry.kind === "separator") return entry.id;
  return entry.kind === "item" ? `${entry.label}\n${entry.detail ?? ""}` : entry.label;
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  switch (entry.kind) {
    case "separator":
      return <Base.Separator className="menu-line" />;
    case "caption":
      return <div className="cap">{entry.label}</div>;
    case "item":
      return <Item item={entry} />;
    case "sub":
      return (
        <Base.SubmenuRoot>
          <Base.SubmenuTrigger className="opt">
            <Lead icon={entry.icon} />
            <span>{entry.label}</span>
            <span className="r">
              {entry.keys !== undefined && <Kbd keys={entry.keys} />}
              <Icon name="chev-r" size={14} />
            </span>
          </Base.SubmenuTrigger>
          <Base.Portal>
            <Base.Positioner className="layer" sideOffset={2} alignOffset={-4}>
              <Base.Popup className="menu" aria-label={entry.label}>
                <Entries entries={entry.entries} />
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.SubmenuRoot>
      );
  }
}

function Lead({
  icon,
  checked,
}: {
  readonly icon?: IconName | undefined;
  readonly checked?: boolean;
}) {
  if (checked === true) return <Icon name="check" size={14} />;
  return icon === undefined ? <span /> : <Icon name={icon} size={14} />;
}

function Item({ item }: { readonly item: MenuItem }) {
  const blocked = item.blocked ?? null;
  const more = blocked ?? item.detail;
  return (
    <Base.Item
      className={`opt${blocked === null ? "" : " off"}${item.danger ? " danger" : ""}`}
      disabled={blocked !== null}
      label={item.label}
      onClick={item.onSelect}
    >
      <Lead icon={item.icon} checked={item.checked ?? false} />
      <span>{item.label}</span>
      <span className="r">{item.keys !== undefined && <Kbd keys={item.keys} />}</span>
      {more !== undefined && <span className="why">{more}</span>}
    </Base.Item>
  );
}

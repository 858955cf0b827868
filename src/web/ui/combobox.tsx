import { Combobox as Base } from "@base-ui/react/combobox";
import { type ReactNode, useState } from "react";
import { cx } from "./cx.ts";
import { HiddenNote } from "./hidden-note.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { chosenWords, hiddenWords, type Offer, offered } from "./offered.ts";

export interface ComboOption extends Offer {
  readonly detail?: string;
  readonly icon?: IconName;
  readonly group?: string;
  readonly blocked?: string | null;
}

export interface ComboboxProps {
  readonly label: string;
  readonly value: string | null;
  readonly options: readonly ComboOption[];
  readonly onChange: (value: string) => void;
  readonly placeholder: string;
  /** What a value that is not listed becomes; null when only listed ones are taken. */
  readonly custom?: ((text: string) => ComboOption | null) | null;
  /** The closed control; without it a field with the chosen label. */
  readonly trigger?: ReactNode;
  readonly triggerClass?: string;
  readonly mono?: boolean;
  readonly note?: ReactNode;
}

/**
 * One of many choices, searched by typing; with `custom` also one that is not listed. The impossible
 * ones are hidden, with the reason below the list.
 */
export function Combobox(props: ComboboxProps) {
  const { label, value, options, onChange, placeholder, custom = null, mono = false } = props;
  const [text, setText] = useState("");
  const chosen = options.find((option) => option.value === value) ?? null;
  const shown = matching(offered(options, value), text, custom);
  const problem = chosenWords(options, value);
  return (
    <Base.Root
      items={shown}
      filter={null}
      value={chosen}
      autoHighlight
      inputValue={text}
      onInputValueChange={setText}
      isItemEqualToValue={(a: ComboOption, b: ComboOption) => a.value === b.value}
      onOpenChange={(open) => {
        if (open) setText("");
      }}
      onValueChange={(next: ComboOption | null) => {
        if (next !== null) onChange(next.value);
      }}
    >
      <Base.Trigger
        className={props.triggerClass ?? "field pick"}
        aria-label={label}
        data-marked={problem ?? undefined}
      >
        {props.trigger ?? (
          <>
            {problem !== null && <Icon name="info" size={14} className="s-blocked" />}
            {chosen?.icon !== undefined && <Icon name={chosen.icon} size={14} />}
            <span className={cx("val cut grow", mono && "mono small")}>
              {chosen?.label ?? value ?? placeholder}
              {chosen?.detail !== undefined && (
                <span className="t3 mono small"> {chosen.detail}</span>
              )}
            </span>
            <Icon name="chev-ud" size={14} />
          </>
        )}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="layer" sideOffset={4} align="start">
          <Base.Popup className="menu combo-menu" aria-label={label}>
            <div className="field combo-input">
              <Icon name="t-search" size={14} />
              <Base.Input placeholder={placeholder} spellCheck={false} autoComplete="off" />
            </div>
            <Base.Empty className="reason">Nothing matches.</Base.Empty>
            <Base.List>
              {(option: ComboOption) => (
                <Option
                  key={option.value}
                  option={option}
                  caption={captionBefore(shown, option)}
                  mono={mono}
                />
              )}
            </Base.List>
            <HiddenNote words={hiddenWords(options, value)} className="reason" />
            {props.note !== undefined && props.note !== null && (
              <p className="reason">{props.note}</p>
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function matching(
  options: readonly ComboOption[],
  text: string,
  custom: ((text: string) => ComboOption | null) | null,
): readonly ComboOption[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return options;
  const found = options.filter((option) =>
    `${option.label} ${option.value}`.toLowerCase().includes(wanted),
  );
  const own = custom?.(text.trim()) ?? null;
  const listed = own === null || options.some((option) => option.value === own.value);
  return listed ? found : [...found, own];
}

/** The name of a group stands before its first option. */
function captionBefore(options: readonly ComboOption[], option: ComboOption): string | null {
  const index = options.indexOf(option);
  const group = option.group ?? null;
  return group !== null && group !== (options[index - 1]?.group ?? null) ? group : null;
}

interface OptionProps {
  readonly option: ComboOption;
  readonly caption: string | null;
  readonly mono: boolean;
}

function Option({ option, caption, mono }: OptionProps) {
  const blocked = option.blocked ?? null;
  const why = blocked ?? option.impossible ?? null;
  return (
    <>
      {caption !== null && (
        <div className="cap" role="presentation">
          {caption}
        </div>
      )}
      <Base.Item
        className={cx("opt", blocked !== null && "off")}
        value={option}
        disabled={blocked !== null}
      >
        <span className="tick">
          <Base.ItemIndicator>
            <Icon name="check" size={14} />
          </Base.ItemIndicator>
        </span>
        <span className={cx("opt-label cut", mono && "mono small")}>
          {option.icon !== undefined && <Icon name={option.icon} size={14} />}
          {option.label}
        </span>
        <span className="r mono small">{option.detail}</span>
        {why !== null && <span className="why">{why}</span>}
      </Base.Item>
    </>
  );
}

import { Select as Base } from "@base-ui/react/select";
import { useId } from "react";
import { HiddenNote } from "./hidden-note.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { chosenWords, hiddenWords, type Offer, offered } from "./offered.ts";

export interface SelectOption extends Offer {
  readonly icon?: IconName;
  /** One line under the label. */
  readonly description?: string;
  /** Why it cannot be chosen before something is mended; it stays listed, dimmed. */
  readonly blocked?: string | null;
}

export interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly SelectOption[];
  readonly onChange: (value: string) => void;
  /** Above the list, at the right: what the choices depend on. */
  readonly context?: string;
  readonly mono?: boolean;
}

/** One of a few choices. The impossible ones are hidden, with the reason below the list. */
export function Select(props: SelectProps) {
  const { label, value, options, onChange, context, mono = false } = props;
  const id = useId();
  const chosen = options.find((option) => option.value === value);
  const problem = chosenWords(options, value);
  return (
    <div className="pk">
      <span className="lbl" id={id}>
        {label}
      </span>
      <Base.Root
        value={value}
        modal={false}
        onValueChange={(next) => {
          if (typeof next === "string") onChange(next);
        }}
      >
        <Base.Trigger
          className="field pick"
          aria-labelledby={id}
          data-marked={problem ?? undefined}
        >
          {problem !== null && <Icon name="info" size={14} className="s-blocked" />}
          {chosen?.icon !== undefined && <Icon name={chosen.icon} size={14} />}
          <span className={`val cut grow${mono ? " mono small" : ""}`}>
            {chosen?.label ?? value}
          </span>
          <Icon name="chev-ud" size={14} />
        </Base.Trigger>
        <Base.Portal>
          <Base.Positioner
            className="layer"
            align="start"
            sideOffset={4}
            alignItemWithTrigger={false}
          >
            <Base.Popup className="menu select-menu">
              <div className="cap" aria-hidden="true">
                <span>{label}</span>
                <span>{context}</span>
              </div>
              <Base.List>
                {offered(options, value).map((option) => (
                  <Option key={option.value} option={option} />
                ))}
              </Base.List>
              <HiddenNote words={hiddenWords(options, value)} className="reason" />
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </div>
  );
}

function Option({ option }: { readonly option: SelectOption }) {
  const blocked = option.blocked ?? null;
  const why = blocked ?? option.impossible ?? option.description ?? "";
  return (
    <Base.Item
      className={`opt${blocked === null ? "" : " off"}`}
      value={option.value}
      disabled={blocked !== null}
      label={option.label}
    >
      <span className="tick">
        <Base.ItemIndicator>
          <Icon name="check" size={14} />
        </Base.ItemIndicator>
      </span>
      <span className="opt-label">
        {option.icon !== undefined && <Icon name={option.icon} size={14} />}
        <Base.ItemText>{option.label}</Base.ItemText>
      </span>
      <span className="r" />
      {why !== "" && <span className="why">{why}</span>}
    </Base.Item>
  );
}

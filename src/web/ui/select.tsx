import { Select as Base } from "@base-ui/react/select";
import { type ReactNode, useId } from "react";
import { Icon, type IconName } from "./icons.tsx";

export interface SelectOption {
  readonly value: string;
  readonly label: string;
  readonly icon?: IconName;
  /** One line under the label. */
  readonly description?: string;
  /** Why it cannot be chosen; it stays listed, dimmed. Empty when the note below says why. */
  readonly blocked?: string | null;
}

export interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly SelectOption[];
  readonly onChange: (value: string) => void;
  /** Above the list, at the right: what the choices depend on. */
  readonly context?: string;
  /** Below the list. */
  readonly note?: ReactNode;
  readonly mono?: boolean;
}

/** One of a few choices, with the reason beside those that are impossible now. */
export function Select(props: SelectProps) {
  const { label, value, options, onChange, context, note, mono = false } = props;
  const id = useId();
  const chosen = options.find((option) => option.value === value);
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
        <Base.Trigger className="field pick" aria-labelledby={id}>
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
                {options.map((option) => (
                  <Option key={option.value} option={option} />
                ))}
              </Base.List>
              {note !== undefined && note !== null && <p className="reason">{note}</p>}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </div>
  );
}

function Option({ option }: { readonly option: SelectOption }) {
  const blocked = option.blocked ?? null;
  const why = blocked ?? option.description ?? "";
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

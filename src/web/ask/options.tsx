import { cx } from "../ui/cx.ts";
import { Icon } from "../ui/icons.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { Exact } from "../ui/text.tsx";
import type { Field, Filled } from "./question-state.ts";

export interface OptionListProps {
  readonly name: string;
  readonly field: Field;
  readonly filled: Filled;
  readonly onChoose: (label: string) => void;
  readonly onOther: () => void;
}

/** The answers a question offers: radio buttons for one, checkboxes for any number. */
export function OptionList({ name, field, filled, onChoose, onOther }: OptionListProps) {
  if (field.options.length === 0) return null;
  return (
    <div className="options">
      {field.options.map((option, index) => (
        <Choice
          key={option.label}
          name={name}
          multi={field.multi}
          on={filled.selected.includes(option.label)}
          label={option.label}
          description={option.description}
          digit={index + 1}
          onPick={() => onChoose(option.label)}
        />
      ))}
      {field.allowText && (
        <Choice
          name={name}
          multi={field.multi}
          on={filled.other}
          label="Other"
          description="In your own words"
          digit={field.options.length + 1}
          onPick={onOther}
        />
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly multi: boolean;
  readonly on: boolean;
  readonly label: string;
  readonly description: string;
  readonly digit: number;
  readonly onPick: () => void;
}

function Choice({ name, multi, on, label, description, digit, onPick }: ChoiceProps) {
  return (
    <label className={cx("choice", on && "on")}>
      <input
        className="sr"
        type={multi ? "checkbox" : "radio"}
        name={name}
        checked={on}
        onChange={onPick}
      />
      {multi ? (
        <span className="box">
          <Icon name="check" size={12} />
        </span>
      ) : (
        <span className="dot" />
      )}
      <span className="grow">
        <span className="medium">
          <Exact>{label}</Exact>
        </span>
        {description !== "" && (
          <span className="d">
            <Exact>{description}</Exact>
          </span>
        )}
      </span>
      {digit <= 9 && <Kbd keys={String(digit)} />}
    </label>
  );
}

import { type ReactNode, useId } from "react";
import { cx } from "./cx.ts";

export interface SegmentedProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly {
    readonly value: T;
    readonly label: ReactNode;
    /** Why it cannot be chosen now; null when it can. */
    readonly blocked?: string | null;
  }[];
  readonly onChange: (value: T) => void;
  readonly wide?: boolean;
}

/** Two to four choices side by side: a radio group that looks like one control. */
export function Segmented<T extends string>(props: SegmentedProps<T>) {
  const { label, value, options, onChange, wide = false } = props;
  const name = useId();
  return (
    <fieldset className={cx("seg", wide && "wide")} aria-label={label}>
      {options.map((option) => (
        <label
          key={option.value}
          className={cx(option.value === value && "on")}
          title={option.blocked ?? undefined}
        >
          <input
            type="radio"
            className="sr"
            name={name}
            checked={option.value === value}
            disabled={option.blocked !== null && option.blocked !== undefined}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

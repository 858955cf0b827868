import { type ReactNode, useId } from "react";
import { cx } from "./cx.ts";
import { Icon } from "./icons.tsx";

export interface SwitchProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** What it switches, in words. */
  readonly children: ReactNode;
  readonly id?: string;
}

/** On or off: a box with a tick, and its words as part of the target. */
export function Switch({ checked, onChange, children, id }: SwitchProps) {
  const own = useId();
  return (
    <label className={cx("switch", checked && "on")} htmlFor={id ?? own}>
      <input
        id={id ?? own}
        type="checkbox"
        className="sr"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="box" aria-hidden="true">
        <Icon name="check" size={12} />
      </span>
      {children}
    </label>
  );
}

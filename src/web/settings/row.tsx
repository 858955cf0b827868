import { type ReactNode, useId } from "react";

export interface SettingRowProps {
  readonly label: string;
  readonly hint?: string;
  /** Several controls: the label names the group instead of one of them. */
  readonly group?: boolean;
  /** Gets the id to put on the control. */
  readonly children: (id: string) => ReactNode;
}

/** One setting: what it is on the left, its control on the right. */
export function SettingRow({ label, hint, group = false, children }: SettingRowProps) {
  const id = useId();
  return (
    <div className="set-row" {...(group ? { role: "group", "aria-labelledby": `${id}-l` } : {})}>
      <div>
        {group ? (
          <span className="medium" id={`${id}-l`}>
            {label}
          </span>
        ) : (
          <label className="medium" htmlFor={id}>
            {label}
          </label>
        )}
        {hint !== undefined && <p className="small t3">{hint}</p>}
      </div>
      <div className="set-control">{children(id)}</div>
    </div>
  );
}

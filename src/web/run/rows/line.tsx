import type { ReactNode } from "react";
import { cx } from "../../ui/cx.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";

export interface LineProps {
  readonly icon: IconName;
  readonly verb: ReactNode;
  readonly object?: ReactNode;
  /** The object is a path, a command or a pattern. */
  readonly mono?: boolean;
  /** Outcome and duration, at the right. */
  readonly out?: ReactNode;
  readonly spin?: boolean;
  readonly open: boolean;
  readonly onToggle?: (() => void) | undefined;
}

/** One line of work: glyph, verb, object, outcome, duration. It opens in place. */
export function Line(props: LineProps) {
  const { icon, verb, object, mono = false, out, spin = false, open, onToggle } = props;
  const inside = (
    <>
      <Icon name={icon} size={14} className={cx(spin && "spin s-running")} />
      <b>{verb}</b>
      <span className={cx("obj cut", !mono && "words")}>{object}</span>
      <span className="out">
        {out}
        {onToggle !== undefined && (
          <Icon name={open ? "chev-d" : "chev-r"} size={12} className="go" />
        )}
      </span>
    </>
  );
  return onToggle === undefined ? (
    <div className="tool">{inside}</div>
  ) : (
    <button
      type="button"
      className={cx("tool", open && "is-open")}
      aria-expanded={open}
      onClick={onToggle}
    >
      {inside}
    </button>
  );
}

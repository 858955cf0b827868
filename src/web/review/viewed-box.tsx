import { cx } from "../ui/cx.ts";
import { Icon } from "../ui/icons.tsx";

export interface ViewedBoxProps {
  readonly checked: boolean;
  /** What it is about, for those who do not see where it stands. */
  readonly label: string;
  readonly onChange: (checked: boolean) => void;
  /** The word beside it. */
  readonly word?: string;
  /** Reached by other keys than Tab. */
  readonly skip?: boolean;
}

/** "I have looked at this." */
export function ViewedBox({ checked, label, onChange, word, skip = false }: ViewedBoxProps) {
  return (
    <label className={cx("vw", checked && "on", word === undefined && "bare")}>
      <input
        type="checkbox"
        className="sr"
        aria-label={label}
        checked={checked}
        {...(skip ? { tabIndex: -1 } : {})}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="box">
        <Icon name="check" />
      </span>
      {word}
    </label>
  );
}

import "./complete.css";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { cx } from "../ui/cx.ts";
import { Icon } from "../ui/icons.tsx";
import { Exact } from "../ui/text.tsx";
import type { Option } from "./options.ts";

export interface CompletionListProps {
  readonly id: string;
  readonly anchor: RefObject<HTMLElement | null>;
  readonly options: readonly Option[];
  readonly active: number;
  readonly onHover: (index: number) => void;
  readonly onTake: (option: Option) => void;
}

export function optionId(list: string, index: number): string {
  return `${list}-${index}`;
}

/** Room the list wants below its field, in px; with less it stands above. */
const wanted = 260;

/** The list at the field. It floats over dialogs too, and the focus stays in the field. */
export function CompletionList(props: CompletionListProps) {
  const { id, anchor, options, active, onHover, onTake } = props;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [element, field] = [box.current, anchor.current];
    if (element === null || field === null) return;
    element.showPopover();
    const place = (): void => {
      const at = field.getBoundingClientRect();
      const above = innerHeight - at.bottom < wanted && at.top > innerHeight - at.bottom;
      element.style.left = `${Math.round(at.left + 8)}px`;
      element.style.top = above ? "auto" : `${Math.round(at.bottom + 2)}px`;
      element.style.bottom = above ? `${Math.round(innerHeight - at.top + 6)}px` : "auto";
      element.style.maxHeight = `${Math.round(Math.min(280, above ? at.top - 16 : innerHeight - at.bottom - 12))}px`;
    };
    place();
    const follow = new ResizeObserver(place);
    follow.observe(field);
    addEventListener("resize", place);
    return () => {
      follow.disconnect();
      removeEventListener("resize", place);
    };
  }, [anchor]);
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  });
  return (
    <div
      ref={box}
      popover="manual"
      className="menu completions"
      id={id}
      role="listbox"
      aria-label="Completions"
    >
      {options.map((option, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: as above
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
        <div
          key={option.id}
          id={optionId(id, index)}
          role="option"
          aria-selected={index === active}
          className={cx("opt", index === active && "is-hover")}
          onPointerMove={() => onHover(index)}
          // The field must not lose the focus to what is pressed here.
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(option)}
        >
          <Icon name={option.icon} size={14} />
          <span className="opt-label">
            <span className="mono small nb">
              <Exact>{option.label}</Exact>
            </span>
            {option.detail !== "" && (
              <span className="small t3 cut">
                <Exact>{option.detail}</Exact>
              </span>
            )}
          </span>
          <span className="r" />
          {option.about !== "" && <span className="why cut">{option.about}</span>}
        </div>
      ))}
    </div>
  );
}

import "./complete.css";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { cx } from "../ui/cx.ts";
import { Icon } from "../ui/icons.tsx";
import { Exact } from "../ui/text.tsx";
import { placeOf } from "./caret-place.ts";
import type { Option } from "./options.ts";

export interface CompletionListProps {
  readonly id: string;
  readonly anchor: RefObject<HTMLTextAreaElement | null>;
  /** The index in the text at which it stands. */
  readonly at: number;
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
  const { id, anchor, at, options, active, onHover, onTake } = props;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [element, field] = [box.current, anchor.current];
    if (element === null || field === null) return;
    element.showPopover();
    const place = (): void => {
      const letter = placeOf(field, at);
      const above =
        innerHeight - letter.bottom < wanted && letter.top > innerHeight - letter.bottom;
      const room = above ? letter.top - 16 : innerHeight - letter.bottom - 12;
      const left = Math.min(letter.left - 8, innerWidth - element.offsetWidth - 8);
      Object.assign(element.style, {
        left: `${Math.round(Math.max(8, left))}px`,
        top: above ? "auto" : `${Math.round(letter.bottom + 6)}px`,
        bottom: above ? `${Math.round(innerHeight - letter.top + 6)}px` : "auto",
        maxHeight: `${Math.round(Math.min(280, room))}px`,
      });
    };
    place();
    const follow = new ResizeObserver(place);
    follow.observe(field);
    addEventListener("resize", place);
    return () => {
      follow.disconnect();
      removeEventListener("resize", place);
    };
  }, [anchor, at]);
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

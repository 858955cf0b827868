import { type ComponentProps, type KeyboardEvent, type RefObject, useId } from "react";
import { CompletionList, optionId } from "./completion-list.tsx";
import { type Place, useCompletion } from "./use-completion.ts";

type Native = Omit<ComponentProps<"textarea">, "value" | "onChange" | "onKeyDown" | "ref">;

export interface CompletingFieldProps extends Native {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** Keys the list has no use for. */
  readonly onKeyDown?: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  readonly place: Place;
}

/**
 * A field for a message, with a list of commands or files while one is typed. It stays a text box:
 * a field of several lines cannot be a combobox, but may have a list and an active option.
 */
export function CompletingField(props: CompletingFieldProps) {
  const { field, value, onChange, onKeyDown, place, ...native } = props;
  const id = useId();
  const list = useCompletion({ text: value, onChange, field, place });
  const open = list.options.length > 0;
  return (
    <>
      <textarea
        {...native}
        ref={field}
        value={value}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={open ? id : undefined}
        aria-activedescendant={open ? optionId(id, list.active) : undefined}
        onChange={(event) => {
          onChange(event.target.value);
          list.follow();
        }}
        onSelect={list.follow}
        onBlur={list.leave}
        onKeyDown={(event) => {
          if (!list.onKeyDown(event)) onKeyDown?.(event);
        }}
      />
      {open && (
        <CompletionList
          id={id}
          anchor={field}
          at={list.at}
          options={list.options}
          active={list.active}
          onHover={list.hover}
          onTake={list.take}
        />
      )}
    </>
  );
}

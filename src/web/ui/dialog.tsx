import { Dialog as Base } from "@base-ui/react/dialog";
import type { ReactNode, RefObject } from "react";
import { IconButton } from "./button.tsx";
import { cx } from "./cx.ts";

export interface DialogProps {
  readonly title: ReactNode;
  /** Beside the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly onClose: () => void;
  /** What has the focus at first; without it the first control. */
  readonly initialFocus?: RefObject<HTMLElement | null>;
  readonly closeLabel?: string;
  /** False when somebody else gives the focus a place once it is closed. */
  readonly returnFocus?: RefObject<boolean>;
  readonly className?: string;
  /** Needs an answer: a click beside it does not close it. */
  readonly modal?: "dialog" | "alert";
}

/** A modal sheet. It is there as long as it is mounted; the focus goes back where it came from. */
export function Dialog(props: DialogProps) {
  const {
    title,
    aside,
    children,
    onClose,
    initialFocus,
    returnFocus,
    className,
    modal = "dialog",
  } = props;
  return (
    <Base.Root
      open
      disablePointerDismissal={modal === "alert"}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="scrim" />
        <Base.Popup
          className={cx("sheet", className)}
          role={modal === "alert" ? "alertdialog" : "dialog"}
          {...(initialFocus === undefined ? {} : { initialFocus })}
          finalFocus={() => returnFocus?.current !== false}
        >
          <header>
            <Base.Title>{title}</Base.Title>
            {aside}
            <span className="grow" />
            <IconButton
              icon="x"
              size="s"
              label={props.closeLabel ?? "Close"}
              keys="Escape"
              onClick={onClose}
            />
          </header>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

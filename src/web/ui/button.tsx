import type { ComponentPropsWithRef, ReactNode } from "react";
import { cx } from "./cx.ts";
import { Icon, type IconName } from "./icons.tsx";
import { Kbd } from "./kbd.tsx";
import { tip } from "./tooltip.tsx";

type Native = Omit<ComponentPropsWithRef<"button">, "children">;

export interface ButtonProps extends Native {
  /** One `primary` per decision; `ghost` has no outline; `danger` takes something away. */
  readonly variant?: "plain" | "primary" | "ghost" | "danger" | "need";
  readonly size?: "m" | "s";
  readonly icon?: IconName;
  /** The key that does the same, as `useHotkeys` knows it. */
  readonly keys?: string;
  /** Works on something: stays in place, cannot be pressed, says so. */
  readonly busy?: boolean;
  readonly children: ReactNode;
}

export function Button(props: ButtonProps) {
  const { variant = "plain", size = "m", icon, keys, busy, className, children, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || busy === true}
      aria-busy={busy === true || undefined}
      className={cx("btn", variant !== "plain" && variant, size === "s" && "s", className)}
    >
      {icon !== undefined && <Icon name={icon} size={size === "s" ? 14 : 16} />}
      {children}
      {keys !== undefined && <Kbd keys={keys} />}
    </button>
  );
}

export interface IconButtonProps extends Native {
  readonly icon: IconName;
  /** What it does, in words: its name for assistive technology, and its tooltip. */
  readonly label: string;
  readonly keys?: string;
  readonly size?: "m" | "s";
  readonly variant?: "ghost" | "plain" | "danger";
}

export function IconButton(props: IconButtonProps) {
  const { icon, label, keys, size = "m", variant = "ghost", className, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      {...tip(label, keys)}
      aria-label={label}
      className={cx("btn icon", variant !== "plain" && variant, size === "s" && "s", className)}
    >
      <Icon name={icon} size={size === "s" ? 14 : 16} />
    </button>
  );
}

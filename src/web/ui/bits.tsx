import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import { Icon, type IconName } from "./icons.tsx";

export interface BadgeProps {
  readonly tone?: "plain" | "line" | "warn" | "bad" | "good" | "acc";
  readonly icon?: IconName;
  readonly children: ReactNode;
}

/** A small word on a tint. */
export function Badge({ tone = "plain", icon, children }: BadgeProps) {
  return (
    <span className={cx("chip", tone !== "plain" && tone)}>
      {icon !== undefined && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

export interface BannerProps {
  readonly icon?: IconName;
  readonly tone?: "warn" | "bad";
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** Something about the whole page. It pushes the page down and never covers it. */
export function Banner({ icon = "info", tone = "warn", children, actions }: BannerProps) {
  return (
    <div className={cx("banner", tone === "bad" && "bad")} role="status">
      <Icon name={icon} className={tone === "bad" ? "s-failed" : "s-blocked"} />
      <span className="grow">{children}</span>
      {actions}
    </div>
  );
}

export interface EmptyStateProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** Nothing is here yet: says so, and what comes next. */
export function EmptyState({ title, children, actions }: EmptyStateProps) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children !== undefined && <p className="t2">{children}</p>}
      {actions !== undefined && <div className="empty-acts">{actions}</div>}
    </div>
  );
}

export interface MeterProps {
  /** 0 to 100. */
  readonly percent: number;
  readonly label: string;
  readonly warn?: boolean;
  readonly wide?: boolean;
}

export function Meter({ percent, label, warn = false, wide = false }: MeterProps) {
  const value = Math.min(100, Math.max(0, percent));
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> cannot be styled to four pixels everywhere
    <span
      className={cx("meter", warn && "warn", wide && "wide")}
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round(value)}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={{ width: `${value}%` }} />
    </span>
  );
}

export interface AddsDelsProps {
  readonly additions: number;
  readonly deletions: number;
}

/** "+128 −34", with a real minus, so both columns of figures are as wide. */
export function AddsDels({ additions, deletions }: AddsDelsProps) {
  if (additions === 0 && deletions === 0) return null;
  return (
    <span className="nb num">
      {additions > 0 && <span className="add">+{additions}</span>}
      {additions > 0 && deletions > 0 && " "}
      {deletions > 0 && <span className="del">−{deletions}</span>}
    </span>
  );
}

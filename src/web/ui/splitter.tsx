import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { type NamedKey, useNamedKeys } from "./hotkeys.ts";

export interface SplitterProps {
  readonly label: string;
  /** Width in px of what stands to the right of it. */
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
  /** The person let go: time to store it. */
  readonly onCommit: (value: number) => void;
}

const step = 24;

/** Keys of the hairline with the focus. */
const splitKeys: readonly NamedKey[] = [
  { id: "run.width", label: "Width of the panel, at its edge", keys: ["ArrowLeft", "ArrowRight"] },
];

/** A hairline that can be dragged, or moved with the arrow keys. */
export function Splitter({ label, value, min, max, onChange, onCommit }: SplitterProps) {
  const drag = useRef<{ x: number; from: number } | null>(null);
  const latest = useRef(value);
  useNamedKeys(splitKeys);
  latest.current = value;
  const clamp = (next: number): number => Math.round(Math.min(max, Math.max(min, next)));
  const set = (next: number): void => {
    latest.current = clamp(next);
    onChange(latest.current);
  };
  const down = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, from: value };
  };
  const move = (event: PointerEvent): void => {
    if (drag.current !== null) set(drag.current.from - (event.clientX - drag.current.x));
  };
  const up = (): void => {
    if (drag.current !== null) onCommit(latest.current);
    drag.current = null;
  };
  const key = (event: KeyboardEvent): void => {
    const delta = event.key === "ArrowLeft" ? step : event.key === "ArrowRight" ? -step : 0;
    if (delta === 0) return;
    event.preventDefault();
    set(value + delta);
    onCommit(latest.current);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be moved; this is the ARIA window splitter
    <div
      className="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onKeyDown={key}
    />
  );
}

import { useEffect, useRef, useState } from "react";
import { Kbd } from "./kbd.tsx";

/**
 * Marks an element as having a tooltip. One layer serves the whole page, because a board has
 * hundreds of small buttons and a component around each would cost more than the button.
 */
export function tip(text: string, keys?: string): Record<string, string> {
  return keys === undefined ? { "data-tip": text } : { "data-tip": text, "data-tip-keys": keys };
}

interface Shown {
  readonly text: string;
  readonly keys: string | undefined;
  readonly anchor: Element;
}

const hoverDelay = 500;
/** Moving on to the next control within this time shows its tooltip at once. */
const warmFor = 300;

function anchorOf(event: Event): Element | null {
  return event.target instanceof Element ? event.target.closest("[data-tip]") : null;
}

/** The tooltip of the page; mount it once. It repeats labels only, so it is hidden from readers. */
export function TooltipLayer() {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => follow(setShown), []);
  return shown === null ? null : <Tooltip {...shown} />;
}

function follow(show: (shown: Shown | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current: Element | null = null;
  let hiddenAt = 0;
  const hide = (): void => {
    clearTimeout(timer);
    if (current !== null) hiddenAt = performance.now();
    current = null;
    show(null);
  };
  const plan = (anchor: Element | null, delay: number): void => {
    if (anchor === current) return;
    hide();
    if (anchor === null) return;
    current = anchor;
    const wait = performance.now() - hiddenAt < warmFor ? 0 : delay;
    timer = setTimeout(() => {
      const text = anchor.getAttribute("data-tip");
      const keys = anchor.getAttribute("data-tip-keys") ?? undefined;
      if (text !== null && anchor.isConnected) show({ text, keys, anchor });
    }, wait);
  };
  const over = (event: PointerEvent): void => {
    if (event.pointerType === "mouse") plan(anchorOf(event), hoverDelay);
  };
  const focus = (event: FocusEvent): void => {
    const anchor = anchorOf(event);
    if (anchor?.matches(":focus-visible")) plan(anchor, 0);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") hide();
  };
  const off = new AbortController();
  const { signal } = off;
  document.addEventListener("pointerover", over, { signal });
  document.addEventListener("pointerdown", hide, { signal });
  document.addEventListener("focusin", focus, { signal });
  document.addEventListener("focusout", hide, { signal });
  document.addEventListener("keydown", key, { signal });
  document.addEventListener("scroll", hide, { signal, capture: true });
  return () => {
    off.abort();
    clearTimeout(timer);
  };
}

function Tooltip({ text, keys, anchor }: Shown) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const at = anchor.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const left = Math.min(Math.max(6, at.left + at.width / 2 - width / 2), innerWidth - width - 6);
    const below = at.bottom + 6 + height < innerHeight;
    element.style.left = `${Math.round(left)}px`;
    element.style.top = `${Math.round(below ? at.bottom + 6 : at.top - height - 6)}px`;
    element.dataset["placed"] = "";
  }, [anchor]);
  return (
    <div ref={box} className="tooltip" aria-hidden="true">
      {text}
      {keys !== undefined && <Kbd keys={keys} />}
    </div>
  );
}

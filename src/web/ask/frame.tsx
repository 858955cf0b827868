import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from "react";
import type { Interaction } from "../../contract/interaction.ts";
import { useNow } from "../state/clock.ts";
import { cx } from "../ui/cx.ts";
import { isTyping, type NamedKey, useNamedKeys } from "../ui/hotkeys.ts";
import { Elapsed, formatElapsed } from "../ui/time.tsx";
import { AskGlyph } from "./ask-glyph.tsx";
import { type Guard, useArmed } from "./use-armed.ts";
import { headline } from "./words.ts";

export interface Place {
  /** Who asks and where, beside the time: in the inbox many tasks stand below each other. */
  readonly aside?: ReactNode;
  /** There is room for everything at once. */
  readonly wide?: boolean;
}

/** What a form tells of itself to the frame it stands in. */
export interface FormParts {
  readonly chips?: ReactNode;
  readonly body: ReactNode;
  readonly acts: ReactNode;
  /** Keys while the card has the focus and is armed; lower-case letters and digits. */
  readonly keys: Readonly<Record<string, () => void>>;
  readonly shortcuts: string;
  /** The same keys in words; one list, not a new one each time. */
  readonly named: readonly NamedKey[];
}

/** The card around a request, and the moment it waits before it takes keys and clicks. */
export function Frame({
  ask,
  place,
  children,
}: {
  readonly ask: Interaction;
  readonly place: Place;
  readonly children: (guard: Guard, card: () => HTMLElement | null) => FormParts;
}) {
  const card = useRef<HTMLElement>(null);
  const guard = useArmed(card, true);
  // In the inbox it stands under the page's name; in the panel the task's name is above already.
  const Title = place.wide === true ? "h2" : "b";
  const parts = children(guard, () => card.current);
  useNamedKeys(parts.named);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.nativeEvent)) return;
    const run = parts.keys[event.key.toLowerCase()];
    if (run === undefined) return;
    // Enter and the arrows mean something else on a button or a radio button inside.
    const own = event.target === event.currentTarget;
    const sends = event.key === "Enter" && event.target instanceof HTMLInputElement;
    if (event.key.length > 1 && !own && !sends) return;
    // A key that comes too early is swallowed: it must not mean anything else either.
    event.preventDefault();
    if (guard.armed && !event.repeat) run();
  };
  return (
    <section
      ref={card}
      data-ask={ask.id}
      className={cx("ask", guard.armed && "is-armed", place.wide === true && "wide")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys work only while it has the focus
      tabIndex={0}
      aria-label={`${headline(ask)} The agent waits for you.`}
      aria-keyshortcuts={parts.shortcuts}
      onKeyDown={onKeyDown}
    >
      <div className="top">
        <AskGlyph ask={ask} className="s-blocked" />
        <Title className="cut">{headline(ask)}</Title>
        {parts.chips}
        <span className="r">
          {place.aside}
          {ask.expiresAt !== null && <Countdown until={ask.expiresAt} />}
          <span>
            asked <Elapsed since={ask.createdAt} /> ago
          </span>
        </span>
      </div>
      <div className="body">{parts.body}</div>
      <div className="acts">{parts.acts}</div>
    </section>
  );
}

function Countdown({ until }: { readonly until: number }) {
  return (
    <span className="s-blocked">
      expires in <TimeLeft until={until} />
    </span>
  );
}

function TimeLeft({ until }: { readonly until: number }) {
  const now = useNow();
  return <time className="num">{formatElapsed(until - now)}</time>;
}

/**
 * What stands in the place of a form once its request is over: the same frame, grey, with what
 * became of it. It takes over the focus the form had, so that the keyboard is not lost.
 */
export function OverFrame({
  id,
  hadFocus,
  children,
}: {
  readonly id: string;
  readonly hadFocus: boolean;
  readonly children: ReactNode;
}) {
  const card = useRef<HTMLElement>(null);
  const held = useRef(hadFocus);
  useLayoutEffect(() => {
    if (held.current) card.current?.focus({ preventScroll: true });
  }, []);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: one walks over it as over the open ones
    <section ref={card} data-ask={id} className="ask is-over" tabIndex={0} aria-label="Settled">
      {children}
    </section>
  );
}

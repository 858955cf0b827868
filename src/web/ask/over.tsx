import type { Interaction } from "../../contract/interaction.ts";
import { IconButton } from "../ui/button.tsx";
import { Exact } from "../ui/text.tsx";
import { formatClock } from "../ui/time.tsx";
import { useFate } from "./answer.ts";
import { AskGlyph } from "./ask-glyph.tsx";
import { OverFrame, type Place } from "./frame.tsx";
import { byWhom, headline, summary } from "./words.ts";

/** A request that is over, where it was asked: grey, with its outcome and who it was. */
export function OverCard({
  ask,
  place,
  hadFocus,
  onDismiss,
}: {
  readonly ask: Interaction;
  readonly place: Place;
  readonly hadFocus: boolean;
  readonly onDismiss?: (() => void) | undefined;
}) {
  const fate = useFate(ask.id);
  const mine = fate === "sending" || fate === "given";
  const who = byWhom(ask, mine);
  return (
    <OverFrame id={ask.id} hadFocus={hadFocus}>
      <div className="top">
        <AskGlyph ask={ask} />
        <b className="cut">
          <Exact>{ask.outcome ?? "Settled"}</Exact>
        </b>
        <span className="t3">
          {fate === "sending" ? "sending" : who}
          {fate === "lost" && (who === "" ? "before you" : ", before you")}
          {fate === "late" && "your answer came too late"}
        </span>
        <span className="r">
          {place.aside}
          {ask.resolvedAt !== null && <span>{formatClock(ask.resolvedAt)}</span>}
          {onDismiss !== undefined && (
            <IconButton icon="x" size="s" label="Put it away" onClick={onDismiss} />
          )}
        </span>
      </div>
      <p className="body was">
        <span className="t3">{headline(ask)}</span>{" "}
        <span className={ask.kind === "approval" ? "mono" : ""}>
          <Exact>{summary(ask).slice(0, 400)}</Exact>
        </span>
      </p>
    </OverFrame>
  );
}

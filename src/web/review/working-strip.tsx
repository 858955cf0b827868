import type { Task } from "../../contract/task.ts";
import { counted } from "../../domain/transcript-words.ts";
import { cardState, isProse } from "../board/card-state.ts";
import { isActive } from "../state/actions.ts";
import { go } from "../state/route.ts";
import { useAgentName } from "../ui/agents.tsx";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { StateGlyph } from "../ui/state-glyph.tsx";
import { Exact } from "../ui/text.tsx";
import { Elapsed } from "../ui/time.tsx";

/** While the agent works on what is read: that it does, and at what. */
export function WorkingStrip({ task }: { readonly task: Task }) {
  const agent = useAgentName(task.agent);
  if (!isActive(task)) return null;
  const state = cardState(task);
  const waits = state === "blocked";
  const { live, queuedMessages, queueEdited } = task;
  return (
    <div className={cx("rv-strip", waits && "waits")} role="status">
      <StateGlyph state={state} size={14} />
      <b className="medium">{waits ? `${agent} waits for you` : wordsOf(state, agent)}</b>
      {!waits && live !== null && (
        <span className="t2 cut">
          {live.verb}{" "}
          <span className={isProse(live.verb) ? undefined : "mono small"}>
            <Exact>{live.object}</Exact>
          </span>{" "}
          <span className="t3" aria-hidden="true">
            <Elapsed since={live.at} />
          </span>
        </span>
      )}
      {queuedMessages > 0 && (
        <span className="t3 small nb">
          {`${counted(queuedMessages, "message")} ${queueEdited ? "held while edited" : "queued"}`}
        </span>
      )}
      <span className="grow" />
      <Button variant="ghost" size="s" onClick={() => go({ view: null, tab: null })}>
        {waits ? "Answer" : "Open run"}
      </Button>
    </div>
  );
}

function wordsOf(state: string, agent: string): string {
  if (state === "queued") return "Waits for its turn";
  if (state === "preparing") return `${agent} is starting`;
  return state === "stopping" ? `${agent} is stopping` : `${agent} is at work`;
}

import type { ProbedFact, ProbeReport } from "../../contract/doctor.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { Ago, Elapsed } from "../ui/time.tsx";
import type { TrialState } from "./use-trial.ts";
import { marks, trialWords } from "./words.ts";

export interface TrialProps {
  readonly state: TrialState;
  readonly onStart: () => void;
}

/** The person's own CLI at work for a model of ours: which facts hold, in the words of the driver. */
export function Trial({ state, onStart }: TrialProps) {
  switch (state.kind) {
    case "none":
      return (
        <div className="trial">
          <Button size="s" icon="play" onClick={onStart}>
            Try it
          </Button>
          <span className="t3 small">
            Starts it in a home of its own against a model of ours: no account, no tokens, about 10
            s.
          </span>
        </div>
      );
    case "trying":
      return <Trying since={state.since} facts={state.facts} />;
    case "refused":
      return (
        <div className="trial">
          <p className="fault small" role="alert">
            <Icon name="st-failed" size={14} />
            <span>
              {state.text} {state.hint}
            </span>
          </p>
          <Button size="s" icon="refresh" onClick={onStart}>
            Try again
          </Button>
        </div>
      );
    case "tried":
      return <Tried report={state.report} onAgain={onStart} />;
  }
}

interface TryingProps {
  readonly since: number;
  readonly facts: readonly ProbedFact[];
}

/** Each fact as soon as it is known; the first that is not is the one at work. */
function Trying({ since, facts }: TryingProps) {
  const next = facts.find(({ holds }) => holds === null)?.id;
  return (
    <>
      <div className="trial">
        <Icon name="st-running" size={14} className="s-running spin" />
        <span className="small">
          Trying it against a model of ours. No account, no tokens; about 10 s.
        </span>
        <span className="t3 small">
          <Elapsed since={since} />
        </span>
      </div>
      {facts.length > 0 && (
        <ul className="trial-facts" aria-label="Facts so far">
          {facts.map((fact) =>
            fact.holds === null ? (
              <Untried key={fact.id} fact={fact} now={fact.id === next} />
            ) : (
              <Fact key={fact.id} fact={fact} />
            ),
          )}
        </ul>
      )}
    </>
  );
}

function Untried({ fact, now }: { readonly fact: ProbedFact; readonly now: boolean }) {
  return (
    <li className={now ? "" : "t3"}>
      <Icon
        name={now ? "st-running" : marks.off.icon}
        size={14}
        className={now ? "s-running spin" : marks.off.ink}
      />
      <span className="sr">{now ? "Being tried:" : "Not tried yet:"}</span>
      <span>{fact.label}</span>
    </li>
  );
}

interface TriedProps {
  readonly report: ProbeReport;
  readonly onAgain: () => void;
}

function Tried({ report, onAgain }: TriedProps) {
  return (
    <>
      <div className="trial">
        <p className="small medium">{trialWords(report)}</p>
        <span className="t3 small num">
          {report.version === null ? "" : `${report.version}, `}
          <Ago at={report.at} />, took {(report.durationMs / 1000).toFixed(1)} s
        </span>
        <span className="grow" />
        <Button size="s" variant="ghost" icon="refresh" onClick={onAgain}>
          Try again
        </Button>
      </div>
      <ul className="trial-facts" aria-label="Facts">
        {report.facts.map((fact) => (
          <Fact key={fact.id} fact={fact} />
        ))}
      </ul>
    </>
  );
}

function Fact({ fact }: { readonly fact: ProbedFact }) {
  const { icon, ink } = marks[fact.holds === null ? "off" : fact.holds ? "pass" : "fail"];
  const word = fact.holds === null ? "Not tried" : fact.holds ? "Holds" : "Does not hold";
  return (
    <li>
      <Icon name={icon} size={14} className={ink} />
      <span className="sr">{word}:</span>
      <span>
        {fact.label}
        {fact.detail !== null && <span className="t3"> {fact.detail}</span>}
      </span>
    </li>
  );
}

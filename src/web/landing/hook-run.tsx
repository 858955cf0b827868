import { type RefObject, useEffect } from "react";
import type { HookCommit } from "../../contract/landing.ts";
import { StateGlyph } from "../ui/state-glyph.tsx";
import { Exact } from "../ui/text.tsx";
import { Elapsed } from "../ui/time.tsx";

export interface HookRunProps {
  readonly hooks: HookCommit;
  /** Takes the focus of the fields it stands in for. */
  readonly region: RefObject<HTMLElement | null>;
}

/** A commit whose hooks run: which, for how long, and the last that they printed. */
export function HookRun({ hooks, region }: HookRunProps) {
  const stopping = hooks.state === "stopping";
  useEffect(() => {
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body) region.current?.focus();
  }, [region]);
  return (
    <section ref={region} className="hook-run" tabIndex={-1} aria-label="The running commit">
      <p className="hook-head">
        <StateGlyph state={stopping ? "stopping" : "running"} size={14} />
        <b className="medium" role="status">
          {stopping ? "Stopping the repository’s hooks" : "The repository’s hooks are running"}
        </b>
        <span className="t3">
          <Elapsed since={hooks.since} />
        </span>
      </p>
      <p className="t2 cut" title={hooks.subject}>
        <Exact>{hooks.subject}</Exact>
      </p>
      <pre className="small">
        {hooks.output === "" ? (
          <span className="t3">They have printed nothing yet.</span>
        ) : (
          <Exact>{hooks.output}</Exact>
        )}
      </pre>
      <p className="t3 small">
        The branch moves only when they have passed. This can be closed; they go on.
      </p>
    </section>
  );
}

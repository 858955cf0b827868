import "./landing.css";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Landing } from "../../contract/landing.ts";
import type { Task } from "../../contract/task.ts";
import { later } from "../state/actions.ts";
import { openReview } from "../state/review-place.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { useHotkeys } from "../ui/hotkeys.ts";
import { Icon } from "../ui/icons.tsx";
import { LazyMenu, warmMenu } from "../ui/menu-button.tsx";
import { part } from "../ui/part.tsx";
import { inWords } from "../ui/report.ts";
import { Elapsed } from "../ui/time.tsx";
import { tip } from "../ui/tooltip.tsx";
import { useLanding } from "./data.ts";
import type { Step } from "./step.ts";
import { stepEntries } from "./steps-menu.ts";
import { StopHooks } from "./stop-hooks.tsx";
import { useHookOutcome } from "./use-hook-outcome.ts";
import { isImmediate, type Steps, type Talk, useSteps } from "./use-steps.ts";
import {
  type Gate,
  gatesOf,
  hooksOf,
  inkOf,
  requestLine,
  requestWords,
  standingOf,
} from "./words.ts";

const StepDialog = part(() => import("./dialogs.tsx"));

/** A dialog that closes keeps the page inert for a moment longer: so many frames are waited for. */
const patience = 12;

export interface LandingBarProps {
  readonly task: Task;
  readonly talk: Talk;
}

/** Where the work stands, what is before landing it, and the step that is suggested. */
export function LandingBar({ task, talk }: LandingBarProps) {
  const { data: landing, error, isFetching, refetch } = useLanding(task, talk.open);
  const steps = useSteps(task, landing, talk);
  const primary = useRef<HTMLButtonElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const [menu, setMenu] = useState(false);
  const suggested = suggestedBy(landing);
  useHookOutcome(task, landing, steps);
  useReturn(steps.open, () => primary.current ?? more.current);
  useHotkeys([
    {
      id: "landing.step",
      label: "Take the suggested step",
      keys: ["l"],
      run: () => {
        if (suggested === null) more.current?.focus();
        // What is done at once wants a second press.
        else if (isImmediate(suggested.action)) primary.current?.focus();
        else steps.act(suggested.action);
      },
    },
    {
      id: "landing.more",
      label: "Choose another step",
      keys: ["Shift+L"],
      run: () => setMenu(landing !== undefined),
    },
    {
      id: "landing.back",
      label: "Show the ways back",
      keys: ["b"],
      run: () => steps.toStep("back"),
    },
  ]);
  if (landing === undefined) {
    return <Unknown error={error} busy={isFetching} retry={() => later(refetch())} />;
  }
  return (
    <section className="land" aria-label="Landing" onPointerEnter={StepDialog.soon}>
      <h2 className="medium">{standingOf(landing)}</h2>
      <Gates task={task} landing={landing} steps={steps} talk={talk} />
      <span className="land-acts">
        <IconButton
          icon="undo"
          label="Ways back"
          keys="b"
          onFocus={StepDialog.soon}
          onClick={() => steps.toStep("back")}
        />
        <span className={cx(suggested !== null && "duo")}>
          {suggested !== null && (
            <Button
              ref={primary}
              variant="primary"
              keys="l"
              busy={steps.asking}
              onFocus={StepDialog.soon}
              onClick={() => steps.act(suggested.action)}
            >
              {suggested.label}
            </Button>
          )}
          <button
            ref={more}
            type="button"
            className={cx("btn", suggested !== null && "primary icon")}
            aria-haspopup="menu"
            aria-expanded={menu}
            onPointerEnter={warmMenu}
            onFocus={warmMenu}
            onClick={() => setMenu(!menu)}
            {...(suggested === null ? {} : { "aria-label": "Other steps" })}
            {...tip("Other steps", "Shift+L")}
          >
            {suggested === null && "Other steps"}
            <Icon name="chev-d" size={14} />
          </button>
        </span>
      </span>
      {menu && more.current !== null && (
        <LazyMenu
          label="Other steps"
          entries={stepEntries(task, landing, steps.act, () => steps.toStep("back"))}
          anchor={more.current}
          align="end"
          returnTo={more.current}
          elsewhere={() => steps.open !== null}
          onClose={() => setMenu(false)}
        />
      )}
      {steps.open !== null && <Opened {...{ task, landing, steps }} step={steps.open} />}
    </section>
  );
}

interface OpenedProps {
  readonly task: Task;
  readonly landing: Landing;
  readonly steps: Steps;
  readonly step: Step;
}

function Opened({ task, landing, steps, step }: OpenedProps) {
  return (
    <StepDialog
      key={step}
      step={step}
      task={task}
      landing={landing}
      onClose={() => steps.close(step)}
      toStep={steps.toStep}
    />
  );
}

/** What the one filled button does; null for none. */
function suggestedBy(landing: Landing | undefined): Landing["next"] {
  const next = landing?.next ?? null;
  if (hooksOf(landing) !== null) return { action: "commit", label: "Look at the commit" };
  return next?.action === "stop-or-wait" ? null : next;
}

/** One dialog may have led to another: then nobody knows where the focus came from any more. */
function useReturn(open: string | null, home: () => HTMLElement | null): void {
  const before = useRef(open);
  const latest = useRef(home);
  latest.current = home;
  useEffect(() => {
    const closed = before.current !== null && open === null;
    before.current = open;
    if (!closed) return;
    let frame = 0;
    let left = patience;
    const look = (): void => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost) latest.current()?.focus();
      left -= 1;
      if (left > 0) frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [open]);
}

interface GatesProps {
  readonly task: Task;
  readonly landing: Landing;
  readonly steps: Steps;
  readonly talk: Talk;
}

function Gates({ task, landing, steps, talk }: GatesProps) {
  const { pullRequest, next } = landing;
  const hooks = hooksOf(landing);
  return (
    <ul className="gates" aria-label="What stands before it">
      {pullRequest !== null && (
        <li>
          <Button
            variant="ghost"
            size="s"
            className="request"
            onClick={() => steps.toStep("request")}
          >
            <Icon name="link" size={14} className={inkOf(requestWords(pullRequest))} />
            {requestLine(pullRequest)}
          </Button>
        </li>
      )}
      {gatesOf(landing).map((gate) => (
        <li key={gate.key} className={cx("gate", gate.tone === "good" && "ok")}>
          <span className="gate-words" {...(gate.more === null ? {} : tip(gate.more))}>
            <Icon name={gate.icon} size={14} className={inkOf(gate)} />
            <span>{gate.words}</span>
            {gate.key === "running" && hooks !== null && (
              <span className="t3">
                <Elapsed since={hooks.since} />
              </span>
            )}
          </span>
          {gate.key === "running" && hooks !== null ? (
            <StopHooks task={task} hooks={hooks} size="s" />
          ) : (
            <GateFix gate={gate} suggested={next?.action} steps={steps} talk={talk} />
          )}
        </li>
      ))}
    </ul>
  );
}

interface GateFixProps {
  readonly gate: Gate;
  readonly suggested: string | undefined;
  readonly steps: Steps;
  readonly talk: Talk;
}

/** The way out, unless the suggested step beside it is just that. */
function GateFix({ gate, suggested, steps, talk }: GateFixProps): ReactNode {
  const { fix, key } = gate;
  if (key.startsWith("with ")) {
    const taskId = key.slice("with ".length);
    return (
      <Button variant="ghost" size="s" onClick={() => openReview(taskId, "board")}>
        Look at it
      </Button>
    );
  }
  if (fix === null || (fix.action === suggested && fix.action !== "stop-or-wait")) return null;
  const label =
    fix.action !== "send-comments" ? fix.label : talk.drafts > 0 ? "Send" : "Look at it";
  return (
    <Button
      variant="ghost"
      size="s"
      busy={steps.asking && fix.action.startsWith("ask-")}
      onClick={() => steps.act(fix.action)}
    >
      {label}
    </Button>
  );
}

interface UnknownProps {
  readonly error: Error | null;
  readonly busy: boolean;
  readonly retry: () => void;
}

/** While it is not known how it stands, or when that could not be read. */
function Unknown({ error, busy, retry }: UnknownProps) {
  if (error === null) return <section className="land" aria-label="Landing" aria-busy="true" />;
  const { text, hint } = inWords(error);
  return (
    <section className="land" aria-label="Landing">
      <h2 className="medium nb">How it stands could not be read</h2>
      <p className="t2 small cut grow" title={hint ?? undefined}>
        {text} {hint}
      </p>
      <Button size="s" icon="refresh" busy={busy} onClick={retry}>
        Try again
      </Button>
    </section>
  );
}

import { useEffect, useMemo, useRef, useState } from "react";
import type { Task } from "../../../contract/task.ts";
import { EmptyState } from "../../ui/bits.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { inOneLine } from "../../ui/report.ts";
import { ApiError, call } from "../../wire/client.ts";
import { parseAnsi } from "../ansi/ansi.ts";
import { AnsiText } from "../ansi/ansi-lines.tsx";
import { copyText } from "../copy-button.tsx";

interface Picture {
  readonly text: string;
  readonly columns: number;
  readonly rows: number;
  readonly attachCommand: string;
}

type Shown =
  | { readonly kind: "loading" }
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "picture"; readonly picture: Picture; readonly ended: boolean };

const every = 500;

/** What the agent's own terminal shows, to look at. Typing into it is done in a real terminal. */
export function TerminalTab({ task }: { readonly task: Task }) {
  const shown = usePicture(task.id);
  switch (shown.kind) {
    case "loading":
      return <div className="term" aria-busy="true" />;
    case "none":
      return (
        <EmptyState title="There is no terminal now">
          {task.runId === null
            ? "It opens when the task starts."
            : "It opens with the agent's next session. The transcript has everything that was said."}
        </EmptyState>
      );
    case "failed":
      return <EmptyState title="The terminal cannot be shown">{shown.why}</EmptyState>;
    case "picture":
      return <Pane {...shown} />;
  }
}

function Pane({ picture, ended }: { readonly picture: Picture; readonly ended: boolean }) {
  const lines = useMemo(() => parseAnsi(picture.text.replace(/\n$/, "")), [picture.text]);
  return (
    <div className="term">
      <div className="cap">
        <Icon name="t-shell" size={14} />
        <span className="num">{`${picture.columns} × ${picture.rows}`}</span>
        <span className="mid" />
        <span>{ended ? "ended; this is its last picture" : "read only"}</span>
        <span className="grow" />
        {!ended && <AttachButton command={picture.attachCommand} />}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable */}
      <section className="slide" tabIndex={0} aria-label="The agent's terminal">
        <pre>
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is named by its place
            <span key={index}>
              <AnsiText line={line} />
              {"\n"}
            </span>
          ))}
        </pre>
      </section>
    </div>
  );
}

export function AttachButton({ command }: { readonly command: string }) {
  return (
    <Button
      size="s"
      icon="copy"
      title={command}
      onClick={() => {
        copyText(command, "Command copied").catch(() => undefined);
      }}
    >
      Copy attach command
    </Button>
  );
}

/** Asks for the picture again and again, only while this tab is open and the page is seen. */
function usePicture(taskId: string): Shown {
  const [shown, setShown] = useState<Shown>({ kind: "loading" });
  const last = useRef<Picture | null>(null);
  useEffect(() => {
    const off = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      if (document.visibilityState === "visible") {
        try {
          const { terminal } = await call("GET /tasks/:id/terminal", {
            params: { id: taskId },
            signal: off.signal,
          });
          last.current = terminal;
          setShown({ kind: "picture", picture: terminal, ended: false });
        } catch (error) {
          if (!off.signal.aborted) setShown(after(error, last.current));
        }
      }
      if (!off.signal.aborted) timer = setTimeout(next, every);
    };
    const next = (): void => {
      look().catch(() => undefined);
    };
    next();
    return () => {
      off.abort();
      clearTimeout(timer);
    };
  }, [taskId]);
  return shown;
}

function after(error: unknown, last: Picture | null): Shown {
  const none = error instanceof ApiError && error.code === "not_running";
  if (last !== null) return { kind: "picture", picture: last, ended: none };
  if (none) return { kind: "none" };
  return { kind: "failed", why: inOneLine(error) };
}

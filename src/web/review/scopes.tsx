import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { ChangeScope, Changes, TaskCommit } from "../../contract/changes.ts";
import { counted } from "../../domain/transcript-words.ts";
import { setPref, usePref } from "../state/prefs.ts";
import { Button } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { useHotkeys } from "../ui/hotkeys.ts";
import { Icon } from "../ui/icons.tsx";
import type { MenuEntry } from "../ui/menu.tsx";
import { LazyMenu, warmMenu } from "../ui/menu-button.tsx";
import { report } from "../ui/report.ts";
import { Segmented } from "../ui/segmented.tsx";
import { formatAgo, formatClock } from "../ui/time.tsx";
import { tip } from "../ui/tooltip.tsx";
import { commitsQuery } from "./data/queries.ts";
import { useReader, useReaderStore } from "./data/reader.ts";
import { type Compared, compare, scopeName } from "./data/scope.ts";

export interface ScopesProps {
  readonly taskId: string;
  readonly compared: Compared;
  /** Null while it is not known whether the person has reviewed before. */
  readonly reviewedAt: number | null | undefined;
  readonly hasRun: boolean;
}

/** What is compared with what. */
export function Scopes({ taskId, compared, reviewedAt, hasRun }: ScopesProps) {
  const never = reviewedAt === null ? "You have not marked it as reviewed yet" : null;
  const option = (value: Exclude<ChangeScope, "commit">, blocked: string | null = null) => ({
    value,
    label: scopeName(value),
    blocked,
  });
  return (
    <div className="scopes">
      <Segmented<ChangeScope>
        label="What is compared"
        value={compared.scope}
        options={[
          option("base"),
          option("uncommitted"),
          option("turn", hasRun ? null : "It has not run yet"),
          option("review", never),
        ]}
        onChange={(scope) => compare(scope)}
      />
      <ByCommit taskId={taskId} compared={compared} />
    </div>
  );
}

/** The commits of the branch, newest first; fetched when they are asked for. */
function ByCommit({ taskId, compared }: { readonly taskId: string; readonly compared: Compared }) {
  const on = compared.scope === "commit";
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const { data, error, isPending } = useQuery({ ...commitsQuery(taskId), enabled: open || on });
  const current = compared.query.commit ?? data?.[0]?.sha;
  const chosen = on ? data?.find(({ sha }) => sha === current) : undefined;
  return (
    <>
      <button
        ref={button}
        type="button"
        className={cx("by-commit", on && "on")}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-pressed={on}
        onPointerEnter={warmMenu}
        onFocus={warmMenu}
        onClick={() => setOpen(!open)}
      >
        <span className="cut">{chosen === undefined ? scopeName("commit") : chosen.subject}</span>
        <Icon name="chev-d" size={12} />
      </button>
      {open && button.current !== null && (!isPending || error !== null) && (
        <LazyMenu
          key={data?.length}
          label="Commits"
          entries={entriesOf(data ?? [], error !== null, current, on)}
          anchor={button.current}
          returnTo={button.current}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

function entriesOf(
  commits: readonly TaskCommit[],
  failed: boolean,
  current: string | undefined,
  on: boolean,
): readonly MenuEntry[] {
  if (failed) return [{ kind: "caption", label: "The commits could not be read" }];
  if (commits.length === 0) return [{ kind: "caption", label: "No commit since the base yet" }];
  const now = Date.now();
  return commits.map((commit) => ({
    kind: "item",
    label: commit.subject === "" ? commit.sha.slice(0, 8) : commit.subject,
    detail: `${commit.sha.slice(0, 8)}, ${counted(commit.files, "file")}, ${formatAgo(commit.at, now)}`,
    checked: on && commit.sha === current,
    onSelect: () => compare("commit", commit.sha),
  }));
}

export interface AboutProps {
  readonly changes: Changes | undefined;
  readonly reviewedAt: number | null;
  /** Files that were looked at and are not what they were. */
  readonly changedSince: number;
}

/** What the comparison is, in one sentence. */
export function About({ changes, reviewedAt, changedSince }: AboutProps) {
  if (changes === undefined) return null;
  const files = counted(changes.files.length, "file");
  if (changes.scope === "review" && reviewedAt !== null) {
    return (
      <span className="t3 small cut about">
        {`${files} changed since you looked at ${formatClock(reviewedAt)}`}
      </span>
    );
  }
  const since = changedSince > 0 ? `, ${changedSince} changed since you viewed them` : "";
  return (
    <span className="t3 small cut about">
      {`${files}, ${changes.from.label} → ${changes.to.label}${since}`}
    </span>
  );
}

function remember(change: Promise<void>): void {
  change.catch((error: unknown) => report(error, { what: "Could not remember that" }));
}

/** How the lines are shown. */
export function ViewOptions() {
  const layout = usePref("ui.diffLayout");
  const wrap = usePref("ui.diffWrap");
  const whitespace = usePref("ui.diffWhitespace");
  const setLayout = (next: "split" | "unified"): void => remember(setPref("ui.diffLayout", next));
  const setWrap = (): void => remember(setPref("ui.diffWrap", !wrap));
  const ignoring = whitespace === "ignore";
  const setWhitespace = (): void =>
    remember(setPref("ui.diffWhitespace", ignoring ? "show" : "ignore"));
  useHotkeys([
    { id: "review.wrap", label: "Wrap long lines", keys: ["w"], run: setWrap },
    {
      id: "review.layout",
      label: "One column or two",
      keys: ["u"],
      run: () => setLayout(layout === "split" ? "unified" : "split"),
    },
  ]);
  const store = useReaderStore();
  const alone = useReader((reader) => reader.alone);
  return (
    <>
      {alone && (
        <Button
          variant="ghost"
          size="s"
          aria-pressed
          onClick={() => store.setState({ alone: false })}
          {...tip("Show all files", "F")}
        >
          Only this file
        </Button>
      )}
      <Button
        variant="ghost"
        size="s"
        aria-pressed={ignoring}
        onClick={setWhitespace}
        {...tip("Leave out what differs in white space alone")}
      >
        Ignore whitespace
      </Button>
      <Button variant="ghost" size="s" aria-pressed={wrap} onClick={setWrap} {...tip("Wrap", "W")}>
        Wrap
      </Button>
      <Segmented<"split" | "unified">
        label="Layout"
        value={layout}
        options={[
          {
            value: "split",
            label: (
              <>
                <Icon name="split" size={14} />
                Split
              </>
            ),
          },
          {
            value: "unified",
            label: (
              <>
                <Icon name="unified" size={14} />
                Unified
              </>
            ),
          },
        ]}
        onChange={setLayout}
      />
    </>
  );
}
